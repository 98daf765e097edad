import type { Redactor } from '@aos/sdk'
import type { AgentActivityEvent } from '../generated/agent-activity-types.ts'
import type { ActivityReceipt } from './activity-input.ts'
import { DryRunOutput } from './outputs/dry-run-output.ts'
import type { ActivityOutput, LossReport, OutgoingEvent, OutputCounts } from './outputs/output.ts'
import { parseAgentActivity } from './parse-agent-activity.ts'
import { createSecretCheck, type SecretCheck, type SecretPolicy } from './secret-check.ts'

/** Where every event is: `created + recovered` is the sum of delivered, spooled, queued, dropped and refused. */
export interface ActivityStats extends OutputCounts {
  /** Events that were told, by hand and from steps. */
  readonly created: number
  /** Events that never left, as they still held a secret, were not valid, were too large, or had no session. */
  readonly refused: number
  /** Secrets and personal data that were replaced on the way out. */
  readonly scrubbed: number
  /** Count of each reason for which events were lost or delayed. */
  readonly reasons: Readonly<Record<string, number>>
}

/** What an {@link ActivityPipeline} is made from. */
export interface PipelineOptions {
  readonly policy: SecretPolicy
  readonly redactor: Redactor | undefined
  readonly onReport: ((reason: string) => void) | undefined
  readonly open: (report: LossReport) => ActivityOutput
}

const MAX_EVENT_BYTES = 256 * 1024
const MAX_REASONS = 64

/** The one way out: every event is looked over for secrets, checked, bounded, counted and handed to the output. */
export class ActivityPipeline {
  readonly #output: ActivityOutput
  readonly #check: SecretCheck
  readonly #onReport: PipelineOptions['onReport']
  readonly #reasons = new Map<string, number>()
  #created = 0
  #refused = 0
  #scrubbed = 0

  constructor({ policy, redactor, onReport, open }: PipelineOptions) {
    this.#check = createSecretCheck(policy, redactor)
    this.#onReport = onReport
    this.#output = open((reason) => this.report(reason))
  }

  /** What a dry run has collected. */
  get collected(): readonly AgentActivityEvent[] {
    return this.#output instanceof DryRunOutput ? this.#output.events : []
  }

  /** Hands an event on and returns at once. */
  take(event: AgentActivityEvent): ActivityReceipt {
    const outgoing = this.#prepare(event)
    if ('state' in outgoing) return outgoing
    return { ...this.#output.take(outgoing), event: outgoing.event }
  }

  /** Hands an event on, and settles when it is known whether it is safe. */
  async keep(event: AgentActivityEvent): Promise<ActivityReceipt> {
    const outgoing = this.#prepare(event)
    if ('state' in outgoing) return outgoing
    return { ...(await this.#output.keep(outgoing)), event: outgoing.event }
  }

  /** Counts an event that cannot be made. */
  refuse(reason: string): ActivityReceipt {
    this.#created += 1
    return this.#refuse(reason)
  }

  /** Counts a reason, and tells of it the first time. */
  report(reason: string): void {
    const key = this.#reasons.has(reason) || this.#reasons.size < MAX_REASONS ? reason : 'other'
    const count = this.#reasons.get(key) ?? 0
    this.#reasons.set(key, count + 1)
    if (count > 0) return
    try {
      this.#onReport?.(key)
    } catch {
      this.#reasons.set('onReport threw', (this.#reasons.get('onReport threw') ?? 0) + 1)
    }
  }

  flush(deadlineMs: number): Promise<void> {
    return this.#output.flush(deadlineMs)
  }

  spoolSync(): void {
    this.#output.saveSync()
  }

  pending(): number {
    return this.#output.counts().queued
  }

  close(deadlineMs: number): Promise<void> {
    return this.#output.close(deadlineMs)
  }

  stats(): ActivityStats {
    return {
      created: this.#created,
      ...this.#output.counts(),
      refused: this.#refused,
      scrubbed: this.#scrubbed,
      reasons: Object.fromEntries(this.#reasons),
    }
  }

  #prepare(made: AgentActivityEvent): OutgoingEvent | ActivityReceipt {
    this.#created += 1
    const checked = this.#check(made)
    if (!checked.ok) return this.#refuse(`refused: ${checked.reason}`)
    this.#scrubbed += checked.scrubbed
    const { event } = checked
    const parsed = parseAgentActivity(event)
    if (!parsed.ok) {
      const [issue] = parsed.issues
      return this.#refuse(`refused: ${issue?.path ?? ''} ${issue?.message ?? 'is not valid'}`)
    }
    const line = JSON.stringify(event)
    if (Buffer.byteLength(line) > MAX_EVENT_BYTES) return this.#refuse('refused: it is over 256 KiB')
    return { event, line, id: event.event_id ?? '' }
  }

  #refuse(reason: string): ActivityReceipt {
    this.#refused += 1
    this.report(reason)
    return { state: 'lost', reason }
  }
}
