import type {
  AdmissionRefusal,
  AdmissionRequest,
  HookAnswer,
  HookContext,
  HookName,
  JournalSheet,
  Spending,
} from '@aos/sdk'

/**
 * What a policy is told of the step it judges. A `HookContext` is one, and so is what a guardian server makes of a
 * request on the wire. A policy treats it as read-only: it answers `modify(value)` instead of changing `value`.
 */
export type PolicyContext = Readonly<
  Pick<
    HookContext,
    | 'hook'
    | 'pass'
    | 'decisionId'
    | 'turnId'
    | 'runId'
    | 'executionId'
    | 'agent'
    | 'session'
    | 'user'
    | 'toolName'
    | 'toolKind'
    | 'mcpServer'
    | 'reasoning'
    | 'role'
    | 'part'
    | 'final'
    | 'query'
    | 'keywords'
    | 'isError'
    | 'protocol'
    | 'value'
    | 'signal'
  >
> & {
  /** What started the agent (`agentTrigger`): a user, or an event that is nobody's word. */
  readonly trigger?: { readonly type: string } | undefined
  /** The run this one is inside of, where another agent called this one. */
  readonly parentRunId?: string | undefined
  /** Where states are kept for a decision journal; absent without one. */
  readonly journal?: JournalSheet | undefined
}

/** What a policy is asked about: a step, or an operation that wants to start. */
export type PolicyQuestion = PolicyContext | AdmissionRequest

/** Hands over what a policy knows beside the question, so that its decision can be made again from a decision journal. */
export interface PolicyState {
  /** Gives, as JSON, what the coming decision depends on: counts, histories, and the time, which is held until `release`. */
  save(question: PolicyQuestion): unknown
  /** Takes it back, for the same question asked once more. */
  restore(question: PolicyQuestion, state: unknown): void
  /** Ends what only holds for this decision. */
  release?(): void
}

/** One rule of a guardian. State it keeps counts each `decisionId` once, because a changed value is judged again. */
export interface Policy {
  /** Under which its decisions are recorded, unique within a guardian. */
  readonly name: string
  /** Hooks it judges or learns from. */
  readonly hooks: readonly HookName[]
  /** Limits tool calls and their results, over MCP too, to tools by name or glob (`*` any text, `?` one character). */
  readonly match?: string | readonly string[] | undefined
  /** Evaluates and records, and never changes what happens. */
  readonly shadow?: boolean | undefined
  /** Hooks it must learn from, without which it would judge blindly. */
  readonly requires?: readonly HookName[] | undefined
  /**
   * Judges one step: `allow()`, `deny()`, `modify()`, `ask()` of the sdk, or `undefined` to abstain. Synchronous where
   * it can be. Throwing, or answering anything else, is a deny `policy_error`.
   */
  evaluate(context: PolicyContext): HookAnswer | undefined | PromiseLike<HookAnswer | undefined>
  /** Judges every operation before it starts, model calls included. */
  admit?(request: AdmissionRequest): AdmissionRefusal | undefined
  /** Is told what model calls and tool calls have used. */
  spent?(spending: Spending): void
  /** How its state is handed over; a policy without it depends on nothing but the step. */
  readonly state?: PolicyState | undefined
  /** Forgets what it keeps, timers and files included. */
  close?(): void
}
