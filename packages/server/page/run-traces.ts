import type { AgentRun } from '@agent-run/types'
import { plural, tracesIn, visibleLine, visibleText, type ViewSpan, type ViewTrace } from '@aos/trace/view'
import { textsOfSpan, type StepTexts } from '../src/view/changes.ts'
import { member, textIn } from '../src/view/run-facts.ts'
import { element } from '../../trace/page/dom.ts'
import { formatFull } from './format.ts'
import { STEP_ICONS } from './icons.ts'
import { block, facts, isAborted, pill, section } from './parts.ts'
import type { Reading } from './run-family.ts'
import { Waterfall, type RowState, type WaterfallRow } from './waterfall.ts'

const MOST = 1_000

interface EventPage {
  readonly events: readonly {
    readonly kind: string
    readonly id: string
    readonly at: number
    readonly content: unknown
  }[]
}

/** The spans, events and audit entries that the server was sent about a run. */
export class Traces {
  readonly box: HTMLElement = element('div', { class: 'traces' })
  #waterfalls: readonly Waterfall[] = []

  readonly #onTexts: (texts: ReadonlyMap<string, StepTexts>) => void

  constructor(run: AgentRun, reading: Reading, onTexts: (texts: ReadonlyMap<string, StepTexts>) => void) {
    this.box.hidden = true
    this.#onTexts = onTexts
    void this.#fill(run, reading).catch((error: unknown) => {
      if (!isAborted(error))
        this.#show([section('Spans', element('p', { text: 'These could not be read.' }))])
    })
  }

  /** Gives a key to the spans that have the focus. */
  onKey(key: string): boolean {
    return this.#waterfalls.find((one) => one.hasFocus())?.onKey(key) ?? false
  }

  async #fill(run: AgentRun, { api, signal }: Reading): Promise<void> {
    const path = `/runs/${encodeURIComponent(run.id)}`
    const [request, { events }] = await Promise.all([
      api.get<unknown>(`${path}/spans?limit=${MOST}`, signal),
      api.get<EventPage>(`${path}/events?limit=${MOST}`, signal),
    ])
    const traces = tracesIn(request) ?? []
    if (traces.length === 0 && events.length === 0) return
    this.#waterfalls = traces.map((trace, at) => waterfallOf(trace, at))
    this.#show([
      ...traces.map((trace, at) => section(titleOf(trace), this.#waterfalls[at]?.box)),
      ...(events.length === 0 ? [] : [eventCard(events)]),
    ])
    for (const waterfall of this.#waterfalls) waterfall.draw()
    const spans = traces.flatMap((trace) => trace.spans)
    const texts = new Map(
      spans.map(({ attributes }) => textsOfSpan(attributes)).filter((one) => one !== undefined),
    )
    if (texts.size > 0) this.#onTexts(texts)
  }

  #show(cards: readonly HTMLElement[]): void {
    this.box.hidden = false
    this.box.replaceChildren(...cards)
  }
}

function waterfallOf(trace: ViewTrace, at: number): Waterfall {
  return new Waterfall({
    name: `trace${at}-span`,
    label: at === 0 ? 'Span' : `Span of trace ${at + 1}`,
    rows: trace.spans.map((span) => rowOf(trace, span)),
  })
}

function titleOf({ spans, totals }: ViewTrace): string {
  const more = spans.length >= MOST ? ', those that follow are left out' : ''
  const denied = totals.denials === 0 ? '' : `, ${totals.denials} denied`
  return `${plural(spans.length, 'span')}${denied}${more}`
}

const STATES: Readonly<Record<ViewSpan['outcome'], RowState>> = {
  ok: 'ok',
  error: 'failed',
  denied: 'denied',
  cancelled: 'failed',
  skipped: 'open',
  unfinished: 'open',
}
const KINDS: Readonly<Record<ViewSpan['work'], keyof typeof STEP_ICONS>> = {
  agent: 'message',
  model: 'reasoning',
  tool: 'tool_call',
  retrieval: 'tool_call',
  memory: 'tool_call',
  mcp: 'tool_call',
  a2a: 'handoff',
  guardrail: 'tool_result',
  workflow: 'message',
  other: 'tool_result',
}

function rowOf(trace: ViewTrace, span: ViewSpan): WaterfallRow {
  const isModified = span.decisions.some(({ enforced }) => enforced === 'modified')
  return {
    id: span.spanId,
    label: span.name,
    icon: STEP_ICONS[KINDS[span.work]],
    kind: KINDS[span.work],
    state: isModified && span.outcome === 'ok' ? 'modified' : STATES[span.outcome],
    depth: span.depth,
    from: span.startMs,
    to: span.startMs + (span.durationMs ?? 0),
    details: () => spanDetails(trace, span),
  }
}

function spanDetails(trace: ViewTrace, span: ViewSpan): HTMLElement[] {
  const origin = trace.origins[span.origin]
  return [
    element('h3', { text: visibleLine(span.name) }),
    ...(span.message === undefined
      ? []
      : [element('p', { class: 'error-box', text: visibleText(span.message) })]),
    ...span.decisions.map(({ verdict, enforced, by, reason, codes }) =>
      element(
        'div',
        { class: 'decision' },
        pill(enforced === 'denied' || enforced === 'withheld' ? 'bad' : 'plain', verdict),
        ' ',
        element('span', {
          text: visibleText([by, reason, ...codes].filter((text) => text !== undefined).join(' · ')),
        }),
      ),
    ),
    facts([
      ['Work', span.work],
      ['Service', origin?.service],
      ['Scope', origin?.scope],
      ['Model', span.model],
      ['Span', element('code', { text: visibleLine(span.spanId) })],
      ['Trace', element('code', { text: visibleLine(trace.traceId) })],
    ]),
    element('h4', { text: 'Attributes' }),
    block(JSON.stringify(span.attributes, null, 2), 'Attributes of the span'),
    ...(span.events.length === 0
      ? []
      : [
          element('h4', { text: 'Events' }),
          block(JSON.stringify(span.events, null, 2), 'Events of the span'),
        ]),
  ]
}

function eventCard(events: EventPage['events']): HTMLElement {
  const entries = events.map(({ kind, at, content }) => {
    const details = element(
      'details',
      { class: 'pair' },
      element(
        'summary',
        {},
        element('span', { class: 'muted', text: formatFull(at) }),
        ' ',
        pill('plain', kind),
        ' ',
        element('span', { text: visibleLine(whatOf(content)) }),
      ),
    )
    details.addEventListener('toggle', () => {
      if (details.childElementCount === 1)
        details.append(block(JSON.stringify(content, null, 2), 'The event'))
    })
    return details
  })
  return section('Events and audit entries', ...entries)
}

// an event of agent_activity.v1 names itself; an entry of a ledger tells of a decision
function whatOf(content: unknown): string {
  const type = textIn(member(content, 'event_type'))
  if (type !== undefined) return type
  const facts_ = member(content, 'entry') ?? content
  const decision = member(facts_, 'decision')
  return ['hook', 'verdict', 'reason']
    .map((name) => textIn(member(decision, name)))
    .filter((text) => text !== undefined)
    .join(' · ')
}
