import { AosDeniedError } from '../../errors.ts'
import { consume, decide } from '../../run/gate.ts'
import { messageOperation, noticeOf } from '../../run/guarded-run.ts'
import type { ApprovalState } from '../../run/operation.ts'
import type { Run } from '../../run/run.ts'
import { RunScope } from './run-scope.ts'
import { judgeBlock, rewritten, withAside, type Judge, type Part } from './answer-parts.ts'
import { judgeProviderCalls } from './provider-calls.ts'
import { isBag, type AnswerShape, type ToolCallShape } from './shapes.ts'
import type { SeenCall } from './tool-calls.ts'

/** How the answers of one model call are judged. */
export interface AnswerGuard {
  readonly scope: RunScope
  /** Whether structured output was asked for, which no notice can replace. */
  readonly structured: boolean
  /** Whether its tool calls are how structured output comes, all of them. */
  readonly onlyStructured: boolean
  /** Whether texts are judged for the record only. */
  readonly observed: boolean
  /** How an `ask` about a tool call is answered. */
  readonly approval: ApprovalState
  /** What is known of a tool by its name, before it is called. */
  readonly toolFacts: (toolName: string) => Pick<SeenCall, 'validate' | 'mcpServer'>
}

/**
 * Judges what the provider did, reasoning, text and tool calls of an answer, in this order; gives the answer itself where
 * all stay as they are.
 */
export async function judgeAnswer(guard: AnswerGuard, given: AnswerShape): Promise<AnswerShape> {
  const { run } = guard.scope
  if (run.quiet) return given
  const answer = await judgeProviderCalls(guard.scope, given)
  const calls = answer.tool_calls ?? []
  const judges = run.hears('message') && guard.scope.texts === 'model'
  const heard = judges ? await judgeContent(guard, answer, calls.length === 0) : answer
  const spoken = guard.observed ? answer : heard
  const judged = await judgeCalls(guard, calls, reasoningOf(answer))
  run.throwIfFatal()
  return judged === calls ? spoken : withCalls(spoken, judged)
}

async function judgeContent(guard: AnswerGuard, answer: AnswerShape, final: boolean): Promise<AnswerShape> {
  const { content, id } = answer
  const spoken = guard.structured && final ? 'object' : 'text'
  const thoughts = new Map<string, Promise<string>>()
  const judge: Judge = (text, part) => {
    // some providers say what a model thought in two places
    const known = part === 'reasoning' ? thoughts.get(text) : undefined
    const judging = known ?? judgeText(guard, text, { part, final, id })
    if (part === 'reasoning') thoughts.set(text, judging)
    return judging
  }
  if (typeof content === 'string') {
    const text = content === '' ? content : await judge(content, spoken)
    return withAside(text === content ? answer : rewritten(answer, { content: text }), judge)
  }
  if (!Array.isArray(content)) return withAside(answer, judge)
  const blocks: readonly unknown[] = content
  const judged: unknown[] = []
  for (const block of blocks) judged.push(await judgeBlock(block, spoken, judge))
  const same = judged.every((block, index) => block === blocks[index])
  const kept = judged.filter((block) => block !== undefined)
  return withAside(same ? answer : rewritten(answer, { content: kept }), judge)
}

// the framework itself repeats structured output in the conversation
const REPEATED = /^Returning structured response: /

/** Judges a text that an agent made of what its model said; what has been decided already is not asked again. */
export async function judgeSaid(scope: RunScope, text: string, final: boolean): Promise<string> {
  if (text === '' || scope.said.has(text.replace(REPEATED, ''))) return text
  return judgeText({ scope }, text, { part: 'text', final, id: undefined })
}

interface Place {
  readonly part: Part
  readonly final: boolean
  readonly id: string | undefined
}

