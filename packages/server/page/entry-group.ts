import { formatCount } from '@aos/trace/view'
import { element } from '../../trace/page/dom.ts'
import { EntryList, type EntryListOptions } from './entry-list.ts'

/** What a group of entries is made of. */
export interface EntryGroupOptions<T> extends Omit<EntryListOptions<T>, 'name'> {
  readonly title: string
  /** What is worth telling of the entries before they are looked at. */
  readonly marks: (entries: readonly T[]) => readonly Node[]
  readonly isOpen?: boolean
}

/** A list of entries that opens under its heading. */
export class EntryGroup<T> {
  readonly box: HTMLDetailsElement
  readonly isEmpty: boolean
  readonly #options: EntryGroupOptions<T>
  readonly #list: EntryList<T>
  readonly #head: HTMLElement = element('summary')

  constructor(options: EntryGroupOptions<T>) {
    const { title, entries, isOpen = false } = options
    this.#options = options
    this.#list = new EntryList({ ...options, name: title.toLowerCase() })
    this.isEmpty = entries.length === 0
    this.box = element('details', { class: 'entry-group' }, this.#head, this.#list.box)
    this.box.open = isOpen
    this.#count(entries)
  }

  /** Shows only some of the entries, and says how many. */
  show(keep: (entry: T) => boolean): number {
    const shown = this.#list.show(keep)
    this.#count(shown)
    return shown.length
  }

  /** Opens an entry and leads to it; gives whether there is such a one. */
  reveal(find: (entry: T) => boolean): boolean {
    if (!this.#options.entries.some(find)) return false
    this.box.hidden = false
    this.box.open = true
    return this.#list.reveal(find)
  }

  #count(entries: readonly T[]): void {
    const { title, marks } = this.#options
    this.#head.replaceChildren(
      element('h3', { text: title }),
      element('span', { class: 'muted', text: formatCount(entries.length) }),
      ...marks(entries),
    )
  }
}
