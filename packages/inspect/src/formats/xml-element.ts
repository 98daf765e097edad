import { xmlText } from './xml-text.ts'

/** An element of XML: its attributes that are there, and elements or one text. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string | undefined>>
  readonly content: string | readonly XmlElement[]
}

/** Describes an element; what is absent among its content is left out. */
export function element(
  name: string,
  content: string | readonly (XmlElement | undefined)[],
  attributes: Readonly<Record<string, string | undefined>> = {},
): XmlElement {
  const present = typeof content === 'string' ? content : content.filter((child) => child !== undefined)
  return { name, attributes, content: present }
}

/** Describes an element that holds a text; nothing where there is none. */
export function textElement(name: string, text: string | undefined): XmlElement | undefined {
  return text === undefined ? undefined : element(name, text)
}

/** Describes an element around those of a list; nothing where the list is empty. */
export function listElement(name: string, children: readonly XmlElement[] = []): XmlElement | undefined {
  return children.length === 0 ? undefined : element(name, children)
}

/** A document of XML 1.0 in UTF-8, indented by two spaces, that ends in a new line. */
export function xmlDocument(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${written(root, '')}`
}

function written({ name, attributes, content }: XmlElement, indent: string): string {
  const pairs = Object.entries(attributes)
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .map(([key, value]) => ` ${key}="${xmlText(value)}"`)
  const tag = `${indent}<${name}${pairs.join('')}`
  if (content.length === 0) return `${tag}/>\n`
  if (typeof content === 'string') return `${tag}>${xmlText(content)}</${name}>\n`
  const children = content.map((child) => written(child, `${indent}  `))
  return `${tag}>\n${children.join('')}${indent}</${name}>\n`
}
