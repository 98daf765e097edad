import type { OtlpSpan } from './otlp-json.ts'
import { factsOf, toDecision, type SpanFacts } from './span-facts.ts'
import type { TextPlace } from './resolve-messages.ts'
import { isDenial, type ViewOrigin, type ViewSpan, type ViewTotals, type ViewTrace } from './view-trace.ts'

interface Node {
  readonly span: OtlpSpan
  readonly facts: SpanFacts
  readonly children: Node[]
  parent: Node | undefined
}

/** Finds where the texts are recorded that messages refer to. */
export type FindTexts = (spans: readonly ViewSpan[]) => Readonly<Record<string, TextPlace>>

/** Groups spans into traces, the earliest first; a span that was read twice counts once. */
export function buildTraces(
  spans: Iterable<OtlpSpan>,
  findTexts: FindTexts = () => ({}),
): readonly ViewTrace[] {
  const groups = new Map<string, Map<string, OtlpSpan>>()
  for (const span of spans) {
    const group = groups.get(span.traceId) ?? new Map<string, OtlpSpan>()
    groups.set(span.traceId, group)
    const known = group.get(span.spanId)
    // the record of a span that ended completes the one of its start
    if (known === undefined || known.end === 0n) group.set(span.spanId, span)
  }
  const traces = [...groups].map(([traceId, group]) => buildTrace(traceId, [...group.values()], findTexts))
  return traces.toSorted((left, right) => (left.startedAt < right.startedAt ? -1 : 1))
}

function buildTrace(traceId: string, spans: readonly OtlpSpan[], findTexts: FindTexts): ViewTrace {
  const roots = connect(spans)
  const begin = earliest(spans)
  const origins = new Origins()
  const nodes = inOrder(roots)
  const views = nodes.map(([node, depth]) => toView({ node, depth, begin, origin: origins.of(node.span) }))
  const last = spans.reduce((end, span) => (lastOf(span) > end ? lastOf(span) : end), begin)
  return {
    traceId,
    name: views[0]?.name ?? traceId,
    startedAt: isoOf(begin),
    spans: views,
    origins: origins.list,
    texts: findTexts(views),
    totals: totalsOf(
      nodes.map(([node]) => node),
      views,
      millis(last - begin),
    ),
  }
}

/** Makes the tree; parents that form a ring are cut apart. */
function connect(spans: readonly OtlpSpan[]): readonly Node[] {
  const nodes = new Map(
    spans.map((span): [string, Node] => [
      span.spanId,
      { span, facts: factsOf(span), children: [], parent: undefined },
    ]),
  )
  for (const node of nodes.values()) node.parent = nodes.get(node.span.parentSpanId ?? '')
  cutRings(nodes.values())
  for (const node of nodes.values()) node.parent?.children.push(node)
  for (const node of nodes.values()) node.children.sort(byStart)
  return [...nodes.values()].filter(({ parent }) => parent === undefined).toSorted(byStart)
}

function cutRings(nodes: Iterable<Node>): void {
  const safe = new Set<Node>()
  for (const node of nodes) {
    const path = new Set<Node>()
    for (let at: Node | undefined = node; at !== undefined && !safe.has(at); at = at.parent) {
      path.add(at)
      if (at.parent !== undefined && path.has(at.parent)) at.parent = undefined
    }
    for (const each of path) safe.add(each)
  }
}

function byStart({ span: left }: Node, { span: right }: Node): number {
  return left.start < right.start ? -1 : left.start > right.start ? 1 : 0
}

function inOrder(roots: readonly Node[]): readonly (readonly [node: Node, depth: number])[] {
  const ordered: [Node, number][] = []
  const open = roots.toReversed().map((node): [Node, number] => [node, 0])
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    ordered.push(next)
    const [{ children }, depth] = next
    for (const child of children.toReversed()) open.push([child, depth + 1])
  }
  return ordered
}

interface Placed {
  readonly node: Node
  readonly depth: number
  readonly begin: bigint
  readonly origin: number
}

