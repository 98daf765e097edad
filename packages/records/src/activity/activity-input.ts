import type {
  ActivityActor,
  ActivityAgent,
  ActivityApproval,
  ActivityCost,
  ActivityDecision,
  ActivityDeveloper,
  ActivityFileChange,
  ActivityModel,
  ActivityOutcome,
  ActivityProvenance,
  ActivityRepo,
  ActivitySourceSnapshot,
  ActivityTool,
  AgentActivityEvent,
} from '../generated/agent-activity-types.ts'
import type { Taken } from './outputs/output.ts'

/** What every call may say; members have the names they have in the event. */
export interface ActivityInput {
  /** By default the session that was started last. */
  readonly session_id?: string | undefined
  /** Makes a call that is repeated the same event; by default each call makes another. */
  readonly event_id?: string | undefined
  /** RFC 3339 with a time zone, by default now. */
  readonly occurred_at?: string | undefined
  readonly run_id?: string | undefined
  readonly trace_id?: string | undefined
  readonly span_id?: string | undefined
  readonly agent?: ActivityAgent | undefined
  readonly developer?: ActivityDeveloper | undefined
  readonly actor_chain?: readonly ActivityActor[] | undefined
  /** Added to what the connector says, such as the capability that was used. */
  readonly provenance?: ActivityProvenance | undefined
  readonly repo?: ActivityRepo | undefined
  readonly tool?: ActivityTool | undefined
  readonly model?: ActivityModel | undefined
  readonly outcome?: ActivityOutcome | undefined
  readonly cost?: ActivityCost | undefined
  readonly decision?: ActivityDecision | undefined
  readonly approval?: ActivityApproval | undefined
  readonly file_change?: ActivityFileChange | undefined
  readonly source_snapshot?: ActivitySourceSnapshot | undefined
  /** Members that the format does not have. */
  readonly additional?: Readonly<Record<string, unknown>> | undefined
}

/** A call that cannot do without some of its members. */
export type ActivityInputWith<Member extends keyof ActivityInput> = ActivityInput & {
  readonly [Key in Member]-?: NonNullable<ActivityInput[Key]>
}

/** How a session ended. */
export interface FinishSessionInput extends ActivityInput {
  /** Such as `succeeded`, `failed` or `cancelled`. */
  readonly status: string
  readonly summary?: string | undefined
}

/** How much depends on a call. */
export interface ActivityCallOptions {
  /**
   * What waits for this record. A call that guards something rejects where its event is not safe, whatever `failOpen`
   * says: do what it guards only after that.
   */
  readonly guards?: 'approval' | 'destructive_execution' | 'secret_access' | 'protected_branch' | undefined
}

/** Where the event of a call is. */
export interface ActivityReceipt extends Taken {
  /** The event as it leaves; absent where none could be made. */
  readonly event?: AgentActivityEvent | undefined
}
