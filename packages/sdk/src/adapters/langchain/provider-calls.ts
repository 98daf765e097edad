import { AosDeniedError } from '../../errors.ts'
import { consume, finish, finishFailed } from '../../run/gate.ts'
import { isDeepStrictEqual } from '../../values/deep-equal.ts'
import { rewritten } from './answer-parts.ts'
import type { RunScope } from './run-scope.ts'
import { isBag, type AnswerShape, type Bag } from './shapes.ts'

/** A call that the provider has made before anybody saw it. */
interface ProviderCall {
  readonly id: string
  readonly name: string
  readonly args: unknown
  readonly mcpServer?: string | undefined
  readonly result?: { readonly output: unknown; readonly failed: boolean } | undefined
}

/**
 * Records the calls that the provider executed for an answer. A denied call has happened, and ends the run; what was
 * found and may not be kept as it is leaves the answer together with its call, since providers sign it.
 */
export async function judgeProviderCalls(scope: RunScope, answer: AnswerShape): Promise<AnswerShape> {
  const { run } = scope
  if (run.unwatched && !run.hears('toolCallRequest') && !run.hears('toolCallResult')) return answer
  const withheld = new Set<unknown>()
  for (const call of callsIn(answer)) {
    const kept = await judgeProviderCall(scope, call)
    run.throwIfFatal()
    if (!kept) withheld.add(call.id)
  }
  return withheld.size === 0 ? answer : without(answer, withheld)
}

async function judgeProviderCall(scope: RunScope, { result, ...call }: ProviderCall): Promise<boolean> {
  const ticket = await scope.calls.decide({ ...call, outside: true })
  if (ticket.denial !== undefined) return true
  consume(ticket)
  if (result === undefined) {
    ticket.step.end('ok')
    return true
  }
  if (result.failed) {
    const error = new Error(JSON.stringify(result.output))
    return (await finishFailed(ticket, error)) === error
  }
  try {
    const judged = await finish(ticket, result.output)
    return !scope.run.guards('toolCallResult') || isDeepStrictEqual(judged, result.output)
  } catch (error) {
    if (error instanceof AosDeniedError) return false
    throw error
  }
}

function callsIn({ content, additional_kwargs: kwargs }: AnswerShape): readonly ProviderCall[] {
  const blocks = Array.isArray(content) ? content.filter(isBag) : []
  const outputs = isBag(kwargs) ? kwargs['tool_outputs'] : undefined
  return [
    ...blocks.flatMap((block) => callOf(block, blocks)),
    ...(Array.isArray(outputs) ? outputs.filter(isBag).flatMap(executedOf) : []),
  ]
}

// blocks of LangChain itself, and those of Anthropic
const CALLS: readonly unknown[] = ['server_tool_call', 'server_tool_use', 'mcp_tool_use']

function callOf(block: Bag, blocks: readonly Bag[]): readonly ProviderCall[] {
  const { type, id, name, server_name: server } = block
  if (!CALLS.includes(type) || typeof id !== 'string' || typeof name !== 'string') return []
  const found = blocks.find((other) => callIdOf(other) === id)
  const output = found?.['output'] ?? found?.['content']
  const failed = found?.['status'] === 'error' || found?.['is_error'] === true
  return [
    {
      id,
      name,
      args: parsed(block['args'] ?? block['input']),
      mcpServer: typeof server === 'string' ? server : undefined,
      result: found === undefined ? undefined : { output, failed },
    },
  ]
}

/** The call that a block is the result of. */
function callIdOf({ type, toolCallId, tool_use_id: toolUseId }: Bag): unknown {
  if (type === 'server_tool_call_result') return toolCallId
  return String(type).endsWith('_tool_result') ? toolUseId : undefined
}

// what OpenAI keeps beside the content; others of these are for the application to execute
const EXECUTED: readonly unknown[] = [
  'web_search_call',
  'file_search_call',
  'code_interpreter_call',
  'image_generation_call',
  'mcp_call',
]

function executedOf(entry: Bag): readonly ProviderCall[] {
  const { type, id, status, name, server_label: server, arguments: args, error, ...rest } = entry
  const { output, outputs, results, result, ...asked } = rest
  if (!EXECUTED.includes(type) || typeof id !== 'string') return []
  const found = output ?? outputs ?? results ?? result
  const failed = status === 'failed' || (error !== undefined && error !== null)
  return [
    {
      id,
      name: typeof name === 'string' ? name : String(type).replace(/_call$/, ''),
      args: args === undefined ? asked : parsed(args),
      mcpServer: typeof server === 'string' ? server : undefined,
      result:
        failed || (found !== undefined && found !== null) ? { output: error ?? found, failed } : undefined,
    },
  ]
}

// arguments that were streamed are a text
function parsed(args: unknown): unknown {
  if (typeof args !== 'string') return args
  try {
    return JSON.parse(args) as unknown
  } catch {
    // a provider's own language
    return args
  }
}

function without(answer: AnswerShape, ids: ReadonlySet<unknown>): AnswerShape {
  const isKept = (block: unknown): boolean =>
    !isBag(block) || !(ids.has(block['id']) || ids.has(callIdOf(block)))
  const { content, additional_kwargs: kwargs } = answer
  const outputs = isBag(kwargs) ? kwargs['tool_outputs'] : undefined
  return rewritten(answer, {
    ...(Array.isArray(content) ? { content: content.filter(isKept) } : {}),
    ...(Array.isArray(outputs)
      ? { additional_kwargs: { ...(kwargs as Bag), tool_outputs: outputs.filter(isKept) } }
      : {}),
  })
}