function toView({ node, depth, begin, origin }: Placed): ViewSpan {
  const { span, parent } = node
  const { isRunCost: _, ...facts } = node.facts
  const at = (time: bigint): number => (time === 0n ? millis(span.start - begin) : millis(time - begin))
  return {
    spanId: span.spanId,
    ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
    depth,
    orphan: span.parentSpanId !== undefined && parent === undefined,
    name: span.name,
    startMs: at(span.start),
    ...(span.end === 0n ? {} : { durationMs: Math.max(0, millis(span.end - span.start)) }),
    ...facts,
    decisions: span.events
      .filter(({ name }) => name === 'aos.decision')
      .map((event) => toDecision(event.attributes, at(event.at))),
    attributes: span.attributes,
    events: span.events.map((event) => ({
      name: event.name,
      atMs: at(event.at),
      attributes: event.attributes,
    })),
    links: span.links,
    origin,
  }
}

class Origins {
  readonly list: ViewOrigin[] = []
  readonly #known = new Map<string, number>()

  of({ resource, scope }: OtlpSpan): number {
    const key = JSON.stringify([scope, resource])
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const service = resource['service.name']
    this.#known.set(key, this.list.length)
    return this.list.push({ scope, resource, ...(typeof service === 'string' ? { service } : {}) }) - 1
  }
}

function totalsOf(nodes: readonly Node[], views: readonly ViewSpan[], durationMs: number): ViewTotals {
  const decisions = views.flatMap((view) => view.decisions).filter(({ shadow }) => !shadow)
  const usage = billable(nodes, ({ facts }) => facts.tokens !== undefined)
  const sum = (of: (node: Node) => number | undefined): number =>
    usage.reduce((total, node) => total + (of(node) ?? 0), 0)
  const count = (of: (view: ViewSpan) => boolean): number => views.filter(of).length
  const cost = costOf(nodes)
  return {
    spans: views.length,
    durationMs,
    inputTokens: sum(({ facts }) => facts.tokens?.input),
    outputTokens: sum(({ facts }) => facts.tokens?.output),
    ...(cost === undefined ? {} : { costUsd: cost }),
    modelCalls: count(({ work }) => work === 'model'),
    toolCalls: count(({ work }) => work === 'tool'),
    decisions: decisions.length,
    denials: decisions.filter(isDenial).length,
    modifications: decisions.filter(({ verdict }) => verdict === 'modify').length,
    errors: count(({ outcome }) => outcome === 'error'),
    unfinished: count(({ outcome }) => outcome === 'unfinished'),
  }
}

/** A total of a run is its own; of other spans those count that repeat no span below them. */
function costOf(nodes: readonly Node[]): number | undefined {
  const runs = new Set(nodes.filter(({ facts }) => facts.isRunCost))
  const others = billable(nodes, ({ facts }) => facts.costUsd !== undefined).filter(
    (node) => !isWithin(node, runs),
  )
  const costs = [...runs, ...others].map(({ facts }) => facts.costUsd ?? 0)
  return costs.length === 0 ? undefined : costs.reduce((total, cost) => total + cost, 0)
}

function isWithin(node: Node, runs: ReadonlySet<Node>): boolean {
  if (runs.size === 0) return false
  for (let at: Node | undefined = node; at !== undefined; at = at.parent) if (runs.has(at)) return true
  return false
}

/** Nodes with a property that none below them has. */
function billable(nodes: readonly Node[], has: (node: Node) => boolean): readonly Node[] {
  const owners = nodes.filter(has)
  const repeated = new Set<Node>()
  for (const { parent } of owners) {
    for (let at = parent; at !== undefined && !repeated.has(at); at = at.parent) repeated.add(at)
  }
  return owners.filter((node) => !repeated.has(node))
}

function earliest(spans: readonly OtlpSpan[]): bigint {
  const starts = spans.map(({ start }) => start).filter((start) => start > 0n)
  return starts.reduce((least, start) => (start < least ? start : least), starts[0] ?? 0n)
}

function lastOf({ start, end, events }: OtlpSpan): bigint {
  return events.reduce((last, { at }) => (at > last ? at : last), end > start ? end : start)
}

function millis(nanos: bigint): number {
  return Number(nanos) / 1_000_000
}

function isoOf(nanos: bigint): string {
  const date = new Date(Number(nanos / 1_000_000n))
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString()
}
