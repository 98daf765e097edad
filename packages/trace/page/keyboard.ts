import { byId } from './dom.ts'
import { clearFilters } from './filters.ts'
import type { PageState } from './page-state.ts'
import type { Waterfall } from './waterfall.ts'

/** Lets the page be used without a mouse. */
export function listenToKeys(state: PageState, waterfall: Waterfall): void {
  const rows = byId('rows')
  const help = byId('help') as HTMLDialogElement
  rows.addEventListener('keydown', (event) => {
    const act = ROW_KEYS[event.key]
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    act(state, waterfall.pageSize())
    waterfall.reveal()
  })
  document.addEventListener('keydown', (event) => {
    const { target, key } = event
    if (help.open || event.ctrlKey || event.metaKey || event.altKey) return
    if (key === 'Escape') return escape(state, target)
    if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) {
      if (target.id === 'search' && (key === 'Enter' || key === 'ArrowDown')) {
        event.preventDefault()
        rows.focus()
      }
      return
    }
    const act = PAGE_KEYS[key]
    if (act === undefined) return
    event.preventDefault()
    act(state)
  })
  // rows are made anew while one scrolls, so the focus stays on what holds them
  rows.addEventListener('focus', () => {
    if (state.selected !== undefined || !rows.matches(':focus-visible')) return
    state.selected = state.rows()[0]?.index
    state.changed()
  })
  byId('help-button').addEventListener('click', () => help.showModal())
}

function escape(state: PageState, target: EventTarget | null): void {
  const fromSearch = target instanceof HTMLElement && target.id === 'search'
  if (state.detailsOpen && !fromSearch) {
    state.detailsOpen = false
    state.changed()
  } else clearFilters(state)
  byId('rows').focus()
}

type RowAct = (state: PageState, pageSize: number) => void

function moveBy(state: PageState, by: number): void {
  const rows = state.rows()
  const at = rows.findIndex(({ index }) => index === state.selected)
  const next = at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))
  state.selected = rows[next]?.index
  state.changed()
}

const ROW_KEYS: Readonly<Record<string, RowAct>> = {
  ArrowDown: (state) => moveBy(state, 1),
  ArrowUp: (state) => moveBy(state, -1),
  PageDown: moveBy,
  PageUp: (state, pageSize) => moveBy(state, -pageSize),
  Home: (state) => moveBy(state, Number.NEGATIVE_INFINITY),
  End: (state) => moveBy(state, Number.POSITIVE_INFINITY),
  ArrowRight: (state) => {
    const row = state.rows().find(({ index }) => index === state.selected)
    if (row?.hasChildren !== true) return
    if (row.isOpen) moveBy(state, 1)
    else state.toggle(row.index, true)
  },
  ArrowLeft: (state) => {
    const rows = state.rows()
    const at = rows.findIndex(({ index }) => index === state.selected)
    const row = rows[at]
    if (row === undefined) return
    if (row.hasChildren && row.isOpen && !state.filtering) return state.toggle(row.index, false)
    const above = rows.slice(0, at).findLast(({ span }) => span.depth < row.span.depth)
    if (above !== undefined) state.selected = above.index
    state.changed()
  },
  Enter: (state) => {
    if (state.selected === undefined) return
    state.detailsOpen = true
    state.changed()
    byId('details').focus()
  },
  ' ': (state) => {
    state.detailsOpen = !state.detailsOpen
    state.changed()
  },
}

const PAGE_KEYS: Readonly<Record<string, (state: PageState) => void>> = {
  '/': () => {
    const search = byId('search') as HTMLInputElement
    search.focus()
    search.select()
  },
  '?': () => (byId('help') as HTMLDialogElement).showModal(),
  '+': (state) => state.zoomBy(0.5),
  '=': (state) => state.zoomBy(0.5),
  '-': (state) => state.zoomBy(2),
  '0': (state) => {
    state.fit()
    state.changed()
  },
  '[': (state) => state.showTrace(state.traceIndex - 1),
  ']': (state) => state.showTrace(state.traceIndex + 1),
  c: (state) => state.toggleAll(),
  d: (state) => {
    state.deniedOnly = !state.deniedOnly
    state.changed()
  },
  e: (state) => {
    state.errorsOnly = !state.errorsOnly
    state.changed()
  },
}
