import { momentOf } from '../src/store/run-moment.ts'
import type { AgentRun, Step } from '@agent-run/types'
import { formatCost, formatCount, formatDuration, plural, visibleLine } from '@aos/trace/view'
import { alignLists, type Pair } from '../src/view/align-lists.ts'
import { decisionsOf, denialsIn, labelOf, stateOf, timesOf, tokensOf } from '../src/view/run-facts.ts'
import { diffTexts, writeOut } from '../src/view/text-diff.ts'
import { element } from '../../trace/page/dom.ts'
import { formatFull, shortId } from './format.ts'
import { failure, isAborted, notice, pill, section, statusPill, table } from './parts.ts'
import { pathOfRun, type Shell, type View } from './shell.ts'
import { diffBlock } from './step-details.ts'

/** Creates the view that puts two runs beside each other. */
export function createCompareView(shell: Shell): View {
  const reading = new AbortController()
  const [a, b] = [shell.query.get('a') ?? '', shell.query.get('b') ?? '']
  const read = async (): Promise<void> => {
    const get = (id: string): Promise<AgentRun> =>
      shell.api.get<AgentRun>(`/runs/${encodeURIComponent(id)}`, reading.signal)
    try {
      const [left, right] = await Promise.all([get(a), get(b)])
      shell.root.className = 'page'
      shell.root.replaceChildren(...comparison(left, right))
    } catch (error) {
      if (!isAborted(error)) shell.root.replaceChildren(failure(error, () => void read()))
    }
  }
  if (a === '' || b === '') shell.root.append(notice('Mark two runs in the list to compare them.'))
  else {
    shell.root.append(notice('reading two runs'))
    void read()
  }
  return { title: 'Compare', close: () => reading.abort() }
}

function comparison(left: AgentRun, right: AgentRun): HTMLElement[] {
  const pairs = alignLists(left.steps, right.steps, isSameWork)
  const different = pairs.filter((pair) => differences(pair).length > 0).length
  const heading = element('h1', { text: 'Compare two runs' })
  const back = element('a', { class: 'back', text: '← All runs', attributes: { href: '/' } })
  const list = element('div', { class: 'pairs' }, ...pairs.map(pairElement))
  const only = element('input', { attributes: { type: 'checkbox' } })
  only.addEventListener('change', () => list.classList.toggle('only-different', only.checked))
  return [
    element('header', { class: 'run-head' }, back, heading),
    section('Whole', totalsTable(left, right)),
    section(
      `Steps, ${different === 0 ? 'all the same' : `${plural(different, 'pair')} with differences`}`,
      element('label', { class: 'toggle' }, only, ' only differences'),
      list,
    ),
  ]
}

function totalsTable(left: AgentRun, right: AgentRun): HTMLElement {
  const number = (
    name: string,
    valueOf: (run: AgentRun) => number | null | undefined,
    format: (value: number) => string,
  ): (string | Node)[] => {
    const [one, other] = [valueOf(left), valueOf(right)]
    const shown = (value: number | null | undefined): string =>
      typeof value === 'number' ? format(value) : '–'
    return [name, shown(one), shown(other), changeOf(one, other, format)]
  }
  const text = (name: string, valueOf: (run: AgentRun) => string | null | undefined): (string | Node)[] => {
    const [one, other] = [valueOf(left) ?? '–', valueOf(right) ?? '–']
    return [name, one, other, one === other ? same() : pill('warn', 'differs')]
  }
  const link = (run: AgentRun): HTMLElement =>
    element('a', { text: visibleLine(shortId(run.id)), attributes: { href: pathOfRun(run.id) } })
  const rows: (string | Node)[][] = [
    ['Run', link(left), link(right), ''],
    text('Agent', ({ agent_name: name, agent_id: id }) => name ?? id),
    text('Model', ({ model }) => model),
    ['Started', formatFull(momentOf(left.started_at)), formatFull(momentOf(right.started_at)), ''],
    [
      'Status',
      statusPill(left.status),
      statusPill(right.status),
      left.status === right.status ? same() : pill('warn', 'differs'),
    ],
    text('Outcome', ({ outcome }) => outcome),
    text('Error', ({ error }) => error),
    number('Time', ({ duration_ms: ms }) => ms, formatDuration),
    number('Steps', ({ steps }) => steps.length, formatCount),
    number('Tokens', tokensOf, formatCount),
    number('Cost', ({ cost }) => cost.cost_usd, formatCost),
    number('Denied', denialsIn, formatCount),
    number('Score', ({ eval: result }) => result?.score, formatCount),
    text('Set-up (run_hash)', ({ provenance }) => shortId(provenance.run_hash)),
  ]
  return table(['Of', 'First', 'Second', 'Difference'], rows, 'Both runs as a whole')
}

