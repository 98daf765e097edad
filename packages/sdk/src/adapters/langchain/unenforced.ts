import { diag } from '@opentelemetry/api'
import type { AgentDescription } from '../../instrument/adapter.ts'

const TOLD = new WeakSet<object>()

/** Says once of an agent what of it can be seen and not stopped; `describe().coverage` says it whenever it is asked. */
export function tellUnenforced(agent: object, { name, coverage }: AgentDescription): void {
  const seen = coverage.filter(({ enforcement }) => enforcement === 'observed')
  if (seen.length === 0 || TOLD.has(agent)) return
  TOLD.add(agent)
  const parts = seen.map(({ component, note }) => `${component} (${note ?? 'seen, not stopped'})`)
  diag.warn(`aos: not enforced in ${name ?? 'this agent'}: ${parts.join('; ')}`)
}
