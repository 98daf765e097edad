import type { AgentInfo, ProtocolMessage } from '../hooks/hook-context.ts'
import type { HandlerRecord } from '../hooks/chain.ts'
import type { Verdict } from '../hooks/answer.ts'
import type { PromptRecord } from '../messages/conversation.ts'

/** What kind of operation a step is. */
export type StepKind =
  | 'agentTrigger'
  | 'message'
  | 'modelCall'
  | 'toolCall'
  | 'knowledgeRetrieval'
  | 'memoryStore'
  | 'memoryContextRetrieval'
  | 'mcp'
  | 'a2a'
  | 'embedding'

/** How a step ended. */
export type StepStatus = 'ok' | 'error' | 'denied' | 'withheld' | 'not_executed' | 'cancelled'

/** How a run ended. */
export type RunStatus = 'completed' | 'failed' | 'cancelled' | 'timeout'

/** Tokens of one model call; a member is absent when the provider did not report it. */
export interface TokenUsage {
  readonly inputTokens?: number | undefined
  readonly outputTokens?: number | undefined
  readonly cacheReadTokens?: number | undefined
  readonly cacheWriteTokens?: number | undefined
  readonly reasoningTokens?: number | undefined
}

/** One decision on one step: the verdict apart from what was enforced. */
export interface DecisionRecord {
  /** The wire `stepId` of AOS. */
  readonly decisionId: string
  readonly hook: string
  readonly phase: 'request' | 'approval' | 'result'
  readonly verdict: Verdict | 'throw'
  /** What was done about it. */
  readonly enforced: 'allowed' | 'denied' | 'modified' | 'withheld' | 'none'
  readonly source: 'handler' | 'admission' | 'approval' | 'failure_policy' | 'shadow'
  readonly by?: string | undefined
  readonly reason?: string | undefined
  readonly reasonCodes: readonly string[]
  /** Policies that decided, where a guardian names them. */
  readonly policies?: readonly string[] | undefined
  /** Milliseconds from asking to deciding. */
  readonly latencyMs: number
  readonly handlers: readonly HandlerRecord[]
  readonly failOpen?: string | undefined
  readonly shadow?: boolean | undefined
  /** Keyed digests of the value before and after a modify. */
  readonly valueDigest?: string | undefined
  readonly modifiedDigest?: string | undefined
  /** Milliseconds since the epoch. */
  readonly at: number
}

/**
 * Previews of what went in and out, redacted; absent when capture is off. Those of a model call are messages as JSON
 * (OpenTelemetry GenAI, `gen_ai.input.messages`); what the run has recorded before is in them as a part of type
 * `aos.reference`.
 */
export interface StepContent {
  readonly input?: string | undefined
  readonly output?: string | undefined
  /** How the messages of a model call's input stand to all it was given. */
  readonly prompt?: PromptRecord | undefined
  /** How often each kind of secret or personal datum was replaced. */
  readonly redactions: readonly { readonly kind: string; readonly count: number }[]
}

/** One document that a retrieval brought back. */
export interface RetrievedDocument {
  /** Its own id, or its place as `result-<n>`: where it has none, and where capture is off. */
  readonly id: string
  /** Where it is from, redacted; absent when capture is off. */
  readonly uri?: string | undefined
  /** Redacted; absent when capture is off. */
  readonly title?: string | undefined
  /** Which part of its source it is: lines, counted from 1, or a page; absent when capture is off. */
  readonly part?:
    | { readonly lineStart?: number; readonly lineEnd?: number; readonly page?: number }
    | undefined
  /** How well it fits, as the source says. */
  readonly score?: number | undefined
  /** Keyed digest of its text. */
  readonly digest?: string | undefined
  /** Why it was not used: all was withheld, or a handler took it out. */
  readonly omitted?: 'withheld' | 'removed' | undefined
}

/** What a retrieval of knowledge brought back, used or not. */
export interface RetrievalRecord {
  /** How many documents there were; `documents` has the first of them. */
  readonly total: number
  readonly documents: readonly RetrievedDocument[]
}

/** A record of a step that stands outside of this telemetry, such as one that is signed. */
export interface RecordReference {
  /** Form of the record, such as `peac`. */
  readonly format: string
  /** The record's own id. */
  readonly id: string
  /** Its content address, such as `sha256:<hex>`. */
  readonly ref: string
  /** What it records, in the words of its form. */
  readonly kind?: string | undefined
}

