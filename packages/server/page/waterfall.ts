import { formatDuration, visibleLine } from '@aos/trace/view'
import { element, icon } from '../../trace/page/dom.ts'
import { ICONS } from './icons.ts'
import { createVirtualList, moveBy, type VirtualList } from './virtual-list.ts'

/** How a row went; told by an icon and a word where it is worth telling. */
export type RowState = 'ok' | 'denied' | 'failed' | 'modified' | 'open'

/** One piece of work with its time. */
export interface WaterfallRow {
  readonly id: string
  readonly label: string
  readonly icon: string
  /** Names the colour of its bar. */
  readonly kind: string
  readonly state: RowState
  /** Steps below the root of its tree. */
  readonly depth: number
  /** Milliseconds, on any clock that all rows share. */
  readonly from: number
  readonly to: number
  /** All that is known of it. */
  readonly details: () => readonly HTMLElement[]
}

/** What a waterfall is made of. */
export interface WaterfallOptions {
  /** What the ids of its elements begin with. */
  readonly name: string
  /** What one of its rows is. */
  readonly label: string
  readonly rows: readonly WaterfallRow[]
  /** The row that is chosen at first. */
  readonly chosen?: string | undefined
  readonly onChoose?: (id: string | undefined) => void
}

const ROW_PIXELS = 32
const DEEPEST_INDENT = 10
const STATE_ICONS: Readonly<Record<RowState, string | undefined>> = {
  denied: ICONS.denied,
  failed: ICONS.error,
  modified: ICONS.modified,
  open: ICONS.open,
  ok: undefined,
}

interface Range {
  readonly from: number
  readonly length: number
}

/** Rows beside their times, and the one that is chosen in full. */
export class Waterfall {
  readonly box: HTMLElement
  readonly #options: WaterfallOptions
  readonly #rows: readonly WaterfallRow[]
  readonly #list: VirtualList
  readonly #grid: HTMLElement
  readonly #details: HTMLElement
  readonly #range: Range
  #chosen: number

