import type { Work } from '../src/view/view-trace.ts'
import { byId, element, icon } from './dom.ts'
import { ICONS, WORK_ICONS, WORK_LABELS } from './icons.ts'
import type { PageState } from './page-state.ts'

const TYPING_MS = 90

/** Creates the search and the switches that choose which spans are shown. */
export function createFilters(state: PageState): () => void {
  const search = byId('search') as HTMLInputElement
  let timer = 0
  search.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      state.query = search.value.trim().toLowerCase()
      state.changed()
    }, TYPING_MS)
  })
  const denied = switchOf({ label: 'Denied', path: ICONS.denied, kind: 'bad' }, () => {
    state.deniedOnly = !state.deniedOnly
    state.changed()
  })
  const errors = switchOf({ label: 'Errors', path: ICONS.error, kind: 'bad' }, () => {
    state.errorsOnly = !state.errorsOnly
    state.changed()
  })
  const present = new Set(state.data.traces.flatMap(({ spans }) => spans.map(({ work }) => work)))
  const kinds = (Object.keys(WORK_LABELS) as Work[])
    .filter((work) => present.has(work))
    .map((work) => ({
      work,
      button: switchOf({ label: WORK_LABELS[work], path: WORK_ICONS[work], kind: `work-${work}` }, () => {
        if (!state.works.delete(work)) state.works.add(work)
        state.changed()
      }),
    }))
  const clear = element('button', {
    class: 'button clear',
    text: 'Clear filters',
    attributes: { type: 'button' },
    onClick: () => clearFilters(state),
  })
  const divider = element('span', { class: 'divider', attributes: { 'aria-hidden': 'true' } })
  byId('filters').replaceChildren(denied, errors, divider, ...kinds.map(({ button }) => button), clear)
  return () => {
    denied.setAttribute('aria-pressed', String(state.deniedOnly))
    errors.setAttribute('aria-pressed', String(state.errorsOnly))
    for (const { work, button } of kinds) button.setAttribute('aria-pressed', String(state.works.has(work)))
    clear.hidden = !state.filtering
  }
}

/** Shows everything again. */
export function clearFilters(state: PageState): void {
  ;(byId('search') as HTMLInputElement).value = ''
  state.query = ''
  state.works.clear()
  state.deniedOnly = false
  state.errorsOnly = false
  state.changed()
}

interface Switch {
  readonly label: string
  readonly path: string
  readonly kind: string
}

function switchOf({ label, path, kind }: Switch, onClick: () => void): HTMLButtonElement {
  return element(
    'button',
    { class: `switch ${kind}`, attributes: { type: 'button', 'aria-pressed': 'false' }, onClick },
    icon(path),
    label,
  )
}
