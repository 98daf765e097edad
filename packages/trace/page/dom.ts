/** What an element is made with; texts become text nodes, never markup. */
export interface ElementOptions {
  readonly class?: string | undefined
  readonly text?: string | undefined
  readonly title?: string | undefined
  readonly id?: string | undefined
  readonly attributes?: Readonly<Record<string, string>> | undefined
  readonly onClick?: ((event: MouseEvent) => void) | undefined
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

/** Makes an element of a drawing. */
export function drawn<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly (Node | string)[]
): SVGElementTagNameMap[Name] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value))
  made.append(...children)
  return made
}

/** The element of the page with an id. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page lacks #${id}`)
  return found
}

/** Draws an icon of 16 by 16 from the data of a path. */
export function icon(path: string): SVGElement {
  return drawn(
    'svg',
    { viewBox: '0 0 16 16', class: 'icon', 'aria-hidden': 'true' },
    drawn('path', { d: path }),
  )
}
