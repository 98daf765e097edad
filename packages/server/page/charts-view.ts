import { formatCost, formatCount, formatDuration, plural } from '@aos/trace/view'
import { createChart, roundUp, type ChartOptions } from './chart.ts'
import type { StatsBucket } from '../src/store/run-store.ts'
import { element } from '../../trace/page/dom.ts'
import type { Change } from './live.ts'
import { failure, isAborted, notice, table } from './parts.ts'
import type { Shell, View } from './shell.ts'

interface Stats {
  readonly bucket: 'hour' | 'day'
  readonly since: string
  readonly until: string
  readonly buckets: readonly Bucket[]
}

/** As the API gives it: with the time written out. */
type Bucket = Omit<StatsBucket, 'start'> & { readonly start: string }

const HOUR = 3_600_000
const DAY = 24 * HOUR
const SPANS: Readonly<
  Record<string, { readonly text: string; readonly bucket: 'hour' | 'day'; readonly ms: number }>
> = {
  '24h': { text: 'last 24 hours', bucket: 'hour', ms: DAY },
  '7d': { text: 'last 7 days', bucket: 'hour', ms: 7 * DAY },
  '30d': { text: 'last 30 days', bucket: 'day', ms: 30 * DAY },
  '90d': { text: 'last 90 days', bucket: 'day', ms: 90 * DAY },
  '1y': { text: 'last year', bucket: 'day', ms: 365 * DAY },
}
const REFRESH_MS = 5_000

/** Creates the view of what runs cost, how long they took, and what was denied, over time. */
export function createChartsView(shell: Shell): View {
  const body = element('div', { class: 'charts' }, notice('reading sums'))
  const span = element('select', { attributes: { 'aria-label': 'Time' } })
  for (const [value, { text }] of Object.entries(SPANS))
    span.append(element('option', { text, attributes: { value } }))
  span.value = Object.hasOwn(SPANS, shell.query.get('time') ?? '') ? (shell.query.get('time') ?? '') : '7d'
  const agent = element('input', {
    attributes: { type: 'text', 'aria-label': 'Agent id', placeholder: 'Agent id', spellcheck: 'false' },
  })
  agent.value = shell.query.get('agent_id') ?? ''
  let reading = new AbortController()
  let timer = 0
  const read = async (): Promise<void> => {
    reading.abort()
    reading = new AbortController()
    const query = new URLSearchParams({
      time: span.value,
      ...(agent.value === '' ? {} : { agent_id: agent.value }),
    })
    shell.setQuery(query)
    try {
      const stats = await shell.api.get<Stats>(`/stats?${toQuery(span.value, agent.value)}`, reading.signal)
      body.replaceChildren(...chartsOf(stats, { shell, agent: agent.value }))
    } catch (error) {
      if (!isAborted(error)) body.replaceChildren(failure(error, () => void read()))
    }
  }
  const readSoon = (wait: number): void => {
    clearTimeout(timer)
    timer = window.setTimeout(() => {
      timer = 0
      void read()
    }, wait)
  }
  span.addEventListener('change', () => void read())
  agent.addEventListener('input', () => readSoon(250))
  shell.root.className = 'page wide'
  shell.root.append(
    element('header', { class: 'page-head' }, element('h1', { text: 'Charts' }), span, agent),
    body,
  )
  void read()
  return {
    title: 'Charts',
    onChange(_change: Change) {
      if (timer === 0) readSoon(REFRESH_MS)
    },
    close() {
      clearTimeout(timer)
      reading.abort()
    },
  }
}

function toQuery(name: string, agent: string): string {
  const { bucket, ms } = SPANS[name] ?? { bucket: 'day', ms: 30 * DAY }
  const bucketMs = bucket === 'hour' ? HOUR : DAY
  const since = (Math.floor(Date.now() / bucketMs) + 1) * bucketMs - ms
  const query = new URLSearchParams({ bucket, since: new Date(since).toISOString() })
  if (agent !== '') query.set('agent_id', agent)
  return query.toString()
}

interface Picking {
  readonly shell: Shell
  readonly agent: string
}

function chartsOf(stats: Stats, picking: Picking): HTMLElement[] {
  const { buckets } = stats
  if (buckets.length === 0) return [notice('No run started in this time.')]
  const axis = axisOf(stats, picking)
  const charts = [runsChart, timeChart, costChart, denialChart].map((chart) => createChart(chart(axis)))
  return [...charts, tableOf(stats, axis)]
}

type ValueOf = (bucket: Bucket) => number | null

/** What the charts have in common. */
interface Axis extends Pick<ChartOptions, 'starts' | 'label'> {
  readonly buckets: readonly Bucket[]
  readonly column: (valueOf: ValueOf) => (number | null)[]
  readonly sum: (valueOf: ValueOf) => number
  /** The address of the runs of one bucket. */
  readonly pathOf: (start: number, more?: More) => string
  readonly pick: (more: More) => (start: number) => void
}

