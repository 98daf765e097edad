import { formatCount, plural } from '@aos/trace/view'
import { element } from '../../trace/page/dom.ts'
import type { Change } from './live.ts'
import { failure, notice } from './parts.ts'
import { createFilters, toApiQuery, type RunFilters } from './run-filters.ts'
import { RunPages } from './run-pages.ts'
import { COLUMNS, runRow } from './run-row.ts'
import { pathOfRun, type Shell, type View } from './shell.ts'
import { createVirtualList, moveBy, type VirtualList } from './virtual-list.ts'

// what browsers can scroll over
const MOST_ROWS = 400_000
const REFRESH_MS = 1_000
const ROW_PIXELS = 44
const NARROW_ROW_PIXELS = 76

/** Creates the list of runs. */
export function createRunsView(shell: Shell): View {
  return new RunsView(shell)
}

class RunsView implements View {
  readonly title = 'Runs'
  readonly #shell: Shell
  readonly #parts: Parts = createParts()
  readonly #pages: RunPages
  readonly #list: VirtualList
  readonly #filters: RunFilters
  readonly #narrow = window.matchMedia('(max-width: 720px)')
  #query: URLSearchParams
  #selected = -1
  #selectedId: string | undefined
  /** The run to go back to, as soon as it is known how many there are. */
  #opened: number | undefined
  #timer = 0

