import { formatCost, formatCount, formatDuration, plural } from './format.ts'
import { cutToWidth, textWidth } from './text-width.ts'
import { isDenial, type Outcome, type ViewDecision, type ViewSpan, type ViewTrace } from './view-trace.ts'
import { visibleLine } from './visible-text.ts'

/** How a tree is printed. */
export interface TreeOptions {
  /** Columns of the terminal, 100 by default; no line is longer. */
  readonly width?: number | undefined
  /** Whether to colour, no by default. */
  readonly color?: boolean | undefined
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

interface Piece {
  readonly text: string
  readonly style?: Style | undefined
}

const CODES: Readonly<Record<Style, string>> = {
  bold: '1',
  dim: '2',
  red: '31',
  green: '32',
  yellow: '33',
  cyan: '36',
}
const NARROWEST = 40
const DURATION_COLUMNS = 12
const DEEPEST = 16

/** Renders a trace as a tree of lines: operation, duration, outcome, tokens, cost, peer, and each decision below its step. */
export function renderTree(trace: ViewTrace, options: TreeOptions = {}): string {
  const width = Math.max(NARROWEST, options.width ?? 100)
  const print = (pieces: readonly Piece[]): string => printLine(pieces, width, options.color === true)
  const lines = [print(headOf(trace)), print(totalsOf(trace))]
  const last = lastOfSiblings(trace.spans)
  const open: boolean[] = []
  trace.spans.forEach((span, index) => {
    const { depth } = span
    open.length = depth
    open[depth] = last[index] !== true
    const above = stemOf(open, depth)
    const branch = depth === 0 ? '' : `${above}${last[index] === true ? '└─ ' : '├─ '}`
    lines.push(print(spanPieces(span, branch, width)))
    const isParent = (trace.spans[index + 1]?.depth ?? 0) > depth
    const stem = `${stemOf(open, depth + 1)}${isParent ? '│  ' : '   '}`
    for (const decision of span.decisions) lines.push(print(decisionPieces(decision, stem)))
    if (span.message !== undefined && span.outcome === 'error') {
      const text = `✗ ${visibleLine(span.message)}`
      lines.push(
        print([
          { text: stem, style: 'dim' },
          { text, style: 'red' },
        ]),
      )
    }
  })
  return `${lines.join('\n')}\n`
}

/** The lines that lead past a row to rows below it; of very deep ones the last. */
function stemOf(open: readonly boolean[], depth: number): string {
  const lines = open.slice(Math.max(1, depth - DEEPEST), depth).map((goesOn) => (goesOn ? '│  ' : '   '))
  return `${depth - 1 > DEEPEST ? '⋯  ' : ''}${lines.join('')}`
}

function headOf({ traceId, startedAt, origins }: ViewTrace): readonly Piece[] {
  const services = [...new Set(origins.flatMap(({ service }) => service ?? []))]
  return [
    { text: 'trace ', style: 'dim' },
    { text: traceId, style: 'bold' },
    { text: `  ${startedAt.slice(0, 19).replace('T', ' ')} UTC`, style: 'dim' },
    ...(services.length === 0 ? [] : [{ text: `  ${visibleLine(services.join(', '))}` }]),
  ]
}

function totalsOf({ totals }: ViewTrace): readonly Piece[] {
  const { inputTokens, outputTokens, costUsd } = totals
  const tokens = `${formatCount(inputTokens)} → ${formatCount(outputTokens)} tokens`
  return [
    { text: `${formatDuration(totals.durationMs)}, ${plural(totals.spans, 'span')}` },
    ...(inputTokens + outputTokens === 0 ? [] : [{ text: `, ${tokens}` }]),
    ...(costUsd === undefined ? [] : [{ text: `, ${formatCost(costUsd)}` }]),
    ...countPiece(totals.denials, 'denied', 'red'),
    ...countPiece(totals.modifications, 'modified', 'yellow'),
    ...countPiece(totals.errors, totals.errors === 1 ? 'error' : 'errors', 'red'),
    ...countPiece(totals.unfinished, 'unfinished', 'yellow'),
  ]
}

function countPiece(count: number, word: string, style: Style): readonly Piece[] {
  return count === 0 ? [] : [{ text: ', ' }, { text: `${formatCount(count)} ${word}`, style }]
}

const OUTCOME_STYLES: Readonly<Record<Outcome, Style>> = {
  ok: 'green',
  error: 'red',
  denied: 'red',
  cancelled: 'yellow',
  skipped: 'yellow',
  unfinished: 'yellow',
}

function spanPieces(span: ViewSpan, branch: string, width: number): readonly Piece[] {
  const room = Math.max(16, Math.min(48, Math.floor(width / 2)) - textWidth(branch))
  const name = cutToWidth(visibleLine(span.name), room)
  const fill = ' '.repeat(Math.max(0, room - textWidth(name)))
  const duration = span.durationMs === undefined ? '…' : formatDuration(span.durationMs)
  return [
    { text: branch, style: 'dim' },
    { text: name, style: span.work === 'agent' ? 'bold' : undefined },
    { text: `${fill}${duration.padStart(DURATION_COLUMNS)}  ` },
    { text: span.outcome, style: OUTCOME_STYLES[span.outcome] },
    ...factPieces(span),
  ]
}

function factPieces({ tokens, costUsd, model, name, peer }: ViewSpan): readonly Piece[] {
  const facts: string[] = []
  if (tokens !== undefined)
    facts.push(`${formatCount(tokens.input ?? 0)} → ${formatCount(tokens.output ?? 0)} tokens`)
  if (costUsd !== undefined) facts.push(formatCost(costUsd))
  if (model !== undefined && !name.includes(model)) facts.push(model)
  if (peer !== undefined) {
    const who = [peer.name, peer.version, peer.url].filter((part) => part !== undefined).join(' ')
    facts.push(`${peer.protocol} ⇄ ${who}`)
  }
  return facts.map((fact) => ({ text: `  ${visibleLine(fact)}`, style: 'cyan' as const }))
}

function decisionPieces(decision: ViewDecision, stem: string): readonly Piece[] {
  const { verdict, hook, by, policies, reason, enforced, latencyMs, shadow, failOpen } = decision
  const style: Style = isDenial(decision) ? 'red' : verdict === 'allow' ? 'green' : 'yellow'
  const sign = isDenial(decision) ? '⊘' : verdict === 'allow' ? '✓' : '✎'
  const who = [by, ...policies].filter((part) => part !== undefined && part !== '')
  const notes = [
    shadow ? 'shadow' : undefined,
    failOpen === undefined ? undefined : `failed open: ${failOpen}`,
    !shadow && isDenial(decision) && enforced === 'none' ? 'not enforced' : undefined,
    hook,
    latencyMs === undefined ? undefined : formatDuration(latencyMs),
  ].filter((note) => note !== undefined)
  return [
    { text: stem, style: 'dim' },
    { text: `${sign} ${visibleLine(verdict)}`, style },
    ...(who.length === 0 ? [] : [{ text: ` by ${visibleLine([...new Set(who)].join(', '))}` }]),
    ...(reason === undefined ? [] : [{ text: `: ${visibleLine(reason)}` }]),
    ...(notes.length === 0 ? [] : [{ text: ` (${visibleLine(notes.join(', '))})`, style: 'dim' as const }]),
  ]
}

/** Which spans have no sibling after them. */
function lastOfSiblings(spans: readonly ViewSpan[]): readonly boolean[] {
  const last: boolean[] = []
  const seen: boolean[] = []
  for (let index = spans.length - 1; index >= 0; index -= 1) {
    const depth = spans[index]?.depth ?? 0
    last[index] = seen[depth] !== true
    seen.length = depth
    seen[depth] = true
  }
  return last
}

function printLine(pieces: readonly Piece[], width: number, color: boolean): string {
  let room = width
  let line = ''
  for (const { text, style } of pieces) {
    if (room <= 0) break
    const shown = cutToWidth(text, room)
    room -= textWidth(shown)
    line += color && style !== undefined ? `\u001b[${CODES[style]}m${shown}\u001b[0m` : shown
    if (shown !== text) break
  }
  return color ? line : line.trimEnd()
}
