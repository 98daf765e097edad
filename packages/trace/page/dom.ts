/** What an element is made with; texts become text nodes, never markup. */
export interface ElementOptions {
  readonly class?: string
  readonly text?: string
  readonly title?: string
  readonly id?: string
  readonly attributes?: Readonly<Record<string, string>>
  readonly onClick?: (event: MouseEvent) => void
}

/** Makes an element. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  options: ElementOptions = {},
  ...children: readonly (Node | string | undefined)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name)
  if (options.class !== undefined) made.className = options.class
  if (options.id !== undefined) made.id = options.id
  if (options.title !== undefined) made.title = options.title
  if (options.text !== undefined) made.textContent = options.text
  for (const [key, value] of Object.entries(options.attributes ?? {})) made.setAttribute(key, value)
  const { onClick } = options
  if (onClick !== undefined) made.addEventListener('click', (event) => onClick(event as MouseEvent))
  made.append(...children.filter((child) => child !== undefined))
  return made
}

/** The element of the page with an id. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page lacks #${id}`)
  return found
}

const SVG = 'http://www.w3.org/2000/svg'

/** Draws an icon of 16 by 16 from the data of a path. */
export function icon(path: string, className: string = 'icon'): SVGElement {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 16 16')
  svg.setAttribute('class', className)
  svg.setAttribute('aria-hidden', 'true')
  const drawn = document.createElementNS(SVG, 'path')
  drawn.setAttribute('d', path)
  svg.append(drawn)
  return svg
}
