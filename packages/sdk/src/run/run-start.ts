import type { Span, TracerProvider } from '@opentelemetry/api'
import type { RunTrigger } from '../events/event.ts'
import { freezeEvent } from '../events/freeze-event.ts'
import type { SessionInfo, UserInfo } from '../hooks/hook-context.ts'
import type { RemoteCaller } from '../propagation/remote-caller.ts'
import { copyForHandler, judgedValue } from '../hooks/judged-value.ts'
import type { Run } from './run.ts'
import type { Step } from './step.ts'

/** Everything a run starts with. */
export interface RunStart {
  readonly session: SessionInfo
  readonly user?: UserInfo | undefined
  readonly trigger?: RunTrigger | undefined
  readonly parent?: Run | undefined
  readonly parentStep?: Step | undefined
  /** The run of another process that this one serves, as it says of itself. */
  readonly remote?: RemoteCaller | undefined
  readonly model?: string | undefined
  readonly provider?: string | undefined
  readonly tools?: readonly string[] | undefined
  /** The agent's configuration, read only when a record of the run is made. */
  readonly config?: (() => unknown) | undefined
  readonly tracerProvider?: TracerProvider | undefined
  /** The caller's `agent_session` span, which the run completes. */
  readonly adoptedSpan?: Span | undefined
}

/** A copy of a user that nobody can change; what its class computes is read once, and its functions stay. */
export function frozenUser(user: UserInfo): UserInfo {
  const { id, name, email } = user
  const own = Object.entries(user).map(([key, value]: [string, unknown]) => [key, frozenCopy(value)])
  return Object.freeze({
    ...(Object.fromEntries(own) as Partial<UserInfo>),
    id,
    ...(name === undefined ? {} : { name }),
    ...(email === undefined ? {} : { email }),
  })
}

function frozenCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const copy = copyForHandler(judgedValue(value))
  if (typeof copy === 'object' && copy !== null) freezeEvent(copy)
  return copy
}
