import { isDenial, type ViewSpan, type ViewTrace, type Work } from '../src/view/view-trace.ts'
import { haystackOf, type PageData } from './page-data.ts'

/** The part of a trace that the timeline shows, in milliseconds since its begin. */
export interface TimeRange {
  readonly from: number
  readonly to: number
}

/** A row of the waterfall. */
export interface Row {
  readonly span: ViewSpan
  /** Place in the trace. */
  readonly index: number
  readonly hasChildren: boolean
  readonly isOpen: boolean
  /** Whether it is shown only because something below it fits the filters. */
  readonly isContext: boolean
}

/** What the user has chosen; `changed` tells everybody. */
export class PageState {
  readonly data: PageData
  traceIndex = 0
  /** Place of the selected span in the trace. */
  selected: number | undefined
  detailsOpen = false
  query = ''
  works: Set<Work> = new Set()
  deniedOnly = false
  errorsOnly = false
  range: TimeRange = { from: 0, to: 1 }
  #shown: { readonly key: string; readonly rows: readonly Row[] } | undefined
  #toggled = 0
  readonly #closed = new Map<number, Set<number>>()
  readonly #listeners: (() => void)[] = []

  constructor(data: PageData) {
    this.data = data
    this.fit()
  }

  get trace(): ViewTrace | undefined {
    return this.data.traces[this.traceIndex]
  }

  get selectedSpan(): ViewSpan | undefined {
    return this.selected === undefined ? undefined : this.trace?.spans[this.selected]
  }

  get filtering(): boolean {
    return this.query !== '' || this.works.size > 0 || this.deniedOnly || this.errorsOnly
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  changed(): void {
    for (const listener of this.#listeners) listener()
  }

  showTrace(index: number): void {
    if (this.data.traces[index] === undefined) return
    this.traceIndex = index
    this.selected = undefined
    this.detailsOpen = false
    this.fit()
    this.changed()
  }

  fit(): void {
    this.range = { from: 0, to: spanOfTime(this.trace) }
  }

  /** Shows a part of the trace, never less than a millionth of it and never more than all. */
  zoomTo(from: number, to: number): void {
    const whole = spanOfTime(this.trace)
    const length = Math.min(whole, Math.max(to - from, whole / 1_000_000, 0.000_1))
    const start = Math.min(Math.max(0, from), whole - length)
    this.range = { from: start, to: start + length }
    this.changed()
  }

  /** Makes the shown part smaller or larger around a point. */
  zoomBy(factor: number, around: number = (this.range.from + this.range.to) / 2): void {
    const { from, to } = this.range
    this.zoomTo(around - (around - from) * factor, around + (to - around) * factor)
  }

  toggle(index: number, open?: boolean): void {
    this.#toggled += 1
    const closed = this.#closedRows()
    if (open ?? closed.has(index)) closed.delete(index)
    else closed.add(index)
    this.changed()
  }

  toggleAll(): void {
    this.#toggled += 1
    const closed = this.#closedRows()
    const { spans = [] } = this.trace ?? {}
    const parents = spans.flatMap((span, index) =>
      hasChildren(spans, index) && span.depth > 0 ? [index] : [],
    )
    if (closed.size > 0) closed.clear()
    else for (const index of parents) closed.add(index)
    this.changed()
  }

  matches(span: ViewSpan): boolean {
    if (this.works.size > 0 && !this.works.has(span.work)) return false
    if (this.deniedOnly && !isDenied(span)) return false
    if (this.errorsOnly && span.outcome !== 'error') return false
    return this.query === '' || haystackOf(span).includes(this.query)
  }

  /** The rows to show: what is open, or what fits the filters with all that is above it. */
  rows(): readonly Row[] {
    const { traceIndex, query, deniedOnly, errorsOnly } = this
    const key = JSON.stringify([traceIndex, this.#toggled, query, ...this.works, deniedOnly, errorsOnly])
    if (this.#shown?.key !== key) {
      const { spans = [] } = this.trace ?? {}
      this.#shown = { key, rows: this.filtering ? this.#matchingRows(spans) : this.#openRows(spans) }
    }
    return this.#shown.rows
  }

  #openRows(spans: readonly ViewSpan[]): readonly Row[] {
    const closed = this.#closedRows()
    const rows: Row[] = []
    let hiddenBelow = Number.POSITIVE_INFINITY
    for (const [index, span] of spans.entries()) {
      if (span.depth > hiddenBelow) continue
      const isOpen = !closed.has(index)
      hiddenBelow = isOpen ? Number.POSITIVE_INFINITY : span.depth
      rows.push({ span, index, hasChildren: hasChildren(spans, index), isOpen, isContext: false })
    }
    return rows
  }

  #matchingRows(spans: readonly ViewSpan[]): readonly Row[] {
    const rows: Row[] = []
    // from the end, so that a row knows whether something below it is shown
    let wanted = -1
    for (let index = spans.length - 1; index >= 0; index -= 1) {
      const span = spans[index]
      if (span === undefined) continue
      const fits = this.matches(span)
      const isAbove = wanted === span.depth
      if (!fits && !isAbove) continue
      rows.push({ span, index, hasChildren: isAbove, isOpen: true, isContext: !fits })
      wanted = Math.max(-1, span.depth - 1)
    }
    return rows.toReversed()
  }

  #closedRows(): Set<number> {
    const known = this.#closed.get(this.traceIndex)
    if (known !== undefined) return known
    const made = new Set<number>()
    this.#closed.set(this.traceIndex, made)
    return made
  }
}

/** Whether something was denied at a span. */
export function isDenied(span: ViewSpan): boolean {
  return (
    span.outcome === 'denied' || span.decisions.some((decision) => !decision.shadow && isDenial(decision))
  )
}

/** Whether something was modified at a span. */
export function isModified({ decisions }: ViewSpan): boolean {
  return decisions.some(({ verdict, shadow }) => verdict === 'modify' && !shadow)
}

function hasChildren(spans: readonly ViewSpan[], index: number): boolean {
  return (spans[index + 1]?.depth ?? 0) > (spans[index]?.depth ?? 0)
}

function spanOfTime(trace: ViewTrace | undefined): number {
  return Math.max(trace?.totals.durationMs ?? 0, 0.001)
}
