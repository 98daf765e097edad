import { whenReady, type Awaitable } from '../../values/awaitable.ts'
import { AosDeniedError } from '../../errors.ts'
import { consume, decide, finish, type Ticket } from '../../run/gate.ts'
import { messageOperation, noticeOf } from '../../run/guarded-run.ts'
import type { Run } from '../../run/run.ts'
import type { ModelPart } from './shapes.ts'
import type { ToolCalls } from './tool-calls.ts'

/** What became of one text that was about to leave. */
export interface JudgedText {
  readonly text: string
  readonly changed: boolean
  readonly denied: boolean
}

/** How one model answer is judged. */
export interface AnswerGuard {
  readonly run: Run
  readonly calls: ToolCalls
  /** Whether the answer is structured output, which no notice can replace. */
  readonly structured: boolean
  /** Whether denied calls of tools without `execute` must be taken out of the answer (AI SDK 6 cannot deny them). */
  readonly dropsDeniedClientCalls: boolean
}

/** Where in an answer a text stands. */
interface TextPlace {
  readonly part: 'text' | 'reasoning'
  readonly final?: boolean
  readonly id?: string
}

/** Judges one text or reasoning block; a denial that cannot be replaced ends the run. */
export function judgeText(guard: AnswerGuard, text: string, at: TextPlace): Awaitable<JudgedText> {
  const { part, final, id } = at
  const operation = messageOperation({
    role: 'agent',
    content: text,
    part: part === 'text' && guard.structured ? 'object' : part,
    final,
    id,
  })
  return whenReady(decide(guard.run, operation), (ticket) => judgedText(guard, { ticket, text, at }))
}

function judgedText(
  { run, structured }: AnswerGuard,
  { ticket, text, at }: { readonly ticket: Ticket; readonly text: string; readonly at: TextPlace },
): JudgedText {
  if (ticket.denial === undefined) {
    consume(ticket)
    ticket.step.end('ok')
    return { text: String(ticket.value), changed: ticket.value !== text, denied: false }
  }
  if (at.part === 'reasoning') return { text: '', changed: true, denied: true }
  if (structured || run.core.options.onDeny === 'throw') {
    const error = new AosDeniedError(ticket.denial)
    run.abort(error)
    throw error
  }
  return { text: noticeOf(run, ticket.denial.reason), changed: true, denied: true }
}

/** Judges a raw tool call; gives the part to go on with, rewritten where the arguments were, or nothing where it is taken out. */
export function judgeCall(
  guard: AnswerGuard,
  part: ModelPart,
  reasoning: string | undefined,
): Awaitable<ModelPart | undefined> {
  const { run, calls } = guard
  const toolName = String(part['toolName'])
  const toolCallId = String(part['toolCallId'])
  if (reasoning !== undefined && reasoning !== '' && run.observed)
    run.reasoned(reasoning, 'tool_call', toolName)
  if (run.quiet) return part
  const providerExecuted = part['providerExecuted'] === true
  const judged = calls.judgeRaw({
    toolCallId,
    toolName,
    input: String(part['input']),
    providerExecuted,
    reasoning,
  })
  return whenReady(judged, (ticket) => judgedCall(guard, part, ticket))
}

function judgedCall(
  { run, calls, dropsDeniedClientCalls }: AnswerGuard,
  part: ModelPart,
  ticket: Ticket | undefined,
): ModelPart | undefined {
  run.throwIfFatal()
  if (ticket === undefined) return part
  const providerExecuted = part['providerExecuted'] === true
  if (providerExecuted) settleProviderCall(ticket)
  if (ticket.denial !== undefined) {
    const isClientCall = !providerExecuted && typeof calls.tool(ticket.operation.name)?.execute !== 'function'
    return dropsDeniedClientCalls && isClientCall ? undefined : part
  }
  return ticket.modified ? { ...part, input: JSON.stringify(ticket.value) } : part
}

// the effect has happened at the provider: what is left is to record it
function settleProviderCall(ticket: Ticket): void {
  if (ticket.denial !== undefined) return
  consume(ticket)
}

/** A part whose text is replaced, without the provider's reference to what it said first. */
export function withoutText(part: ModelPart): ModelPart {
  const { providerMetadata: _reference, ...rest } = part as ModelPart & {
    readonly providerMetadata?: unknown
  }
  return rest as ModelPart
}

/** Judges the result of a provider-executed tool before it goes into the history; nothing where it must not leave yet. */
export async function judgeProviderResult(
  guard: AnswerGuard,
  part: ModelPart,
): Promise<ModelPart | undefined> {
  const { calls, run } = guard
  if (part['preliminary'] === true) return run.guards('toolCallResult') ? undefined : part
  const toolCallId = String(part['toolCallId'])
  const ticket =
    calls.ticket(toolCallId) ??
    (run.quiet
      ? undefined
      : calls.taken({ toolCallId, toolName: String(part['toolName']), providerExecuted: true }))
  if (ticket === undefined || ticket.step.ended) return part
  try {
    const result = await finish(ticket, part['result'])
    return result === part['result'] || !run.guards('toolCallResult') ? part : { ...part, result }
  } catch (error) {
    run.throwIfFatal()
    if (!(error instanceof AosDeniedError)) throw error
    return { ...part, isError: true, result: error.message }
  }
}