function changeOf(
  one: number | null | undefined,
  other: number | null | undefined,
  format: (value: number) => string,
): string | Node {
  if (typeof one !== 'number' || typeof other !== 'number') return ''
  if (one === other) return same()
  const share =
    one === 0 ? '' : `, ${other > one ? '+' : '−'}${Math.abs((other / one - 1) * 100).toFixed(0)} %`
  return `${other > one ? '+' : '−'}${format(Math.abs(other - one))}${share}`
}

function same(): HTMLElement {
  return element('span', { class: 'muted', text: 'same' })
}

function isSameWork(one: Step, other: Step): boolean {
  return one.type === other.type && labelOf(one) === labelOf(other)
}

/** What differs between two steps that stand beside each other. */
function differences({ left, right }: Pair<Step>): readonly string[] {
  if (left === undefined) return ['only in the second']
  if (right === undefined) return ['only in the first']
  const found: string[] = []
  if (stateOf(left) !== stateOf(right)) found.push('state')
  if (verdictsOf(left) !== verdictsOf(right)) found.push('decisions')
  if (left.input_preview !== right.input_preview) found.push('input')
  if (left.output_preview !== right.output_preview) found.push('output')
  return found
}

function verdictsOf(step: Step): string {
  return decisionsOf(step)
    .map(({ hook, verdict, enforced, by, reason }) => [hook, verdict, enforced, by, reason].join(' '))
    .join('\n')
}

function pairElement(pair: Pair<Step>): HTMLElement {
  const { left, right } = pair
  const found = differences(pair)
  const head = element(
    'div',
    { class: 'pair-head' },
    sideOf(left),
    sideOf(right),
    element('div', { class: 'pair-notes' }, ...found.map((text) => pill('warn', text))),
  )
  if (found.length === 0 || left === undefined || right === undefined)
    return element('div', { class: `pair${found.length > 0 ? ' different' : ''}` }, head)
  const details = element('details', { class: 'pair different' }, element('summary', {}, head))
  details.addEventListener('toggle', () => {
    if (details.childElementCount === 1) details.append(...differencesInFull(left, right))
  })
  return details
}

function sideOf(step: Step | undefined): HTMLElement {
  if (step === undefined) return element('div', { class: 'side absent', text: '–' })
  const { from, to } = timesOf(step)
  const state = stateOf(step)
  return element(
    'div',
    { class: `side ${state}` },
    element('span', { class: 'label', text: visibleLine(labelOf(step)) }),
    element('span', {
      class: 'muted',
      text: [state === 'ok' ? '' : state, to > from ? formatDuration(to - from) : '']
        .filter((text) => text !== '')
        .join(' · '),
    }),
  )
}

function differencesInFull(left: Step, right: Step): HTMLElement[] {
  const parts: readonly (readonly [string, (step: Step) => string])[] = [
    ['Decisions', verdictsOf],
    ['Error', ({ error }) => error ?? ''],
    ['Input', ({ input_preview: text }) => written(text)],
    ['Output', ({ output_preview: text }) => written(text)],
  ]
  return parts
    .filter(([, textOf]) => textOf(left) !== textOf(right))
    .flatMap(([title, textOf]) => [
      element('h3', { text: title }),
      diffBlock(diffTexts(textOf(left), textOf(right))),
    ])
}

function written(preview: string | null | undefined): string {
  try {
    return writeOut(JSON.parse(preview ?? '') as unknown)
  } catch {
    // most previews are texts, or JSON that was cut
    return preview ?? ''
  }
}
