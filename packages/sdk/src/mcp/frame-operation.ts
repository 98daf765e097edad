import type { ProtocolMessage } from '../hooks/hook-context.ts'
import type { RunCall } from '../instrument/core.ts'
import type { Reach } from '../objects/reach.ts'
import { remoteCaller } from '../propagation/index.ts'
import { executingToolCall, type ExecutingToolCall } from '../run/exchange.ts'
import type { Refusal } from '../run/admission.ts'
import type { Operation } from '../run/operation.ts'
import type { Run } from '../run/run.ts'
import { isDeepStrictEqual } from '../values/deep-equal.ts'
import { bodyKey, bodyProblem, memberOf, type Direction, type Frame, type RequestFrame } from './frames.ts'
import type { Peers } from './peers.ts'
import { sharedSpan } from './shared-span.ts'

/** The two ends of a connection, past the guard. */
export interface Ends {
  /** Sends to the other side. */
  readonly send: (frame: Frame) => unknown
  /** Hands over to the application. */
  readonly deliver: (frame: Frame) => unknown
  readonly failed: (error: unknown) => void
}

/** How the messages of a connection are judged. */
export interface GuardSettings {
  readonly reach: Reach
  readonly peers: Peers
  readonly toolCalls: 'once' | 'both'
  readonly propagate: boolean
  /** The transport's own name of the session. */
  readonly session: () => string | undefined
}

/** Whether messages in a run are judged or recorded by anybody; others pass as they are. */
export function isJudged(run: Run | undefined): run is Run {
  return run !== undefined && !run.quiet && (!run.unwatched || run.hears('mcp'))
}

/** One message as the operation that is judged. */
export function frameOperation(
  { peers, toolCalls }: GuardSettings,
  frame: Frame,
  at: {
    readonly direction: Direction
    readonly run: Run
    readonly body: unknown
    /** The request that it answers, where it is judged apart from that. */
    readonly answers?: RequestFrame | undefined
  },
): Operation {
  const { direction, run, body, answers } = at
  const protocol: ProtocolMessage =
    answers === undefined
      ? peers.message(frame, direction)
      : { ...peers.message(answers, direction), leg: 'response' }
  const call = direction === 'outbound' ? callMadeOf(frame, run, body) : undefined
  call?.step.setProtocol(protocol)
  return {
    kind: 'mcp',
    name: protocol.method ?? direction,
    value: body,
    facts: { protocol, mcpServer: peers.server },
    validate: bodyProblem(bodyKey(frame)),
    component: peers.component(),
    refusal: direction === 'outbound' && answers === undefined ? disabledTool(frame, run) : undefined,
    coveredBy: toolCalls === 'once' && isCovering(call, peers.server) ? call?.toolName : undefined,
    hostSpan: call === undefined ? undefined : sharedSpan(call.step),
  }
}

// a tool that is disabled is not called by hand either, past the framework that has it
function disabledTool({ method, params }: Frame, run: Run): Refusal | undefined {
  const name = method === 'tools/call' ? memberOf(params, 'name') : undefined
  if (typeof name !== 'string') return undefined
  const id = `tool:${name}`
  for (let one: Run | undefined = run; one !== undefined; one = one.parent)
    if (one.core.components.isDisabled(id)) return { code: 'component_disabled', reason: `${id} is disabled` }
  return undefined
}

// a tool of another server, or of none, was judged as something else than this message
function isCovering(call: ExecutingToolCall | undefined, server: string | undefined): boolean {
  return call?.mcpServer !== undefined && call.mcpServer === server && call.step.isJudgedByAll
}

/** The tool call, judged in this very run, that is made of a message; each call is one message. */
function callMadeOf(frame: Frame, run: Run, body: unknown): ExecutingToolCall | undefined {
  if (frame.method !== 'tools/call') return undefined
  const call = executingToolCall()
  if (call === undefined || call.run !== run || !isSameCall(call, body)) return undefined
  return call.cover() ? call : undefined
}

// members a call has beside these say more than what was judged
const OF_A_CALL: readonly string[] = ['name', 'arguments', '_meta', 'task']

function isSameCall(
  { toolName, parameters }: { readonly toolName: string; readonly parameters: unknown },
  body: unknown,
): boolean {
  const name = memberOf(body, 'name')
  if (typeof name !== 'string' || !isNameOf(name, toolName)) return false
  if (!Object.keys(Object(body) as object).every((key) => OF_A_CALL.includes(key))) return false
  return isDeepStrictEqual(memberOf(body, 'arguments') ?? {}, parameters ?? {})
}

// LangChain puts the name of the server before that of the tool; a tool `safe_search` is no `search`
function isNameOf(name: string, toolName: string): boolean {
  return toolName === name || toolName.endsWith(`__${name}`)
}

/** What the run of a message from the other side is called with. */
export function callOf({ propagate, session }: GuardSettings, { params }: Frame): RunCall {
  const threadId = session()
  return {
    remote: propagate ? remoteCaller(memberOf(params, '_meta')) : undefined,
    threadId: threadId === '' ? undefined : threadId,
  }
}
