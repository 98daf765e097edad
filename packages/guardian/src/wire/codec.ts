import type { AgentInfo, HookName, ProtocolMessage, SessionInfo, UserInfo } from '@aos/sdk'
import type { PolicyResponse } from '../policy-response.ts'

/** A dialect of the guardian wire: AOS 0.1 as corrected, exactly as published, or as its landing page prints it. */
export type CodecName = 'aos-0.1' | 'aos-0.1-literal' | 'landing'

/** The agent as the wire shows it; `instructions` is what may be told of its system prompt, empty by default. */
export interface WireAgent extends Omit<AgentInfo, 'provider'> {
  readonly instructions?: string | undefined
  readonly provider?: { readonly name: string; readonly url: string } | undefined
  readonly url?: string | undefined
  readonly description?: string | undefined
}

/** One step on its way to a guardian, in no dialect. */
export interface WireStep {
  /** JSON-RPC id of the request. */
  readonly id: string | number
  /** The request had no id, as the landing page prints it; its answer has `id: null`. */
  readonly idless?: boolean | undefined
  readonly hook: HookName
  /** The wire `stepId`. */
  readonly decisionId: string
  readonly turnId: string
  readonly runId: string
  /** The run around it, where another agent called this one. */
  readonly parentRunId?: string | undefined
  readonly pass: 'first' | 'recheck'
  /** Milliseconds since the epoch. */
  readonly timestamp: number
  readonly agent: WireAgent
  readonly session: SessionInfo
  readonly user?: UserInfo | undefined
  readonly trace?: { readonly traceId: string; readonly spanId: string } | undefined
  readonly executionId?: string | undefined
  readonly toolName?: string | undefined
  readonly toolKind?: string | undefined
  readonly mcpServer?: string | undefined
  readonly reasoning?: string | undefined
  readonly role?: 'user' | 'agent' | 'system' | undefined
  readonly messageId?: string | undefined
  readonly part?: string | undefined
  readonly final?: boolean | undefined
  readonly trigger?: { readonly type: 'user' | 'autonomous'; readonly event?: unknown } | undefined
  readonly query?: string | undefined
  readonly keywords?: readonly string[] | undefined
  readonly isError?: boolean | undefined
  /** Of a protocol message; where it names no leg, direction and method tell. */
  readonly protocol?: ProtocolMessage | undefined
  /** What the hook judges: text or parts, arguments, result, results, items, params. */
  readonly value: unknown
  /** Names of the policies the guardian is asked to apply. */
  readonly policies?: readonly string[] | undefined
}

/** A JSON-RPC 2.0 request. */
export interface JsonRpcRequest {
  readonly jsonrpc: '2.0'
  readonly id?: string | number | null
  readonly method: string
  readonly params?: unknown
}

/** A JSON-RPC 2.0 error object. */
export interface JsonRpcError {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

/** A JSON-RPC 2.0 response. */
export type JsonRpcResponse =
  | { readonly jsonrpc: '2.0'; readonly id: string | number | null; readonly result: unknown }
  | { readonly jsonrpc: '2.0'; readonly id: string | number | null; readonly error: JsonRpcError }

/** A decoded request, or the JSON-RPC error that answers it. */
export type DecodedRequest =
  | { readonly ok: true; readonly step: WireStep; readonly codec: CodecName }
  | { readonly ok: false; readonly error: JsonRpcError }

/** A decoded decision, or why the answer is none (a `reasonCode` and a sentence). */
export type DecodedResponse =
  | { readonly ok: true; readonly decision: PolicyResponse }
  | { readonly ok: false; readonly code: string; readonly problem: string; readonly rpcError?: JsonRpcError }

/** How messages are read. */
export interface DecodeOptions {
  /** Takes every known variant of a message (the default), or only what the schema of the dialect takes. */
  readonly lenient?: boolean | undefined
}

/** One dialect: what it emits is exactly one form; what it accepts is every variant that is known of it. */
export interface Codec {
  readonly name: CodecName
  encodeRequest(step: WireStep): JsonRpcRequest
  /** Reads the answer to `sent`; whatever is not exactly a decision on that step is not ok. */
  decodeResponse(sent: WireStep, answer: unknown, options?: DecodeOptions): DecodedResponse
  /** Answers a request that was decoded to `step`. */
  encodeResponse(step: WireStep, decision: PolicyResponse): JsonRpcResponse
}
