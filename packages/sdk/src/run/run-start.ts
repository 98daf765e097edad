import type { Span, TracerProvider } from '@opentelemetry/api'
import type { RunTrigger } from '../events/event.ts'
import type { SessionInfo, UserInfo } from '../hooks/hook-context.ts'
import type { Run } from './run.ts'
import type { Step } from './step.ts'

/** Everything a run starts with. */
export interface RunStart {
  readonly session: SessionInfo
  readonly user?: UserInfo | undefined
  readonly trigger?: RunTrigger | undefined
  readonly parent?: Run | undefined
  readonly parentStep?: Step | undefined
  readonly model?: string | undefined
  readonly provider?: string | undefined
  readonly tools?: readonly string[] | undefined
  /** The agent's configuration, read only when a record of the run is made. */
  readonly config?: (() => unknown) | undefined
  readonly tracerProvider?: TracerProvider | undefined
  /** The caller's `agent_session` span, which the run completes. */
  readonly adoptedSpan?: Span | undefined
}
