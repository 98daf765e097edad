import { allow, deny, modify, type AOSHandle, type HookAnswer, type HookContext } from '@aos/sdk'

const DOLLARS_PER_IMAGE = 0.08
const DOLLAR_LIMIT = 50

/** Denies searches for social security numbers: the model is told why, and the agent goes on. */
function dataProtection(context: HookContext): HookAnswer {
  const wantsPersonalData = /\bssn\b|social security/i.test(JSON.stringify(context.parameters))
  return wantsPersonalData ? deny('Accessing PII data violates policy') : allow()
}

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
function costControl(costError: Error): (context: HookContext) => HookAnswer {
  return (context) => {
    if (Number(context.parameters['count']) * DOLLARS_PER_IMAGE > DOLLAR_LIMIT) throw costError
    return allow()
  }
}

/** Puts the guardian's three policies on an agent's tool calls. */
export function registerPolicies(agent: AOSHandle<object>, costError: Error): void {
  agent.registerHook('toolCallRequest', dataProtection, { name: 'data-protection' })
  agent.registerHook('toolCallRequest', queryLimits, { name: 'query-limits', match: 'database_*' })
  agent.registerHook('toolCallRequest', costControl(costError), { name: 'cost-control', match: 'generate_*' })
}
