import { argumentConstraints, costControl, rateLimit, timeWindow, type Policy } from '@aos/guardian'
import { celPolicy } from '@aos/guardian/cel'
import { allow, modify } from '@aos/sdk'

/** What a policy does wrong, and the code of the denial. */
export interface LocalFault {
  readonly what: string
  readonly policies: readonly Policy[]
  readonly code: string
}

const never = (): Promise<never> => new Promise(() => undefined)
const thrown = (): never => {
  throw new Error('no')
}

function policy(name: string, evaluate: (...given: Parameters<Policy['evaluate']>) => unknown): Policy {
  return { name, hooks: ['toolCallRequest'], evaluate: evaluate as Policy['evaluate'] }
}

function fault(what: string, code: string, evaluate: Parameters<typeof policy>[1]): LocalFault {
  return { what, code, policies: [policy('faulty', evaluate)] }
}

function built(what: string, code: string, made: Policy): LocalFault {
  return { what, code, policies: [made] }
}

const noTime = (): number => Number.NaN
const fine = policy('fine', () => allow())
const changing = (name: string): Policy =>
  policy(name, ({ value }) => modify({ to: name, amount: Number(Reflect.get(Object(value), 'amount')) + 1 }))

/** Policies that fail, each with the code of the denial. */
export const POLICY_FAULTS: readonly LocalFault[] = [
  fault('throws', 'policy_error', thrown),
  fault('throws nothing', 'policy_error', () => {
    throw undefined as unknown as Error
  }),
  fault('rejects', 'policy_error', () => Promise.reject(new Error('no'))),
  fault('hangs', 'policy_timeout', never),
  ...[true, 1, null, 'yes', '', [], {}, { decision: 'maybe' }, { allow: true }, () => allow()].map((answer) =>
    fault(`answers ${typeof answer} ${JSON.stringify(answer)}`, 'policy_error', () => answer),
  ),
  ...[true, 0, null, 'ok', {}].map((answer) =>
    fault(`resolves to ${JSON.stringify(answer)}`, 'policy_error', async () => answer),
  ),
  fault('answers what throws when it is read', 'policy_error', () => ({
    get decision() {
      return thrown()
    },
  })),
  fault('modifies, and says nothing of how', 'invalid_modification', () => ({
    decision: 'modify',
    message: 'x',
  })),
  {
    what: 'changes what another one changes',
    code: 'modify_did_not_settle',
    policies: [changing('one'), changing('other')],
  },
  { what: 'fails after one that allows', code: 'policy_error', policies: [fine, policy('faulty', thrown)] },
  { what: 'fails before one that allows', code: 'policy_error', policies: [policy('faulty', thrown), fine] },
  built(
    'has used up its budget',
    'budget_exceeded',
    costControl({ budgets: { usd: 1 }, unknownCost: 'ignore', toolCosts: { pay: { usd: 2 } } }),
  ),
  built(
    'has a clock that gives no time for its rate',
    'policy_error',
    rateLimit({ limit: 5, per: 'minute', clock: noTime }),
  ),
  built(
    'has a clock that gives no time for its window',
    'clock_unreadable',
    timeWindow({ zone: 'UTC', allow: {}, clock: noTime }),
  ),
  built('needs a user who is not known', 'user_required', rateLimit({ limit: 5, per: 'minute', by: 'user' })),
  built(
    'needs an argument that is missing',
    'argument_missing',
    argumentConstraints({ rules: { tools: 'pay', arguments: { iban: { schema: { type: 'string' } } } } }),
  ),
  built(
    'has a check that throws',
    'policy_error',
    argumentConstraints({ rules: { tools: 'pay', check: thrown } }),
  ),
  built(
    'reads a field that is not there',
    'cel_error',
    celPolicy({
      rules: [{ when: 'parameters.iban == "x"', decision: 'deny', reason: 'no' }],
      default: 'allow',
    }),
  ),
]
