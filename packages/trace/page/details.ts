import { formatCost, formatCount, formatDuration } from '../src/view/format.ts'
import { isDenial, type ViewDecision, type ViewEvent, type ViewSpan } from '../src/view/view-trace.ts'
import { visibleLine, visibleText } from '../src/view/visible-text.ts'
import { contentElement, conversationElement } from './content.ts'
import { attributeTable } from './attribute-table.ts'
import { byId, element, icon } from './dom.ts'
import { ICONS, WORK_ICONS, WORK_LABELS } from './icons.ts'
import type { PageState } from './page-state.ts'

/** Creates the panel that tells all of the selected span. */
export function createDetails(state: PageState): () => void {
  const panel = byId('details')
  let shown: ViewSpan | undefined
  return () => {
    const span = state.detailsOpen ? state.selectedSpan : undefined
    panel.hidden = span === undefined
    document.body.classList.toggle('with-details', span !== undefined)
    if (span === shown) return
    shown = span
    panel.replaceChildren(...(span === undefined ? [] : sectionsOf(state, span)))
    panel.scrollTop = 0
  }
}

function sectionsOf(state: PageState, span: ViewSpan): readonly HTMLElement[] {
  const origin = state.trace?.origins[span.origin]
  return [
    headOf(state, span),
    factsOf(state, span),
    ...(span.message === undefined
      ? []
      : [element('p', { class: `message ${span.outcome}`, text: visibleText(span.message) })]),
    ...section('Decisions', span.decisions.map(decisionCard)),
    ...span.contents.flatMap(({ label, attribute }) =>
      section(label, [contentOf(state, span, attribute)], attribute),
    ),
    ...section('Events', span.events.filter(({ name }) => name !== 'aos.decision').map(eventElement)),
    ...section('Attributes', [attributeTable(span.attributes)]),
    ...section('Resource', [attributeTable({ ...origin?.resource, 'scope.name': origin?.scope ?? '' })]),
    ...section('Identity', [
      attributeTable({
        trace_id: state.trace?.traceId ?? '',
        span_id: span.spanId,
        ...(span.parentSpanId === undefined ? {} : { parent_span_id: span.parentSpanId }),
        ...Object.fromEntries(
          span.links.map((link, at) => [`link ${at + 1}`, `${link.traceId} ${link.spanId}`]),
        ),
      }),
    ]),
  ]
}

function contentOf({ trace }: PageState, span: ViewSpan, attribute: string): HTMLElement {
  const value = span.attributes[attribute] ?? null
  const isPrompt = attribute === 'gen_ai.input.messages' && typeof value === 'string'
  const refers = isPrompt && ('aos.messages.earlier' in span.attributes || value.includes('"aos.reference"'))
  return refers && trace !== undefined ? conversationElement(trace, span) : contentElement(value)
}

function section(title: string, content: readonly HTMLElement[], note?: string): readonly HTMLElement[] {
  if (content.length === 0) return []
  const head = element('h3', { text: title })
  if (note !== undefined) head.append(element('code', { text: visibleLine(note) }))
  return [element('section', {}, head, ...content)]
}

function headOf(state: PageState, span: ViewSpan): HTMLElement {
  const mark = element('span', { class: `work work-${span.work}` }, icon(WORK_ICONS[span.work]))
  return element(
    'div',
    { class: 'details-head' },
    mark,
    element('h2', { text: visibleLine(span.name), id: 'details-title' }),
    element(
      'button',
      {
        class: 'icon-button',
        title: 'Close (Esc)',
        attributes: { type: 'button', 'aria-label': 'Close the details' },
        onClick: () => {
          state.detailsOpen = false
          state.changed()
          byId('rows').focus()
        },
      },
      icon(ICONS.close),
    ),
  )
}

function factsOf(state: PageState, span: ViewSpan): HTMLElement {
  const { tokens, peer } = span
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Kind', WORK_LABELS[span.work]],
    ['Status', span.outcome],
    ['Duration', span.durationMs === undefined ? 'not ended' : formatDuration(span.durationMs)],
    ['Starts at', formatDuration(span.startMs)],
    ['Model', span.model],
    ['Tokens in', tokens?.input === undefined ? undefined : formatCount(tokens.input)],
    ['Tokens out', tokens?.output === undefined ? undefined : formatCount(tokens.output)],
    ['From cache', tokens?.cacheRead === undefined ? undefined : formatCount(tokens.cacheRead)],
    ['Reasoning', tokens?.reasoning === undefined ? undefined : formatCount(tokens.reasoning)],
    ['Cost', span.costUsd === undefined ? undefined : formatCost(span.costUsd)],
    ['Peer', peer && [peer.name, peer.version, peer.url].filter(Boolean).join(' ')],
  ]
  const list = element('dl', { class: 'facts' })
  for (const [term, value] of facts) {
    if (value === undefined || value === '') continue
    const shown = element('dd', { text: visibleLine(value) })
    if (term === 'Status') shown.className = `status ${span.outcome}`
    list.append(element('div', {}, element('dt', { text: term }), shown))
  }
  const zoom = element('button', {
    class: 'button',
    text: 'Zoom to this span',
    attributes: { type: 'button' },
    onClick: () => {
      const length = span.durationMs ?? 0
      state.zoomTo(span.startMs - length * 0.1, span.startMs + length * 1.1)
    },
  })
  return element('div', {}, list, zoom)
}

function decisionCard(decision: ViewDecision): HTMLElement {
  const { verdict, reason, by, policies, codes, hook, phase, enforced, latencyMs, source } = decision
  const kind = isDenial(decision) ? 'bad' : verdict === 'allow' ? 'good' : 'warn'
  const path = kind === 'bad' ? ICONS.denied : kind === 'good' ? ICONS.allowed : ICONS.modified
  const notes: readonly (readonly [string, string | undefined])[] = [
    ['by', by],
    ['policies', policies.join(', ')],
    ['codes', codes.join(', ')],
    ['hook', [hook, phase].filter(Boolean).join(', ')],
    ['done', enforced],
    ['source', source],
    ['took', latencyMs === undefined ? undefined : formatDuration(latencyMs)],
    ['failed open', decision.failOpen],
  ]
  const list = element('dl', { class: 'notes' })
  for (const [term, value] of notes) {
    if (value === undefined || value === '') continue
    list.append(element('dt', { text: term }), element('dd', { text: visibleLine(value) }))
  }
  return element(
    'div',
    { class: `decision ${kind}${decision.shadow ? ' shadow' : ''}` },
    element(
      'p',
      { class: 'verdict' },
      icon(path),
      element('strong', { text: visibleLine(verdict) }),
      decision.shadow ? element('span', { class: 'tag', text: 'shadow: not enforced' }) : undefined,
    ),
    reason === undefined ? undefined : element('p', { class: 'reason', text: visibleText(reason) }),
    list,
  )
}

function eventElement({ name, atMs, attributes }: ViewEvent): HTMLElement {
  return element(
    'div',
    { class: 'event' },
    element(
      'p',
      {},
      element('strong', { text: visibleLine(name) }),
      element('span', { class: 'muted', text: ` at ${formatDuration(atMs)}` }),
    ),
    Object.keys(attributes).length === 0 ? undefined : attributeTable(attributes),
  )
}
