import { momentOf } from '../src/store/run-moment.ts'
import type { AgentRun } from '@agent-run/types'
import { formatCost, formatCount, visibleLine, visibleText } from '@aos/trace/view'
import { denialsIn, tokensOf } from '../src/view/run-facts.ts'
import { element } from '../../trace/page/dom.ts'
import { formatDay, formatLength, formatTime } from './format.ts'
import { facts, pill, section, statusPill } from './parts.ts'

/** What a run was and how it went. */
export function runHead(run: AgentRun): HTMLElement {
  const { outcome } = run
  const tone = outcome === 'success' ? 'good' : outcome === 'failed' ? 'bad' : 'warn'
  return element(
    'header',
    { class: 'run-head' },
    element('a', { class: 'back', text: '← All runs', attributes: { href: '/' } }),
    element(
      'div',
      { class: 'run-title' },
      element('h1', { text: visibleLine(run.agent_name ?? run.agent_id) }),
      statusPill(run.status),
      typeof outcome === 'string' ? pill(tone, outcome) : undefined,
    ),
    element('p', { class: 'about' }, element('code', { text: visibleLine(run.id) })),
    typeof run.error === 'string'
      ? element('p', { class: 'error-box', text: visibleText(run.error) })
      : undefined,
    tiles(run),
    facts([
      ['Agent', run.agent_name === undefined ? undefined : run.agent_id],
      ['Model', [run.provider, run.model].filter((text) => text !== undefined).join(' / ')],
      ['Runtime', [run.runtime, run.runtime_version].filter((text) => text !== undefined).join(' ')],
      ['Trigger', run.trigger],
      ['Task', run.task_id ?? undefined],
      ['Workspace', run.workspace_id ?? undefined],
      [
        'Git',
        [run.git_branch, run.git_commit?.slice(0, 12)].filter((text) => typeof text === 'string').join(' '),
      ],
    ]),
  )
}

function tiles(run: AgentRun): HTMLElement {
  const { cost } = run
  const denials = denialsIn(run)
  const cached = cost.cache_read_tokens ?? 0
  const shown: readonly (readonly [string, string, string?])[] = [
    ['Started', formatTime(momentOf(run.started_at)), formatDay(momentOf(run.started_at))],
    ['Time', formatLength(run)],
    ['Steps', formatCount(run.steps.length)],
    [
      'Tokens',
      formatCount(tokensOf(run)),
      `${formatCount(cost.input_tokens)} in, ${formatCount(cost.output_tokens)} out${cached > 0 ? `, ${formatCount(cached)} cached` : ''}`,
    ],
    ['Cost', typeof cost.cost_usd === 'number' ? formatCost(cost.cost_usd) : 'unknown'],
    ['Denied', formatCount(denials)],
  ]
  return element(
    'dl',
    { class: 'tiles' },
    ...shown.map(([name, value, more]) =>
      element(
        'div',
        { class: `tile${name === 'Denied' && denials > 0 ? ' bad' : ''}` },
        element('dt', { text: name }),
        element('dd', { text: value }, more === undefined ? undefined : element('small', { text: more })),
      ),
    ),
  )
}

/** How a run was evaluated, where it was. */
export function evaluationCard({ eval: result }: AgentRun): HTMLElement | undefined {
  if (result === null || result === undefined) return undefined
  const { metrics } = result
  const measured = Object.entries(metrics ?? {}).filter(([, value]) => value !== null && value !== undefined)
  const text = (value: unknown): string | undefined =>
    value === null || value === undefined
      ? undefined
      : typeof value === 'string'
        ? value
        : JSON.stringify(value)
  return section(
    'Evaluation',
    element(
      'p',
      { class: 'score' },
      pill(result.pass ? 'good' : 'bad', result.pass ? 'passed' : 'failed'),
      element('strong', { text: formatCount(result.score) }),
      element('span', { class: 'muted', text: 'of 100' }),
    ),
    facts([
      ['Benchmark', text(result.benchmark_id)],
      ['Task type', text(result.task_type)],
      ['Layer', text(result.eval_layer)],
      ['Expected', text(result.expected_outcome)],
      ['Actual', text(result.actual_outcome)],
      ['Regression from', text(result.regression_from)],
      ['Detail', text(result.detail)],
      ...measured.map(([name, value]): readonly [string, string | undefined] => [name, text(value)]),
    ]),
  )
}
