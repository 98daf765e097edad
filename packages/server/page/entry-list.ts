import { formatCount } from '@aos/trace/view'
import { element } from '../../trace/page/dom.ts'

/** What a list of entries is made of. */
export interface EntryListOptions<T> {
  /** What the entries are, in the plural. */
  readonly name: string
  readonly entries: readonly T[]
  /** What the filter looks through. */
  readonly textOf: (entry: T) => string
  /** What is always seen of an entry; holds nothing that can be pressed. */
  readonly summary: (entry: T) => readonly (Node | string | undefined)[]
  /** The rest, made when it is opened. */
  readonly details: (entry: T) => readonly (Node | undefined)[]
}

const FIRST = 20
const MORE = 100
const FILTER_FROM = 13

/** Entries that open, some of them at a time; many can be filtered. */
export class EntryList<T> {
  readonly box: HTMLElement = element('div', { class: 'entry-list' })
  readonly #options: EntryListOptions<T>
  readonly #list: HTMLElement
  readonly #said: HTMLElement = element('span', { class: 'muted', attributes: { role: 'status' } })
  readonly #more: HTMLButtonElement
  readonly #texts: string[] = []
  readonly #input: HTMLInputElement = element('input')
  #filter = ''
  #keep: (entry: T) => boolean = () => true
  #fitting: readonly T[] = []
  #shown = 0

  constructor(options: EntryListOptions<T>) {
    this.#options = options
    this.#list = element('ul', { class: 'entries', attributes: { 'aria-label': options.name } })
    this.#more = element('button', {
      class: 'button small',
      attributes: { type: 'button' },
      onClick: () => this.#showMore(),
    })
    if (options.entries.length >= FILTER_FROM) this.box.append(this.#filterBar())
    this.box.append(this.#list, this.#more)
    this.#draw()
  }

  /** Shows only some of the entries, and gives them. */
  show(keep: (entry: T) => boolean): readonly T[] {
    this.#keep = keep
    this.#draw()
    return this.#options.entries.filter(keep)
  }

  /** Opens an entry and leads to it, whatever hid it; gives whether there is such a one. */
  reveal(find: (entry: T) => boolean): boolean {
    const entry = this.#options.entries.find(find)
    if (entry === undefined) return false
    if (this.#fitting.length < this.#options.entries.length) {
      this.#input.value = ''
      this.#filter = ''
      this.show(() => true)
    }
    // what stands far down comes first
    if (this.#fitting.indexOf(entry) >= this.#shown)
      this.#fill([entry, ...this.#fitting.filter((other) => other !== entry)])
    const details = this.#list.children[this.#fitting.indexOf(entry)]?.querySelector('details')
    if (details === null || details === undefined) return false
    details.open = true
    details.querySelector('summary')?.focus({ preventScroll: true })
    details.scrollIntoView({ block: 'nearest' })
    return true
  }

  #filterBar(): HTMLElement {
    const input = this.#input
    const attributes = {
      type: 'search',
      placeholder: `Filter ${this.#options.name}`,
      'aria-label': `Filter ${this.#options.name}`,
      autocomplete: 'off',
      spellcheck: 'false',
    }
    for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value)
    input.addEventListener('input', () => {
      this.#filter = input.value.trim().toLowerCase()
      this.#draw()
    })
    // what is typed here is not left by going back
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      if (input.value === '') input.blur()
    })
    return element('div', { class: 'entry-filter' }, input, this.#said)
  }

  #draw(): void {
    const { entries } = this.#options
    const fitting = entries.filter((entry, at) => this.#keep(entry) && this.#hasWords(entry, at))
    const isAll = fitting.length === entries.length
    this.#said.textContent = isAll ? '' : `${formatCount(fitting.length)} of ${formatCount(entries.length)}`
    this.#fill(fitting)
  }

  #fill(entries: readonly T[]): void {
    this.#fitting = entries
    this.#shown = 0
    this.#list.replaceChildren()
    this.#append(FIRST)
  }

  #hasWords(entry: T, at: number): boolean {
    if (this.#filter === '') return true
    const text = (this.#texts[at] ??= this.#options.textOf(entry).toLowerCase())
    return text.includes(this.#filter)
  }

  // whoever pressed the button goes on at the first entry that it brought
  #showMore(): void {
    const first = this.#shown
    this.#append(MORE)
    this.#list.children[first]?.querySelector('summary')?.focus()
  }

  #append(count: number): void {
    const next = this.#fitting.slice(this.#shown, this.#shown + count)
    this.#list.append(...next.map((entry) => this.#item(entry)))
    this.#shown += next.length
    const left = this.#fitting.length - this.#shown
    this.#more.hidden = left === 0
    this.#more.textContent = `Show ${formatCount(Math.min(MORE, left))} more, of ${formatCount(left)} left`
  }

  #item(entry: T): HTMLElement {
    const summary = element('summary', {}, ...this.#options.summary(entry))
    const details = element('details', { class: 'entry' }, summary)
    details.addEventListener('toggle', () => {
      if (details.childElementCount > 1) return
      const body = this.#options.details(entry).filter((one) => one !== undefined)
      details.append(element('div', { class: 'entry-body' }, ...body))
    })
    return element('li', {}, details)
  }
}
