import type { HookAnswer } from '@aos/sdk'

const DECISIONS = ['allow', 'deny', 'ask'] as const
const MAX_MESSAGE = 2000

/** Reads a result: true or false, `{ allow, reason }` or `{ decision, message }`; throws for anything else. */
export function opaAnswer(result: unknown): HookAnswer {
  if (typeof result === 'boolean') return answer(result ? 'allow' : 'deny', undefined)
  if (typeof result !== 'object' || result === null || Array.isArray(result)) throw unknownForm()
  const given = new Map<string, unknown>(Object.entries(result))
  if (given.has('allow')) {
    const allow = given.get('allow')
    if (typeof allow !== 'boolean' || hasOthers(given, ['allow', 'reason'])) throw unknownForm()
    return answer(allow ? 'allow' : 'deny', given.get('reason'))
  }
  const decision = DECISIONS.find((word) => word === given.get('decision'))
  if (decision === undefined || hasOthers(given, ['decision', 'message'])) throw unknownForm()
  return answer(decision, given.get('message'))
}

function answer(decision: (typeof DECISIONS)[number], said: unknown): HookAnswer {
  if (said !== undefined && typeof said !== 'string') throw unknownForm()
  const message =
    said === undefined || said === '' ? `The policy says ${decision}` : said.slice(0, MAX_MESSAGE)
  return decision === 'allow' ? { decision, message } : { decision, message, reasonCode: 'opa_rule' }
}

function hasOthers(given: ReadonlyMap<string, unknown>, known: readonly string[]): boolean {
  return [...given.keys()].some((name) => !known.includes(name))
}

function unknownForm(): TypeError {
  return new TypeError('The result is neither a boolean, { allow, reason } nor { decision, message }')
}
