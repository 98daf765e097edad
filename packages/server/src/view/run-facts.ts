import type { AgentRun, Step } from '@agent-run/types'

/** A decision as a record tells of it. */
export interface ToldDecision {
  readonly hook: string
  readonly phase: string
  readonly verdict: string
  /** What was done about it. */
  readonly enforced: string
  readonly source: string
  readonly by?: string
  readonly reason?: string
  readonly reasonCodes: readonly string[]
  /** Why it was let through although nobody could judge it. */
  readonly failOpen?: string
}

/** A member of a value that came over the wire. */
export function member(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (holder, name) =>
      typeof holder === 'object' && holder !== null && Object.hasOwn(holder, name)
        ? Reflect.get(holder, name)
        : undefined,
    value,
  )
}

/** A value where it is a text with something in it. */
export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The entries of a value where it is a list. */
export function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : []
}

/** The texts in a value where it is a list. */
export function textsIn(value: unknown): readonly string[] {
  return listIn(value).filter((one) => typeof one === 'string')
}

/** A value as one line: texts as they are, anything else as JSON. */
export function lineOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The decisions on a step, as the records of AOS carry them. */
export function decisionsOf(step: Step): readonly ToldDecision[] {
  return listIn(member(step.metadata, 'aos', 'decisions')).map((one) => {
    const text = (name: string): string => textIn(member(one, name)) ?? ''
    const [by, reason, failOpen] = ['by', 'reason', 'fail_open'].map((name) => textIn(member(one, name)))
    return {
      hook: text('hook'),
      phase: text('phase'),
      verdict: text('verdict'),
      enforced: text('enforced'),
      source: text('source'),
      reasonCodes: textsIn(member(one, 'reason_codes')),
      ...(by === undefined ? {} : { by }),
      ...(reason === undefined ? {} : { reason }),
      ...(failOpen === undefined ? {} : { failOpen }),
    }
  })
}

/** Ids of the decisions on a step. */
export function decisionIdsOf(step: Step): readonly string[] {
  return listIn(member(step.metadata, 'aos', 'decisions'))
    .map((one) => textIn(member(one, 'decision_id')))
    .filter((id) => id !== undefined)
}

/** Whether a step was denied, or its result withheld. */
export function isDenied({ error }: Step): boolean {
  return error?.startsWith('denied by guardian') === true
}

/** Whether something else was done than was asked for. */
export function isModified(step: Step): boolean {
  return decisionsOf(step).some(({ enforced }) => enforced === 'modified')
}

/** How a step went. */
export function stateOf(step: Step): 'denied' | 'failed' | 'modified' | 'open' | 'ok' {
  if (isDenied(step)) return 'denied'
  if (step.type === 'error' || step.success === false) return 'failed'
  if (isModified(step)) return 'modified'
  const hasEnd = typeof step.ended_at === 'string' || typeof step.duration_ms === 'number'
  return hasEnd || typeof step.success === 'boolean' ? 'ok' : 'open'
}

/** How many steps of a run were denied. */
export function denialsIn({ steps }: AgentRun): number {
  return steps.filter(isDenied).length
}

/** All tokens of a run. */
export function tokensOf({ cost }: AgentRun): number {
  return cost.total_tokens ?? cost.input_tokens + cost.output_tokens
}

const KINDS: ReadonlyMap<string, string> = new Map([
  ['agentTrigger', 'trigger'],
  ['message', 'message'],
  ['modelCall', 'model call'],
  ['embedding', 'embedding'],
  ['knowledgeRetrieval', 'retrieval'],
  ['memoryStore', 'memory store'],
  ['memoryContextRetrieval', 'memory'],
  ['mcp', 'MCP'],
  ['a2a', 'A2A'],
])
const TYPES: Readonly<Record<Step['type'], string>> = {
  reasoning: 'reasoning',
  tool_call: 'tool call',
  tool_result: 'tool result',
  message: 'message',
  error: 'error',
  handoff: 'handoff',
}

/** What a step is called: the tool, the model, or what kind of work it was. */
export function labelOf(step: Step): string {
  const kind = textIn(member(step.metadata, 'aos', 'kind'))
  const told = member(step.metadata, 'aos', 'model')
  const model = textIn(told) ?? textIn(member(told, 'actual')) ?? textIn(member(told, 'requested'))
  const known = KINDS.get(kind ?? '') ?? TYPES[step.type]
  if (typeof step.tool_name === 'string' && !step.tool_name.startsWith('aos.')) return step.tool_name
  return model === undefined ? known : `${known} ${model}`
}

/** When a step began and ended, in milliseconds since the epoch. */
export function timesOf(step: Step): { readonly from: number; readonly to: number } {
  const from = Date.parse(step.started_at)
  const end = typeof step.ended_at === 'string' ? Date.parse(step.ended_at) : from + (step.duration_ms ?? 0)
  return { from, to: Math.max(from, end) }
}