/** One finished or running step. Times are milliseconds since the epoch. */
export interface StepRecord {
  readonly id: string
  readonly runId: string
  readonly parentStepId?: string | undefined
  readonly kind: StepKind
  readonly name: string
  readonly executionId?: string | undefined
  readonly toolKind?: string | undefined
  readonly mcpServer?: string | undefined
  /** The message of a step of kind `mcp` or `a2a`, and of a tool call the message it was made with. */
  readonly protocol?: ProtocolMessage | undefined
  readonly startedAt: number
  readonly endedAt?: number | undefined
  readonly status?: StepStatus | undefined
  readonly error?: { readonly type: string; readonly message: string } | undefined
  readonly decisions: readonly DecisionRecord[]
  readonly content: StepContent
  readonly usage?: TokenUsage | undefined
  readonly model?:
    | {
        readonly provider?: string | undefined
        readonly requested: string
        readonly actual?: string | undefined
      }
    | undefined
  readonly finishReasons?: readonly string[] | undefined
  /** What a retrieval of knowledge brought back. */
  readonly retrieved?: RetrievalRecord | undefined
  /** Records that sinks have made of it, known when it ends. */
  readonly records?: readonly RecordReference[] | undefined
  readonly trace?: { readonly traceId: string; readonly spanId: string } | undefined
}

/** What is known of a run when it starts. */
export interface RunRecord {
  readonly id: string
  readonly parentRunId?: string | undefined
  readonly agent: AgentInfo
  readonly sessionId: string
  readonly sessionGenerated: boolean
  readonly turnId: string
  readonly userId?: string | undefined
  readonly trigger: RunTrigger
  readonly model?: string | undefined
  readonly provider?: string | undefined
  readonly tools: readonly string[]
  readonly runtime: string
  readonly startedAt: number
  readonly trace?: { readonly traceId: string; readonly spanId: string } | undefined
}

/** What started a run (agent-run, AgentRun.trigger). */
export type RunTrigger = 'manual' | 'cron' | 'webhook' | 'agent' | 'pipeline' | 'queue'

/** How a run ended, and what it came to. */
export interface RunEnd {
  readonly endedAt: number
  readonly status: RunStatus
  readonly outcome: 'success' | 'failed' | 'partial' | 'abandoned'
  readonly error?: { readonly type: string; readonly message: string } | undefined
  readonly usage: TokenUsage
  readonly costUsd?: number | undefined
  readonly modelCalls: number
  readonly toolCalls: number
  readonly denials: number
}

/** A part of the agent that can be disabled and that the bill of materials lists. */
export interface Component {
  /** `tool:<name>`, `model:<name>`, `mcp:<name>`, `agent:<name>`, `knowledge:<name>`, `memory:<name>`. */
  readonly id: string
  readonly type: string
  readonly name: string
  readonly version?: string | undefined
  readonly description?: string | undefined
  /** Where it is reached. */
  readonly url?: string | undefined
  /** What it offers: names of an MCP server's tools, skills of an agent card. */
  readonly capabilities?: readonly string[] | undefined
}

interface EventBase {
  readonly runId: string
  /** Counts up from 1 in each run, without gaps. */
  readonly seq: number
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Everything that is known about what an agent does, in order: the only source of every projection. */
export type AosEvent =
  | (EventBase & { readonly type: 'run.start'; readonly run: RunRecord })
  | (EventBase & { readonly type: 'step.start'; readonly step: StepRecord })
  | (EventBase & {
      readonly type: 'decision'
      readonly stepId: string
      readonly decision: DecisionRecord
      readonly step: StepRecord
    })
  | (EventBase & { readonly type: 'step.end'; readonly step: StepRecord })
  | (EventBase & { readonly type: 'run.end'; readonly run: RunRecord; readonly end: RunEnd })
  | (EventBase & {
      /** Why the agent does what it does next (AOS Trace, `aos.step.reasoning`). */
      readonly type: 'reasoning'
      /** Redacted; absent when capture is off. */
      readonly thought?: string | undefined
      readonly action: string
      readonly tool?: string | undefined
    })
  | (EventBase & {
      readonly type: 'component.change'
      readonly change: 'ADDED' | 'REMOVED' | 'CHANGED' | 'DISABLED' | 'ENABLED'
      readonly component: Component
      /** Whose it is, also where no run is under way. */
      readonly agent: AgentInfo
      /** The session of the run it happened in. */
      readonly sessionId?: string | undefined
    })
