import { formatCost, formatCount, visibleLine } from '@aos/trace/view'
import type { LeaderboardEntry } from '../src/store/run-store.ts'
import { element } from '../../trace/page/dom.ts'
import { failure, isAborted, notice, table } from './parts.ts'
import type { Shell, View } from './shell.ts'

/** Creates the view that ranks agents by their evaluations. */
export function createLeaderboardView(shell: Shell): View {
  const body = element('div', {}, notice('reading the ranking'))
  const benchmark = element('input', {
    attributes: { type: 'text', 'aria-label': 'Benchmark', placeholder: 'Benchmark', spellcheck: 'false' },
  })
  benchmark.value = shell.query.get('benchmark_id') ?? ''
  let reading = new AbortController()
  let timer = 0
  const read = async (): Promise<void> => {
    reading.abort()
    reading = new AbortController()
    const query = new URLSearchParams(benchmark.value === '' ? {} : { benchmark_id: benchmark.value })
    shell.setQuery(query)
    const path = `/evals/leaderboard?${query.toString()}`
    try {
      const { entries } = await shell.api.get<{ entries: readonly LeaderboardEntry[] }>(path, reading.signal)
      body.replaceChildren(ranking(entries))
    } catch (error) {
      if (!isAborted(error)) body.replaceChildren(failure(error, () => void read()))
    }
  }
  const readSoon = (wait: number): void => {
    clearTimeout(timer)
    timer = window.setTimeout(() => void read(), wait)
  }
  benchmark.addEventListener('input', () => readSoon(250))
  shell.root.className = 'page'
  shell.root.append(
    element('header', { class: 'page-head' }, element('h1', { text: 'Leaderboard' }), benchmark),
    body,
  )
  void read()
  return {
    title: 'Leaderboard',
    onChange(change) {
      if (change?.type === 'run.eval_attached') readSoon(1_000)
    },
    close() {
      clearTimeout(timer)
      reading.abort()
    },
  }
}

function ranking(entries: readonly LeaderboardEntry[]): HTMLElement {
  if (entries.length === 0) return notice('No run has been evaluated yet.')
  const rows = entries.map((entry, at) => [
    String(at + 1),
    element('strong', { text: visibleLine(entry.agent_name) }),
    entry.model ?? '–',
    entry.runtime ?? '–',
    scoreOf(entry.avg_score),
    `${(entry.pass_rate * 100).toFixed(0)} %`,
    entry.avg_cost_usd === null ? '–' : formatCost(entry.avg_cost_usd),
    formatCount(entry.run_count),
  ])
  const head = ['Rank', 'Agent', 'Model', 'Runtime', 'Score', 'Passed', 'Cost of a run', 'Runs']
  return element('section', { class: 'card' }, table(head, rows, 'Ranking of agents'))
}

function scoreOf(score: number): HTMLElement {
  const bar = element('span', { class: 'score-bar', attributes: { 'aria-hidden': 'true' } }, element('i'))
  const filled = bar.firstElementChild
  if (filled instanceof HTMLElement) filled.style.width = `${score}%`
  return element('span', { class: 'score-cell' }, element('span', { text: score.toFixed(1) }), bar)
}
