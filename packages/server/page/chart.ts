import { drawn, element } from '../../trace/page/dom.ts'

/** One kind of value of a chart. */
export interface Series {
  readonly name: string
  /** Names its colour. */
  readonly tone: 'accent' | 'bad' | 'warn' | 'good'
  readonly kind: 'bar' | 'line'
  /** One for each bucket; nothing where nobody knows. */
  readonly values: readonly (number | null)[]
}

/** What a chart shows. */
export interface ChartOptions {
  readonly title: string
  /** What it says in one sentence, for those who do not see it. */
  readonly summary: string
  readonly starts: readonly number[]
  readonly series: readonly Series[]
  readonly format: (value: number) => string
  /** The value at the top of the chart, for the greatest that it shows. */
  readonly roundUp: (value: number) => number
  /** Names a bucket. */
  readonly label: (start: number) => string
  readonly onPick: (start: number) => void
}

const HEIGHT = 180
const MARGIN = { top: 10, right: 8, bottom: 22, left: 64 }

/** Draws values over time. */
export function createChart(options: ChartOptions): HTMLElement {
  const said = element('p', { class: 'chart-said', text: options.summary })
  const holder = element('div', { class: 'plot' })
  const legend = element(
    'div',
    { class: 'legend' },
    ...options.series.map(({ name, tone }) =>
      element('span', {}, element('i', { class: tone, attributes: { 'aria-hidden': 'true' } }), name),
    ),
  )
  let width = 0
  new ResizeObserver(([entry]) => {
    const wide = Math.floor(entry?.contentRect.width ?? 0)
    if (wide === width || wide === 0) return
    width = wide
    holder.replaceChildren(draw(options, { width, said }))
  }).observe(holder)
  return element(
    'section',
    { class: 'card chart' },
    element('div', { class: 'chart-head' }, element('h2', { text: options.title }), legend),
    holder,
    said,
  )
}

function draw(
  options: ChartOptions,
  { width, said }: { readonly width: number; readonly said: HTMLElement },
): SVGElement {
  const { starts, series, format } = options
  const values = series.flatMap((one) => one.values).filter((value) => value !== null)
  const top = options.roundUp(Math.max(...values, 0))
  const [plotWidth, plotHeight] = [width - MARGIN.left - MARGIN.right, HEIGHT - MARGIN.top - MARGIN.bottom]
  const slot = plotWidth / Math.max(1, starts.length)
  const x = (at: number): number => MARGIN.left + at * slot
  const y = (value: number): number => MARGIN.top + plotHeight * (1 - value / top)
  const svg = drawn('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, height: HEIGHT, role: 'img' })
  svg.setAttribute('aria-label', `${options.title}: ${options.summary}`)
  for (const share of [0, 0.5, 1]) {
    const at = y(top * share)
    svg.append(
      drawn('line', { class: 'grid', x1: MARGIN.left, x2: width - MARGIN.right, y1: at, y2: at }),
      drawn('text', { x: MARGIN.left - 8, y: at + 4, 'text-anchor': 'end' }, format(top * share)),
    )
  }
  svg.append(...timeLabels(options, { width, x }))
  for (const one of series)
    svg.append(...(one.kind === 'bar' ? bars(one, { x, y, slot }) : lines(one, { x, y, slot })))
  const cursor = drawn('rect', { class: 'cursor', y: MARGIN.top, width: slot, height: plotHeight, x: -slot })
  svg.append(cursor)
  const bucketAt = (event: MouseEvent): number =>
    Math.floor((event.clientX - svg.getBoundingClientRect().left - MARGIN.left) / slot)
  svg.addEventListener('pointermove', (event) => {
    const at = bucketAt(event)
    const start = starts[at]
    cursor.setAttribute('x', String(start === undefined ? -slot : x(at)))
    said.textContent = start === undefined ? options.summary : sentence(options, at, start)
  })
  svg.addEventListener('pointerleave', () => {
    cursor.setAttribute('x', String(-slot))
    said.textContent = options.summary
  })
  svg.addEventListener('click', (event) => {
    const start = starts[bucketAt(event)]
    if (start !== undefined) options.onPick(start)
  })
  return svg
}

interface Scale {
  readonly x: (at: number) => number
  readonly y: (value: number) => number
  readonly slot: number
}

function bars({ tone, values }: Series, { x, y, slot }: Scale): SVGElement[] {
  const gap = slot > 6 ? 2 : slot > 3 ? 1 : 0
  return values.flatMap((value, at) =>
    value === null || value === 0
      ? []
      : [
          drawn('rect', {
            class: `bar ${tone}`,
            x: x(at) + gap / 2,
            width: Math.max(1, slot - gap),
            y: Math.min(y(value), y(0) - 1),
            height: Math.max(1, y(0) - y(value)),
            rx: slot > 8 ? 2 : 0,
          }),
        ],
  )
}

// what nobody knows is a gap, not a line from one side to the other
function lines({ tone, values }: Series, { x, y, slot }: Scale): SVGElement[] {
  const places = values.map((value, at) =>
    value === null ? undefined : ([x(at) + slot / 2, y(value)] as const),
  )
  const path = places
    .map((place, at) => {
      if (place === undefined) return ''
      return `${places[at - 1] === undefined ? 'M' : 'L'}${place[0].toFixed(1)} ${place[1].toFixed(1)}`
    })
    .join('')
  const alone = places.flatMap((place, at) =>
    place === undefined || places[at - 1] !== undefined || places[at + 1] !== undefined
      ? []
      : [drawn('circle', { class: `dot ${tone}`, cx: place[0], cy: place[1], r: 2.5 })],
  )
  return [drawn('path', { class: `line ${tone}`, d: path }), ...alone]
}

function timeLabels(
  { starts, label }: ChartOptions,
  { width, x }: { readonly width: number; readonly x: (at: number) => number },
): SVGElement[] {
  const most = Math.max(2, Math.floor((width - MARGIN.left) / 110))
  const every = Math.max(1, Math.ceil(starts.length / most))
  return starts.flatMap((start, at) => {
    if (at % every !== 0 || x(at) > width - 80) return []
    return [drawn('text', { x: x(at), y: HEIGHT - 6 }, label(start))]
  })
}

function sentence({ series, format, label }: ChartOptions, at: number, start: number): string {
  const parts = series.map(({ name, values }) => {
    const value = values[at] ?? null
    return `${name} ${value === null ? 'unknown' : format(value)}`
  })
  return `${label(start)}: ${parts.join(', ')}`
}

/** The next round number, half of which is round too. */
export function roundUp(value: number): number {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const factor = [1, 2, 4, 6, 8, 10].find((one) => one * power >= value) ?? 10
  return factor * power
}