async function judgeText({ scope }: Pick<AnswerGuard, 'scope'>, text: string, place: Place): Promise<string> {
  const { run } = scope
  const ticket = await decide(run, messageOperation({ role: 'agent', content: text, ...place }))
  if (ticket.denial === undefined) {
    consume(ticket)
    ticket.step.end('ok')
    return said(scope, String(ticket.value))
  }
  if (place.part === 'reasoning') return ''
  if (place.part !== 'object' && run.core.options.onDeny !== 'throw')
    return said(scope, noticeOf(run, ticket.denial.reason))
  const error = new AosDeniedError(ticket.denial)
  run.abort(error)
  throw error
}

// the handlers of the runs around have judged it too
function said({ run }: RunScope, text: string): string {
  for (let at: Run | undefined = run; at !== undefined; at = at.parent) RunScope.of(at).said.add(text)
  return text
}

async function judgeCalls(
  guard: AnswerGuard,
  calls: readonly ToolCallShape[],
  reasoning: string | undefined,
): Promise<readonly ToolCallShape[]> {
  const judged: ToolCallShape[] = []
  for (const call of calls) judged.push(await judgeCall(guard, call, reasoning))
  return judged.every((call, index) => call === calls[index]) ? calls : judged
}

async function judgeCall(
  guard: AnswerGuard,
  call: ToolCallShape,
  reasoning: string | undefined,
): Promise<ToolCallShape> {
  const { scope, toolFacts, approval } = guard
  const { run } = scope
  if (guard.onlyStructured || isStructuredCall(call)) return judgeStructured(guard, call)
  // without a handler there is nothing to decide before the call is made
  if (run.unwatched && !run.hears('toolCallRequest')) return call
  if (reasoning !== undefined && run.observed) run.reasoned(reasoning, 'tool_call', call.name)
  const ticket = await scope.calls.decide({
    id: call.id,
    name: call.name,
    args: call.args,
    reasoning,
    approval,
    ...toolFacts(call.name),
  })
  return ticket.denial === undefined && ticket.modified ? { ...call, args: ticket.value } : call
}

/** Whether a call is how structured output comes, which no tool executes. */
function isStructuredCall({ name }: ToolCallShape): boolean {
  return name.startsWith('extract-')
}

async function judgeStructured(guard: AnswerGuard, call: ToolCallShape): Promise<ToolCallShape> {
  if (!guard.scope.run.hears('message')) return call
  const text = JSON.stringify(call.args)
  const judged = await judgeText(guard, text, { part: 'object', final: true, id: undefined })
  return judged === text ? call : { ...call, args: JSON.parse(judged) as unknown }
}

function reasoningOf(answer: AnswerShape): string | undefined {
  const text = typeof answer.text === 'string' ? answer.text : undefined
  return text === '' ? undefined : text
}

function withCalls(answer: AnswerShape, calls: readonly ToolCallShape[]): AnswerShape {
  const byId = new Map(calls.map((call) => [call.id, call.args]))
  const changed: Record<string, unknown> = { tool_calls: calls }
  if (Array.isArray(answer.content))
    changed['content'] = answer.content.map((block: unknown) => withBlockArgs(block, byId))
  const kwargs = answer.additional_kwargs
  if (isBag(kwargs) && 'tool_calls' in kwargs) {
    const { tool_calls: _raw, ...rest } = kwargs
    changed['additional_kwargs'] = rest
  }
  if ('tool_call_chunks' in answer) {
    changed['tool_call_chunks'] = calls.map(({ id, name, args }, index) => ({
      id,
      name,
      args: JSON.stringify(args),
      index,
      type: 'tool_call_chunk',
    }))
  }
  return rewritten(answer, changed)
}

function withBlockArgs(block: unknown, byId: ReadonlyMap<string | undefined, unknown>): unknown {
  if (!isBag(block) || typeof block['id'] !== 'string' || !byId.has(block['id'])) return block
  const args = byId.get(block['id'])
  if ('input' in block) return { ...block, input: args }
  return 'args' in block ? { ...block, args } : block
}