function axisOf({ bucket: unit, buckets, since, until }: Stats, picking: Picking): Axis {
  const bucketMs = unit === 'hour' ? HOUR : DAY
  const known = new Map(buckets.map((bucket) => [Date.parse(bucket.start), bucket]))
  const starts: number[] = []
  const first = Math.floor(Date.parse(since) / bucketMs) * bucketMs
  for (let at = first; at < Date.parse(until); at += bucketMs) starts.push(at)
  const pathOf = (start: number, more: More = {}): string =>
    pathOfRuns(picking, { from: start, to: start + bucketMs, more })
  return {
    buckets,
    starts,
    label: (start) => nameOf(start, unit === 'hour'),
    column: (valueOf) =>
      starts.map((start) => {
        const bucket = known.get(start)
        return bucket === undefined ? null : valueOf(bucket)
      }),
    sum: (valueOf) => buckets.reduce((total, bucket) => total + (valueOf(bucket) ?? 0), 0),
    pathOf,
    pick: (more) => (start) => picking.shell.go(pathOf(start, more)),
  }
}

function runsChart({ starts, label, column, sum, pick }: Axis): ChartOptions {
  return {
    starts,
    label,
    title: 'Runs',
    summary: `${plural(
      sum(({ runs }) => runs),
      'run',
    )}, ${formatCount(sum(({ failed }) => failed))} failed`,
    series: [
      { name: 'runs', tone: 'accent', kind: 'bar', values: column(({ runs }) => runs) },
      { name: 'failed', tone: 'bad', kind: 'bar', values: column(({ failed }) => failed) },
    ],
    format: formatCount,
    roundUp: roundUpWhole,
    onPick: pick({}),
  }
}

function timeChart({ starts, label, buckets, column, pick }: Axis): ChartOptions {
  return {
    starts,
    label,
    title: 'Time of a run',
    summary: slowest(buckets),
    series: [
      { name: 'half of them within', tone: 'accent', kind: 'line', values: column(({ p50_ms: ms }) => ms) },
      { name: '95 % within', tone: 'warn', kind: 'line', values: column(({ p95_ms: ms }) => ms) },
    ],
    format: formatDuration,
    roundUp: roundUpTime,
    onPick: pick({}),
  }
}

function costChart({ starts, label, column, sum, pick }: Axis): ChartOptions {
  const cost: ValueOf = ({ cost_usd: usd }) => usd
  return {
    starts,
    label,
    title: 'Cost',
    summary: `${formatCost(sum(cost))} for ${formatCount(sum(({ tokens }) => tokens))} tokens`,
    series: [{ name: 'US dollars', tone: 'good', kind: 'bar', values: column(cost) }],
    format: formatCost,
    roundUp,
    onPick: pick({}),
  }
}

function denialChart({ starts, label, column, sum, pick }: Axis): ChartOptions {
  const denials: ValueOf = (bucket) => bucket.denials
  return {
    starts,
    label,
    title: 'Denied',
    summary: `${plural(sum(denials), 'step')} denied`,
    series: [{ name: 'denied steps', tone: 'bad', kind: 'bar', values: column(denials) }],
    format: formatCount,
    roundUp: roundUpWhole,
    onPick: pick({ denied: 'true' }),
  }
}

type More = Readonly<Record<string, string>>

function pathOfRuns(
  { agent }: Picking,
  { from, to, more }: { readonly from: number; readonly to: number; readonly more: More },
): string {
  const query = new URLSearchParams({
    ...more,
    ...(agent === '' ? {} : { agent_id: agent }),
    since: new Date(from).toISOString(),
    until: new Date(to).toISOString(),
  })
  return `/?${query.toString()}`
}

// the middle of the chart is a whole number too
function roundUpWhole(value: number): number {
  return Math.max(2, roundUp(value))
}

function roundUpTime(ms: number): number {
  const unit = [HOUR, 60_000, 1_000].find((one) => ms > one) ?? 1
  return roundUp(ms / unit) * unit
}

function slowest(buckets: readonly Bucket[]): string {
  const times = buckets.map(({ p95_ms: ms }) => ms).filter((ms) => ms !== null)
  return times.length === 0
    ? 'no run has ended'
    : `95 % within ${formatDuration(Math.max(...times))} at worst`
}

const HOURS = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const DAYS = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' })

function nameOf(start: number, hasHours: boolean): string {
  return (hasHours ? HOURS : DAYS).format(new Date(start))
}

function tableOf({ buckets }: Stats, { label, pathOf }: Axis): HTMLElement {
  const details = element('details', { class: 'card' }, element('summary', { text: 'The same as a table' }))
  details.addEventListener('toggle', () => {
    if (details.childElementCount > 1) return
    const time = (ms: number | null): string => (ms === null ? '–' : formatDuration(ms))
    const rows = buckets.toReversed().map((one) => [
      element('a', {
        text: label(Date.parse(one.start)),
        attributes: { href: pathOf(Date.parse(one.start)) },
      }),
      formatCount(one.runs),
      formatCount(one.failed),
      formatCount(one.denials),
      formatCount(one.tokens),
      one.cost_usd === null ? '–' : formatCost(one.cost_usd),
      time(one.p50_ms),
      time(one.p95_ms),
    ])
    const head = ['From', 'Runs', 'Failed', 'Denied', 'Tokens', 'Cost', 'Half within', '95 % within']
    details.append(table(head, rows, 'Sums over time'))
  })
  return details
}
