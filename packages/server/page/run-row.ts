import { momentOf } from '../src/store/run-moment.ts'
import { formatCost, formatCount, visibleLine } from '@aos/trace/view'
import { element, icon } from '../../trace/page/dom.ts'
import { formatFull, formatLength, formatMoment, shortId } from './format.ts'
import { ICONS } from './icons.ts'
import { statusPill } from './parts.ts'
import type { ListedRun } from './run-pages.ts'
import { pathOfRun } from './shell.ts'

/** Columns of the list of runs. */
export const COLUMNS: readonly string[] = [
  'Compare',
  'Status',
  'Agent',
  'Started',
  'Time',
  'Steps',
  'Tokens',
  'Cost',
  'Denied',
  'Outcome',
]

/** How a row stands in the list. */
export interface RowState {
  readonly index: number
  readonly isSelected: boolean
  readonly isMarked: boolean
  readonly onMark: () => void
}

/** The row of a run; without one, the place where it will be. */
export function runRow(listed: ListedRun | undefined, state: RowState): HTMLElement {
  const row = element('div', {
    class: `row${state.isSelected ? ' selected' : ''}`,
    id: `run-${state.index}`,
    attributes: {
      role: 'row',
      'aria-rowindex': String(state.index + 2),
      'aria-selected': String(state.isSelected),
    },
  })
  if (listed === undefined) {
    row.classList.add('awaited')
    row.append(element('div', { text: 'loading', attributes: { role: 'gridcell' } }))
    return row
  }
  row.append(...cellsOf(listed, state))
  return row
}

function cellsOf({ run, steps, denials }: ListedRun, state: RowState): HTMLElement[] {
  const { cost } = run
  const name = visibleLine(run.agent_name ?? run.agent_id)
  const at = momentOf(run.started_at)
  const link = element('a', {
    class: 'name',
    text: name === '' ? '(without a name)' : name,
    attributes: { href: pathOfRun(run.id), tabindex: '-1' },
  })
  const about = [shortId(run.id), run.model].filter((text) => text !== undefined).map(visibleLine)
  const tokens = cost.total_tokens ?? cost.input_tokens + cost.output_tokens
  const price = typeof cost.cost_usd === 'number' ? formatCost(cost.cost_usd) : '–'
  return [
    cell('mark', markOf(name, state)),
    cell('status', statusPill(run.status)),
    cell(
      'agent',
      link,
      element('span', { class: 'about', text: about.join(' · '), title: visibleLine(run.id) }),
    ),
    cell('started', element('span', { text: formatMoment(at), title: formatFull(at) })),
    cell('number time', formatLength(run)),
    cell('number count', formatCount(steps)),
    cell('number tokens', formatCount(tokens)),
    cell('number cost', price),
    cell('number denials', denials === 0 ? '–' : deniedOf(denials)),
    cell('outcome', run.outcome ?? '–', evaluationOf(run)),
  ]
}

function markOf(name: string, { isMarked, onMark }: RowState): HTMLElement {
  const mark = element('input', {
    attributes: { type: 'checkbox', tabindex: '-1', 'aria-label': `Mark ${name} to compare` },
    onClick: (event) => {
      event.stopPropagation()
      onMark()
    },
  })
  mark.checked = isMarked
  return mark
}

function deniedOf(denials: number): HTMLElement {
  return element('span', { class: 'bad-text' }, icon(ICONS.denied), formatCount(denials))
}

function evaluationOf({ eval: result }: ListedRun['run']): HTMLElement | undefined {
  if (result === null || result === undefined) return undefined
  const tone = result.pass ? 'good' : 'bad'
  return element('span', {
    class: `pill ${tone}`,
    text: formatCount(result.score),
    title: `Evaluation: ${result.pass ? 'passed' : 'failed'}, ${result.score} of 100`,
  })
}

function cell(name: string, ...children: readonly (string | Node | undefined)[]): HTMLElement {
  return element('div', { class: `cell ${name}`, attributes: { role: 'gridcell' } }, ...children)
}
