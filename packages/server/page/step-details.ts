import type { Step } from '@agent-run/types'
import { formatCount, formatDuration, visibleLine, visibleText } from '@aos/trace/view'
import { changesOf, type ChangeSources, type ToldChange } from '../src/view/changes.ts'
import { labelOf, member, stateOf, textIn, timesOf } from '../src/view/run-facts.ts'
import { diffValues, writeOut, type DiffLine, type DiffPart } from '../src/view/text-diff.ts'
import { element } from '../../trace/page/dom.ts'
import { formatFull } from './format.ts'
import { block, facts, pill } from './parts.ts'
import { decisionList } from './run-decisions.ts'

const TONES = { denied: 'bad', failed: 'bad', modified: 'warn', open: 'plain', ok: 'good' } as const

/** What the server knows of a run beside its record; it comes later. */
export interface Known extends ChangeSources {
  /** How much evidence there is about a step, in words. */
  readonly evidenceOf: (stepId: string) => string | undefined
  readonly showEvidence: (stepId: string) => void
}

/** All that is known of one step. */
export function stepDetails(step: Step, known: Known): readonly HTMLElement[] {
  const { from, to } = timesOf(step)
  const state = stateOf(step)
  const decisions = decisionList(step)
  const evidence = known.evidenceOf(step.id)
  const input = previewOf('Input', step.input_preview)
  const output = previewOf('Output', step.output_preview)
  return [
    element(
      'div',
      { class: 'step-title' },
      element('h3', { text: visibleLine(labelOf(step)) }),
      pill(TONES[state], state),
    ),
    ...(typeof step.error === 'string'
      ? [element('p', { class: 'error-box', text: visibleText(step.error) })]
      : []),
    ...(decisions.length === 0 ? [] : [element('h4', { text: 'Decided' }), ...decisions]),
    ...changesOf(step, known).flatMap(changeBlock),
    ...(evidence === undefined ? [] : evidenceLines(evidence, () => known.showEvidence(step.id))),
    ...input,
    ...output,
    element('h4', { text: 'Facts' }),
    facts([
      ['Kind', step.type.replaceAll('_', ' ')],
      ['Started', formatFull(from)],
      ['Time', to > from ? formatDuration(to - from) : undefined],
      ['Tokens', typeof step.tokens_used === 'number' ? formatCount(step.tokens_used) : undefined],
      ['MCP server', step.mcp_server ?? undefined],
      ['Id', element('code', { text: visibleLine(step.id) })],
    ]),
    ...metadataOf(step),
  ]
}

/** A difference, each line marked by more than its colour. */
export function diffBlock(lines: readonly DiffLine[], label = 'What differs'): HTMLElement {
  return element(
    'pre',
    { class: 'block diff', attributes: { tabindex: '0', role: 'group', 'aria-label': label } },
    ...lines.map(lineOf),
  )
}

const SIGNS = { same: ' ', removed: '-', added: '+' } as const

function lineOf({ kind, text, parts = [{ text, isChanged: false }] }: DiffLine): HTMLElement {
  const pieces = parts.map(({ text: piece, isChanged }: DiffPart) => {
    const shown = visibleText(piece)
    return isChanged ? element(kind === 'removed' ? 'del' : 'ins', { text: shown }) : shown
  })
  return element('span', { class: `line ${kind}` }, `${SIGNS[kind]} `, ...pieces, '\n')
}

function changeBlock({ title, sides, note }: ToldChange): readonly HTMLElement[] {
  const heading = element('h4', { text: `Changed: ${title.toLowerCase()}` })
  const why = note === undefined ? [] : [element('p', { class: 'muted note', text: note })]
  if (sides === undefined) return [heading, ...why]
  const label = `What was changed: ${title.toLowerCase()}`
  return [heading, diffBlock(diffValues(sides[0], sides[1]), label), ...why]
}

function evidenceLines(words: string, show: () => void): readonly HTMLElement[] {
  const button = { class: 'link evidence-link', text: words, attributes: { type: 'button' }, onClick: show }
  return [element('h4', { text: 'Evidence' }), element('button', button)]
}

function previewOf(title: string, preview: string | null | undefined): HTMLElement[] {
  if (typeof preview !== 'string' || preview === '') return []
  const heading = element('h4', { text: title })
  let value: unknown
  try {
    value = JSON.parse(preview) as unknown
  } catch {
    // most previews are texts, or JSON that was cut
    return [heading, block(preview, title)]
  }
  const messages = messagesIn(value)
  if (messages !== undefined) return [heading, ...messages]
  return [heading, block(typeof value === 'object' ? writeOut(value) : preview, title)]
}

// messages as OpenTelemetry GenAI writes them
function messagesIn(value: unknown): readonly HTMLElement[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  const made = value.map((message: unknown) => {
    const role = textIn(member(message, 'role'))
    const parts = member(message, 'parts')
    if (role === undefined || !Array.isArray(parts)) return undefined
    return element(
      'div',
      { class: 'message-card' },
      element('span', { class: 'role', text: visibleLine(role) }),
      ...parts.map((part: unknown) => element('div', { class: 'part', text: visibleText(partText(part)) })),
    )
  })
  return made.every((card) => card !== undefined) ? made : undefined
}

function partText(part: unknown): string {
  const content = textIn(member(part, 'content'))
  if (content !== undefined) return content
  const response = member(part, 'response')
  if (response !== undefined) return written(response)
  const name = textIn(member(part, 'name'))
  if (name !== undefined) return `${name} ${written(member(part, 'arguments') ?? {})}`
  return writeOut(part)
}

// arguments and results are often texts of JSON
function written(value: unknown): string {
  try {
    return writeOut(typeof value === 'string' ? (JSON.parse(value) as unknown) : value)
  } catch {
    // and often they are just texts
    return writeOut(value)
  }
}

function metadataOf({ metadata }: Step): HTMLElement[] {
  if (metadata === undefined) return []
  const aos = member(metadata, 'aos')
  const kept =
    typeof aos === 'object' && aos !== null
      ? { ...metadata, aos: Object.fromEntries(Object.entries(aos).filter(([name]) => name !== 'decisions')) }
      : metadata
  return [element('h4', { text: 'Metadata' }), block(JSON.stringify(kept, null, 2), 'Metadata')]
}
