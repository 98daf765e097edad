import { formatCost, formatCount, formatDuration } from '../src/view/format.ts'
import type { ViewTotals, ViewTrace } from '../src/view/view-trace.ts'
import { visibleLine } from '../src/view/visible-text.ts'
import { byId, element } from './dom.ts'
import type { PageState } from './page-state.ts'

/** Creates the line of totals of the shown trace. */
export function createSummary(state: PageState): () => void {
  let shown: ViewTrace | undefined
  return () => {
    const { trace } = state
    if (trace === shown || trace === undefined) return
    shown = trace
    byId('trace-name').textContent = visibleLine(trace.name)
    byId('trace-about').textContent = aboutOf(trace)
    byId('totals').replaceChildren(...totalsOf(trace.totals))
  }
}

function aboutOf({ startedAt, origins, spans, traceId }: ViewTrace): string {
  const services = new Set(origins.flatMap(({ service }) => service ?? []))
  const session = spans[0]?.attributes['gen_ai.conversation.id'] ?? spans[0]?.attributes['aos.session.id']
  const parts = [
    ...services,
    startedAt.replace('T', ' ').replace('Z', ' UTC'),
    typeof session === 'string' ? `session ${session}` : undefined,
    `trace ${traceId}`,
  ]
  return parts.flatMap((part) => (part === undefined ? [] : [visibleLine(part)])).join('  ·  ')
}

function totalsOf(totals: ViewTotals): readonly HTMLElement[] {
  const { inputTokens, outputTokens, costUsd, denials, modifications, errors, unfinished } = totals
  const tile = (label: string, value: string, kind = ''): HTMLElement =>
    element('div', { class: `tile ${kind}` }, element('dt', { text: label }), element('dd', { text: value }))
  return [
    tile('Time', formatDuration(totals.durationMs)),
    tile('Tokens', `${formatCount(inputTokens)} → ${formatCount(outputTokens)}`),
    tile(
      'Cost',
      costUsd === undefined ? 'unknown' : formatCost(costUsd),
      costUsd === undefined ? 'faint' : '',
    ),
    tile('Denied', formatCount(denials), denials > 0 ? 'bad' : ''),
    tile('Errors', formatCount(errors), errors > 0 ? 'bad' : ''),
    tile('Modified', formatCount(modifications), modifications > 0 ? 'warn' : ''),
    tile('Decisions', formatCount(totals.decisions)),
    tile('Model calls', formatCount(totals.modelCalls)),
    tile('Tool calls', formatCount(totals.toolCalls)),
    ...(unfinished > 0 ? [tile('Not ended', formatCount(unfinished), 'warn')] : []),
  ]
}
