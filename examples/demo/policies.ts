import { GuardianAgent } from '@aos/guardian'
import { allow, modify, type AOSHandle, type HookAnswer, type HookContext } from '@aos/sdk'

/** Denies searches for personal records: the model is told why, and the agent goes on. */
const dataProtection = new GuardianAgent({ name: 'data-protection', policies: ['data-protection'] })

/** Holds what one call may cost. */
const costControl = new GuardianAgent({ name: 'cost-control', policies: ['cost-control'] })

/** Narrows a query that would read a whole table. */
function queryLimits(context: HookContext): HookAnswer {
  const table = /^\s*SELECT \* FROM (\w+)\s*;?\s*$/i.exec(String(context.parameters['query']))?.[1]
  if (table === undefined) return allow()
  return modify(
    { query: `SELECT id, name FROM ${table} LIMIT 100` },
    'Limited query to prevent full data exposure',
  )
}

/** Throws when a call would cost too much: the run ends, and `run()` rejects with this very error. */
function costLimits(costError: Error): (context: HookContext) => Promise<HookAnswer> {
  return async ({ hook, toolName, parameters, session }) => {
    const answer = await costControl.evaluate({ hook, tool: toolName, parameters, session: session.id })
    if (answer.action === 'DENY') throw costError
    return answer
  }
}

/** Puts two guardians and a policy of its own on an agent's tool calls. */
export function registerPolicies(agent: AOSHandle<object>, costError: Error): void {
  agent.registerHook('toolCallRequest', dataProtection.hook(), { name: 'data-protection' })
  agent.registerHook('toolCallRequest', queryLimits, { name: 'query-limits', match: 'database_*' })
  agent.registerHook('toolCallRequest', costLimits(costError), { name: 'cost-control', match: 'generate_*' })
}
