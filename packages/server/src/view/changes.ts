import type { AgentRun, Step } from '@agent-run/types'
import { operationOf } from './evidence-steps.ts'
import { decisionsOf, listIn, member, textIn } from './run-facts.ts'
import { deepSame } from './text-diff.ts'

/** What a guardian made of something. */
export interface ToldChange {
  /** What was changed. */
  readonly title: string
  /** What it was, and what it became; absent where the record does not hold both. */
  readonly sides?: readonly [before: unknown, after: unknown]
  /** Why it is not shown, or not whole. */
  readonly note?: string
}

/** What spans say of a step; more than its previews, where content is captured in full. */
export interface StepTexts {
  readonly input?: string | undefined
  readonly output?: string | undefined
}

/** What changes are found in, beside the steps of the run. */
export interface ChangeSources {
  readonly run: AgentRun
  readonly textsOf: (stepId: string) => StepTexts | undefined
  /** Documents that a step has found, used and left out. */
  readonly documentsOf: (stepId: string) => readonly { readonly name: string; readonly isOmitted: boolean }[]
}

const INPUTS = [
  'gen_ai.input.messages',
  'gen_ai.tool.call.arguments',
  'gen_ai.retrieval.query.text',
  'aos.step.input',
]
const OUTPUTS = [
  'gen_ai.output.messages',
  'gen_ai.tool.call.result',
  'gen_ai.retrieval.documents',
  'aos.step.output',
]

/** The texts that the attributes of a span hold, by the step it is of. */
export function textsOfSpan(
  attributes: Readonly<Record<string, unknown>>,
): readonly [string, StepTexts] | undefined {
  const first = (names: readonly string[]): string | undefined =>
    names.map((name) => textIn(attributes[name])).find((text) => text !== undefined)
  const id = textIn(attributes['aos.step.id'])
  return id === undefined ? undefined : [id, { input: first(INPUTS), output: first(OUTPUTS) }]
}

/**
 * What was changed on a step. A record holds what went on; what it was before stands elsewhere, if anywhere: arguments
 * in the answer of the model that asked for them, messages in what they were made of, documents in the evidence.
 */
export function changesOf(step: Step, sources: ChangeSources): readonly ToldChange[] {
  const { run } = sources
  const operation = run.steps.find(({ id }) => id === operationOf(step.id)) ?? step
  const phases = decisionsOf(operation)
    .filter(({ enforced }) => enforced === 'modified')
    .map(({ phase }) => (phase === 'result' ? 'result' : 'request'))
  return [...new Set(phases)]
    .filter((phase) => phase === 'result' || operation === step)
    .map((phase) =>
      phase === 'result' ? resultChange(operation, sources) : requestChange(operation, sources),
    )
}

function kindOf(step: Step): string {
  return textIn(member(step.metadata, 'aos', 'kind')) ?? (step.type === 'tool_call' ? 'toolCall' : step.type)
}

function requestChange(step: Step, sources: ChangeSources): ToldChange {
  const after = sideOf(step, 'input', sources)
  switch (kindOf(step)) {
    case 'toolCall':
      return changed('Arguments', [askedFor(step, sources), after], sources)
    case 'message':
      return changed('Message', [saidBefore(step, sources), after], sources)
    case 'memoryStore':
      return changed('What is remembered', [undefined, after], sources)
    case 'agentTrigger':
      return changed('What starts the run', [undefined, after], sources)
    default:
      return changed('What was sent', [undefined, after], sources)
  }
}

function resultChange(step: Step, sources: ChangeSources): ToldChange {
  const after = sideOf(step, 'output', sources)
  switch (kindOf(step)) {
    case 'knowledgeRetrieval':
      return documentChange(step, sources)
    case 'memoryContextRetrieval':
      return changed('What was remembered', [undefined, after], sources)
    case 'toolCall':
      return changed('Result', [undefined, after], sources)
    default:
      return changed('What came back', [undefined, after], sources)
  }
}

const UNKNOWN_BEFORE: Readonly<Record<string, string>> = {
  Arguments: 'What was asked for stands in no answer of the model that was recorded whole.',
  Message: 'What the message was before was not recorded.',
}
const NOT_KEPT = 'Only what it became is recorded, not what it was before.'

