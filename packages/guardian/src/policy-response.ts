import type { HookAnswer } from '@aos/sdk'

/** A guardian's decision word; `ask` wants a person's approval of exactly this value. */
export type GuardianDecision = 'allow' | 'deny' | 'modify' | 'ask'

/** What a {@link PolicyResponse} is made of. */
export interface PolicyResponseInit {
  readonly decision: GuardianDecision
  readonly message: string
  readonly reasoning?: string | undefined
  readonly reasonCode?: readonly string[] | undefined
  readonly data?: Readonly<Record<string, unknown>> | undefined
  /** With `modify`: what takes the place of the value the hook judges (for a tool call, its whole arguments). */
  readonly modifications?: unknown
  /** The policies that decided, strongest first. */
  readonly policies?: readonly string[] | undefined
}

/**
 * A guardian's decision in the words of the AOS specification (`decision`, `message`, `reasonCode`) and of its landing
 * page (`action`, `reason`, `modifications`) at once; a hook handler may return it as it is.
 */
export class PolicyResponse implements HookAnswer {
  readonly decision: GuardianDecision
  readonly message: string
  readonly reasoning: string | undefined
  readonly reasonCode: readonly string[]
  readonly data: Readonly<Record<string, unknown>> | undefined
  readonly modifications: unknown
  readonly policies: readonly string[]

  constructor(init: PolicyResponseInit) {
    this.decision = init.decision
    this.message = init.message
    this.reasoning = init.reasoning
    this.reasonCode = init.reasonCode ?? []
    this.data = init.data
    this.modifications = init.modifications
    this.policies = init.policies ?? []
  }

  get action(): 'ALLOW' | 'DENY' | 'MODIFY' | 'ASK' {
    return this.decision.toUpperCase() as 'ALLOW' | 'DENY' | 'MODIFY' | 'ASK'
  }

  get reason(): string {
    return this.message
  }
}
