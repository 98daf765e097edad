import { formatDuration } from '../src/view/format.ts'
import type { ViewTrace } from '../src/view/view-trace.ts'
import { visibleLine } from '../src/view/visible-text.ts'
import { byId, element, icon } from './dom.ts'
import { ICONS } from './icons.ts'
import type { PageState } from './page-state.ts'

/** Creates the choice of a trace: a list where there is room for one, else a menu. */
export function createTraceList(state: PageState): () => void {
  const { traces } = state.data
  document.body.classList.toggle('one-trace', traces.length < 2)
  const menu = byId('trace-menu') as HTMLSelectElement
  const buttons = traces.map((trace, index) => buttonOf(trace, () => state.showTrace(index)))
  byId('trace-list').replaceChildren(...buttons.map((button) => element('li', {}, button)))
  menu.replaceChildren(
    ...traces.map((trace, index) =>
      element('option', { text: menuText(trace), attributes: { value: String(index) } }),
    ),
  )
  menu.addEventListener('change', () => state.showTrace(Number(menu.value)))
  byId('trace-count').textContent = `${traces.length} traces`

  let marked = ''
  return () => {
    menu.value = String(state.traceIndex)
    const key = [state.traceIndex, state.query, ...state.works, state.deniedOnly, state.errorsOnly].join('\n')
    if (key === marked) return
    marked = key
    for (const [index, button] of buttons.entries()) {
      if (index === state.traceIndex) button.setAttribute('aria-current', 'true')
      else button.removeAttribute('aria-current')
      const fits = !state.filtering || (traces[index]?.spans.some((span) => state.matches(span)) ?? false)
      button.classList.toggle('without', !fits)
    }
  }
}

function buttonOf(trace: ViewTrace, onClick: () => void): HTMLButtonElement {
  const { totals, name, startedAt } = trace
  const note = (count: number, word: string, path: string): HTMLElement =>
    element(
      'span',
      { class: 'note bad', title: `${count} ${word}`, attributes: { 'aria-label': `${count} ${word}` } },
      icon(path),
      String(count),
    )
  return element(
    'button',
    { class: 'trace', attributes: { type: 'button' }, onClick },
    element('span', { class: 'trace-title', text: visibleLine(name) }),
    element(
      'span',
      { class: 'trace-notes' },
      element('span', { text: `${startedAt.slice(11, 19)} · ${formatDuration(totals.durationMs)}` }),
      totals.denials > 0 ? note(totals.denials, 'denied', ICONS.denied) : undefined,
      totals.errors > 0
        ? note(totals.errors, totals.errors === 1 ? 'error' : 'errors', ICONS.error)
        : undefined,
    ),
  )
}

function menuText({ name, startedAt, totals }: ViewTrace): string {
  const denied = totals.denials > 0 ? ` · ${totals.denials} denied` : ''
  return `${startedAt.slice(11, 19)}  ${visibleLine(name)} · ${formatDuration(totals.durationMs)}${denied}`
}