  constructor(options: WaterfallOptions) {
    const { name, label, rows } = options
    this.#options = options
    this.#rows = rows
    this.#range = rangeOf(rows)
    this.#chosen = rows.findIndex(({ id }) => id === options.chosen)
    this.#details = element('aside', {
      class: 'step-details',
      id: name,
      attributes: { 'aria-label': `The ${label.toLowerCase()}` },
    })
    const space = element('div', { class: 'space', attributes: { role: 'rowgroup' } })
    const head = headRow(label, this.#range.length)
    const count = String(rows.length + 1)
    this.#grid = element(
      'div',
      {
        class: 'steps',
        id: `${name}s`,
        attributes: { role: 'grid', tabindex: '0', 'aria-label': label, 'aria-rowcount': count },
      },
      head,
      space,
    )
    this.#grid.style.maxHeight = `min(60vh, ${(rows.length + 1) * ROW_PIXELS + 8}px)`
    this.#list = createVirtualList({
      scroller: this.#grid,
      space,
      head,
      rowHeight: () => ROW_PIXELS,
      count: () => rows.length,
      row: (index) => this.#row(index),
    })
    space.addEventListener('click', ({ clientY }) =>
      this.#chooseAt(Math.floor((clientY - space.getBoundingClientRect().top) / ROW_PIXELS)),
    )
    this.box = element('div', { class: 'steps-box' }, this.#grid, this.#details)
  }

  draw(): void {
    this.#list.draw()
    const row = this.#rows[this.#chosen]
    this.#details.hidden = row === undefined
    this.box.classList.toggle('with-details', row !== undefined)
    this.#details.replaceChildren(...(row === undefined ? [] : row.details()))
    const id = `${this.#options.name}-${this.#chosen}`
    if (document.getElementById(id) === null) this.#grid.removeAttribute('aria-activedescendant')
    else this.#grid.setAttribute('aria-activedescendant', id)
  }

  choose(id: string): void {
    this.#chooseAt(this.#rows.findIndex((row) => row.id === id))
    this.box.scrollIntoView({ block: 'nearest' })
  }

  onKey(key: string): boolean {
    const { length: count } = this.#rows
    const to = moveBy(key, { at: this.#chosen, count, page: this.#list.pageSize() })
    if (to !== undefined) {
      this.#chooseAt(to)
      this.focus()
      this.box.scrollIntoView({ block: 'nearest' })
      return true
    }
    if (key === 'Enter' && this.#chosen >= 0) {
      this.#details.scrollIntoView({ block: 'nearest' })
      return true
    }
    if (key !== 'Escape' || this.#chosen < 0) return false
    this.#chooseAt(-1)
    return true
  }

  hasFocus(): boolean {
    return document.activeElement === this.#grid
  }

  focus(): void {
    this.#grid.focus({ preventScroll: true })
  }

  #chooseAt(index: number): void {
    this.#chosen = index
    this.#options.onChoose?.(this.#rows[index]?.id)
    if (index >= 0) this.#list.reveal(index)
    this.draw()
  }

  #row(index: number): HTMLElement {
    const row = this.#rows[index]
    const isChosen = index === this.#chosen
    const made = element('div', {
      class: `row${isChosen ? ' selected' : ''}`,
      id: `${this.#options.name}-${index}`,
      attributes: { role: 'row', 'aria-rowindex': String(index + 2), 'aria-selected': String(isChosen) },
    })
    if (row !== undefined) made.append(...cellsOf(row, this.#range))
    return made
  }
}

function cellsOf(
  { label, icon: path, kind, state, depth, from, to }: WaterfallRow,
  range: Range,
): HTMLElement[] {
  const stateIcon = STATE_ICONS[state]
  const bar = element('span', { class: `step-bar ${kind} ${state}` })
  bar.style.insetInlineStart = `${((from - range.from) / range.length) * 100}%`
  bar.style.width = `${((to - from) / range.length) * 100}%`
  const text = visibleLine(label)
  const name = element(
    'div',
    { class: `cell step-name ${state}`, attributes: { role: 'gridcell' } },
    icon(path),
    element('span', { class: 'label', text: text === '' ? kind : text, title: text }),
    stateIcon === undefined
      ? undefined
      : element(
          'span',
          { class: `state ${state}`, title: state },
          icon(stateIcon),
          element('span', { class: 'state-word', text: state }),
        ),
  )
  name.style.paddingInlineStart = `${Math.min(depth, DEEPEST_INDENT) * 12}px`
  return [
    name,
    element('div', { class: 'cell lane', attributes: { role: 'gridcell' } }, bar),
    element('div', {
      class: 'cell number',
      text: to > from ? formatDuration(to - from) : '–',
      attributes: { role: 'gridcell' },
    }),
  ]
}

function headRow(label: string, length: number): HTMLElement {
  const column = (name: string, ...texts: readonly string[]): HTMLElement =>
    element(
      'div',
      { class: `cell ${name}`, attributes: { role: 'columnheader' } },
      ...texts.map((text) => element('span', { text })),
    )
  const ends = ['0', formatDuration(length / 2), formatDuration(length)]
  const row = element(
    'div',
    { class: 'row head', attributes: { role: 'row', 'aria-rowindex': '1' } },
    column('step-name', label),
    column('lane', ...ends),
    column('number', 'Time'),
  )
  return element('div', { class: 'head-box', attributes: { role: 'rowgroup' } }, row)
}

function rangeOf(rows: readonly WaterfallRow[]): Range {
  const from = rows.reduce((least, row) => Math.min(least, row.from), Infinity)
  const to = rows.reduce((most, row) => Math.max(most, row.to), -Infinity)
  // what has no length has a place all the same
  return { from, length: Math.max(0.001, to - from) }
}