  constructor(shell: Shell) {
    this.#shell = shell
    this.#query = shell.query
    this.#opened = shell.opened
    const { grid, space, head } = this.#parts
    this.#pages = new RunPages(shell.api, () => this.#render())
    this.#list = createVirtualList({
      scroller: grid,
      space,
      head,
      rowHeight: () => this.#rowHeight(),
      count: () => this.#count(),
      onRange: (first, last) => this.#pages.need(first, last),
      row: (index) => this.#row(index),
    })
    this.#filters = createFilters(shell.query, (query) => {
      shell.setQuery(query)
      this.#ask(query)
    })
    this.#listen()
    shell.root.className = 'fill'
    shell.root.append(this.#filters.box, this.#parts.bar, this.#parts.message, grid)
    this.#ask(shell.query)
  }

  onKey(key: string): boolean {
    const page = this.#list.pageSize()
    const to = moveBy(key, { at: this.#selected, count: this.#count(), page })
    if (to !== undefined) {
      this.#list.reveal(to)
      this.#select(to)
      this.#parts.grid.focus({ preventScroll: true })
      this.#draw()
      return true
    }
    const act = Object.hasOwn(this.#keys, key) ? this.#keys[key] : undefined
    if (act === undefined || (key === 'Enter' && this.#selected < 0)) return false
    act()
    return true
  }

  onChange(change: Change): void {
    if (change !== undefined && this.#pages.update(change.run)) this.#draw()
    if (change?.type === 'run.created' || change === undefined || this.#filters.isSet()) this.#refreshSoon()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#pages.close()
  }

  readonly #keys: Readonly<Record<string, () => void>> = {
    Enter: () => this.#open(this.#selected),
    x: () => this.#mark(this.#selected),
    c: () => this.#compare(),
    '/': () => this.#filters.search.focus(),
    Escape: () => {
      if (document.activeElement === this.#filters.search) this.#parts.grid.focus()
      if (this.#filters.isSet()) this.#filters.clear()
    },
  }

  #listen(): void {
    const { grid, space, compare, fresh } = this.#parts
    compare.addEventListener('click', () => this.#compare())
    fresh.addEventListener('click', () => {
      grid.scrollTop = 0
      this.#refresh()
    })
    this.#narrow.addEventListener('change', () => this.#draw())
    // by its place: the element under the pointer may have been made anew since the button went down
    space.addEventListener('click', ({ target, clientY }) => {
      const index = Math.floor((clientY - space.getBoundingClientRect().top) / this.#rowHeight())
      const own = target instanceof Element ? target.closest('a, input') : null
      if (own === null) this.#open(index)
      else if (own instanceof HTMLAnchorElement) this.#shell.keepOpened(index)
    })
  }

  #rowHeight(): number {
    return this.#narrow.matches ? NARROW_ROW_PIXELS : ROW_PIXELS
  }

  #count(): number {
    return Math.min(MOST_ROWS, this.#pages.listed)
  }

  #row(index: number): HTMLElement {
    const listed = this.#pages.at(index)
    return runRow(listed, {
      index,
      isSelected: index === this.#selected,
      isMarked: this.#shell.marks.has(listed?.run.id ?? ''),
      onMark: () => this.#mark(index),
    })
  }

  #ask(query: URLSearchParams): void {
    this.#query = query
    this.#select(-1)
    this.#parts.grid.scrollTop = 0
    this.#pages.ask(toApiQuery(query, Date.now()))
    this.#render()
  }

  #render(): void {
    const { hasAnswer } = this.#pages
    const { grid, count } = this.#parts
    count.textContent = hasAnswer ? this.#countText() : 'reading runs'
    this.#renderMessage()
    grid.setAttribute('aria-rowcount', String(this.#count() + 1))
    // new runs may have come above the one that is chosen
    if (this.#selectedId !== undefined) this.#selected = this.#pages.indexOf(this.#selectedId)
    this.#filters.suggest('agent_id', this.#pages.namesOf('agent_id'))
    this.#filters.suggest('model', this.#pages.namesOf('model'))
    compareState(this.#parts.compare, this.#shell.marks)
    if (hasAnswer && !grid.hidden) this.#goToOpened()
    this.#draw()
  }

  #countText(): string {
    const { total, hasMore } = this.#pages
    if (hasMore) return `more than ${plural(total, 'run')}`
    return total <= MOST_ROWS
      ? plural(total, 'run')
      : `${plural(total, 'run')}; the latest ${formatCount(MOST_ROWS)} are listed`
  }

  #goToOpened(): void {
    const index = Math.min(this.#opened ?? -1, this.#count() - 1)
    this.#opened = undefined
    if (index < 0) return
    this.#list.draw()
    this.#list.reveal(index)
    this.#select(index)
    this.#parts.grid.focus({ preventScroll: true })
  }

  #renderMessage(): void {
    const { total, hasAnswer, failure: failed } = this.#pages
    const { grid, message } = this.#parts
    message.replaceChildren()
    if (failed !== undefined) message.append(failure(failed, () => this.#ask(this.#query)))
    else if (hasAnswer && total === 0) message.append(emptyNotice(this.#filters.isSet()))
    message.hidden = message.childElementCount === 0
    grid.hidden = !message.hidden || !hasAnswer
  }

  #draw(): void {
    const { grid } = this.#parts
    if (!grid.hidden) this.#list.draw()
    const id = `run-${this.#selected}`
    if (document.getElementById(id) === null) grid.removeAttribute('aria-activedescendant')
    else grid.setAttribute('aria-activedescendant', id)
  }

  #select(index: number): void {
    this.#selected = index
    this.#selectedId = this.#pages.at(index)?.run.id
  }

  #mark(index: number): void {
    const { marks } = this.#shell
    const id = this.#pages.at(index)?.run.id
    if (id === undefined) return
    if (!marks.delete(id)) marks.add(id)
    const [oldest] = marks
    if (marks.size > 2 && oldest !== undefined) marks.delete(oldest)
    this.#render()
  }

  #compare(): void {
    const [a = '', b = ''] = this.#shell.marks
    if (this.#shell.marks.size === 2) this.#shell.go(`/compare?${new URLSearchParams({ a, b }).toString()}`)
  }

  #open(index: number): void {
    const id = this.#pages.at(index)?.run.id
    if (id === undefined) return
    this.#shell.keepOpened(index)
    this.#shell.go(pathOfRun(id))
  }

  #refresh(): void {
    this.#parts.fresh.hidden = true
    this.#pages.refresh()
  }

  #refreshSoon(): void {
    this.#timer ||= window.setTimeout(() => {
      this.#timer = 0
      // rows do not move under the eyes of who reads further below
      if (this.#parts.grid.scrollTop < ROW_PIXELS) this.#refresh()
      else this.#parts.fresh.hidden = false
    }, REFRESH_MS)
  }
}

interface Parts {
  readonly bar: HTMLElement
  readonly count: HTMLElement
  readonly compare: HTMLButtonElement
  /** Shown where new runs came while one reads further below. */
  readonly fresh: HTMLButtonElement
  readonly message: HTMLElement
  readonly grid: HTMLElement
  readonly head: HTMLElement
  readonly space: HTMLElement
}

function createParts(): Parts {
  const title = element('h1', { class: 'hidden-title', text: 'Runs' })
  const count = element('span', { attributes: { role: 'status' } })
  const compare = element('button', { class: 'button small', attributes: { type: 'button' } })
  const fresh = element('button', {
    class: 'button primary small',
    text: 'Show new runs',
    attributes: { type: 'button' },
  })
  fresh.hidden = true
  const head = element(
    'div',
    { class: 'row head', attributes: { role: 'row', 'aria-rowindex': '1' } },
    ...COLUMNS.map((text) =>
      element(
        'div',
        { class: `cell ${CLASSES[text] ?? text.toLowerCase()}`, attributes: { role: 'columnheader' } },
        element('span', { text, class: text === 'Compare' ? 'hidden-title' : '' }),
      ),
    ),
  )
  const space = element('div', { class: 'space', attributes: { role: 'rowgroup' } })
  const grid = element(
    'div',
    { class: 'runs', id: 'runs', attributes: { role: 'grid', tabindex: '0', 'aria-label': 'Runs' } },
    element('div', { class: 'head-box', attributes: { role: 'rowgroup' } }, head),
    space,
  )
  const message = element('div', { class: 'message' })
  const bar = element('div', { class: 'bar' }, title, count, fresh, compare)
  return { bar, count, compare, fresh, message, grid, head, space }
}

const CLASSES: Readonly<Record<string, string>> = {
  Compare: 'mark',
  Time: 'number time',
  Steps: 'number count',
  Tokens: 'number tokens',
  Cost: 'number cost',
  Denied: 'number denials',
}

function compareState(button: HTMLButtonElement, marks: ReadonlySet<string>): void {
  button.hidden = marks.size === 0
  button.disabled = marks.size < 2
  button.textContent = marks.size < 2 ? 'Mark one more to compare' : 'Compare the two marked'
}

function emptyNotice(isFiltered: boolean): HTMLElement {
  return isFiltered
    ? notice('No run fits the filters.')
    : notice('There are no runs yet. They appear here as soon as an agent reports one to this server.')
}