function changed(
  title: string,
  [before, after]: readonly [Side | undefined, Side | undefined],
  sources: ChangeSources,
): ToldChange {
  if (sources.run.steps.every((step) => isSilent(step, sources)))
    return { title, note: 'The run was recorded without content, so that only the decision is known.' }
  if (after === undefined || before === undefined || deepSame(before.value, after.value))
    return { title, note: UNKNOWN_BEFORE[title] ?? NOT_KEPT }
  const isCut = before.isCut || after.isCut
  // what was cut is no JSON any more, and would differ in every line
  if (isCut && typeof before.value !== typeof after.value)
    return { title, note: 'It was cut when it was recorded, and cannot be compared.' }
  const sides = [before.value, after.value] as const
  return isCut
    ? { title, sides, note: 'It was cut when it was recorded: what differs at its end may come of that.' }
    : { title, sides }
}

function isSilent({ id, ...step }: Step, { textsOf }: ChangeSources): boolean {
  const texts = [step.input_preview, step.output_preview, textsOf(id)?.input, textsOf(id)?.output]
  return texts.every((text) => textIn(text) === undefined)
}

function documentChange(step: Step, { documentsOf }: ChangeSources): ToldChange {
  const documents = documentsOf(step.id)
  const title = 'Documents'
  if (documents.length === 0)
    return { title, note: `${NOT_KEPT} Evidence of the run would name what was left out.` }
  const all = documents.map(({ name }) => name)
  const used = documents.filter(({ isOmitted }) => !isOmitted).map(({ name }) => name)
  const note = 'Named as the evidence has them, which does not keep their words.'
  return { title, sides: [all.join('\n'), used.join('\n')], note }
}

interface Side {
  readonly value: unknown
  /** Whether it is only the beginning. */
  readonly isCut: boolean
}

const PREVIEW_CODE_POINTS = 500

function sideOf(step: Step, side: 'input' | 'output', { run, textsOf }: ChangeSources): Side | undefined {
  const result = side === 'output' ? run.steps.find(({ id }) => id === `${step.id}:result`) : undefined
  const preview = textIn(side === 'input' ? step.input_preview : (result ?? step).output_preview)
  const whole = textsOf(step.id)?.[side]
  if (whole !== undefined && whole.length >= (preview ?? '').length)
    return { value: parsed(whole), isCut: false }
  if (preview === undefined) return undefined
  return { value: parsed(preview), isCut: Array.from(preview).length >= PREVIEW_CODE_POINTS }
}

// the arguments of the call in the answer of the model before it
function askedFor(step: Step, sources: ChangeSources): Side | undefined {
  const { run } = sources
  const id = member(step.metadata, 'aos', 'execution_id')
  const answers = run.steps.slice(0, run.steps.indexOf(step)).filter(({ type }) => type === 'reasoning')
  const calls = answers.flatMap((answer) => partsIn(sideOf(answer, 'output', sources)?.value, 'tool_call'))
  const call =
    calls.find((one) => id !== undefined && member(one, 'id') === id) ??
    calls.findLast((one) => member(one, 'name') === step.tool_name)
  const given = member(call, 'arguments')
  return given === undefined || given === ''
    ? undefined
    : { value: typeof given === 'string' ? parsed(given) : given, isCut: false }
}

// a user's message was the trigger before it, and an agent's what its model had answered
function saidBefore(step: Step, sources: ChangeSources): Side | undefined {
  const { run } = sources
  const before = run.steps
    .slice(0, run.steps.indexOf(step))
    .findLast((one) => kindOf(one) === 'agentTrigger' || one.type === 'reasoning')
  if (before === undefined) return undefined
  if (before.type !== 'reasoning') return sideOf(before, 'input', sources)
  const answer = sideOf(before, 'output', sources)
  const texts = partsIn(answer?.value, 'text').map((part) => textIn(member(part, 'content')) ?? '')
  return texts.length === 0 ? undefined : { value: texts.join(''), isCut: false }
}

function partsIn(messages: unknown, type: string): readonly unknown[] {
  const list = Array.isArray(messages) ? listIn(messages) : [messages]
  return list
    .flatMap((message) => {
      const parts = member(message, 'parts')
      return Array.isArray(parts) ? listIn(parts) : [message]
    })
    .filter((part) => member(part, 'type') === type)
}

function parsed(text: string): unknown {
  if (!/^\s*[[{]/.test(text) || isDeep(text)) return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    // a preview that was cut is no JSON any more
    return text
  }
}

const DEEPEST = 500

// what is nested without end cannot be written out; brackets in words count as well, which does no harm
function isDeep(text: string): boolean {
  let depth = 0
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    depth += bracket === '[' || bracket === '{' ? 1 : -1
    if (depth > DEEPEST) return true
  }
  return false
}
