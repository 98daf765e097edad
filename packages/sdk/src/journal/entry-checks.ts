import { HOOK_NAMES } from '../hooks/hook-names.ts'
import type { JournalEntry } from './entries.ts'

type Check = (value: unknown) => boolean
type Members<T extends string> = Extract<JournalEntry, { readonly t: T }>

const text: Check = (value) => typeof value === 'string'
const flag: Check = (value) => typeof value === 'boolean'
const number: Check = (value) => typeof value === 'number' && Number.isFinite(value)
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const object: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
const texts: Check = (value) => Array.isArray(value) && value.every(text)
const either =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value)
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
const member = (value: unknown, key: string): unknown => Reflect.get(Object(value) as object, key)

const value: Check = (given) => {
  if (!object(given)) return false
  const keys = Object.keys(given as object)
  if (keys.length !== 1) return false
  const [key] = keys
  if (key === 'json') return true
  if (key === 'messages') return Array.isArray(member(given, key))
  return key === 'opaque'
    ? text(member(given, key))
    : (key === 'none' || key === 'same') && member(given, key) === true
}
const prompt: Check = (given) =>
  value(given) ||
  (object(given) &&
    Object.keys(given as object).length === 3 &&
    count(member(given, 'after')) &&
    count(member(given, 'kept')) &&
    Array.isArray(member(given, 'json') ?? member(given, 'messages')))
const pairs =
  (of: Check): Check =>
  (given) =>
    Array.isArray(given) &&
    given.every((pair) => Array.isArray(pair) && pair.length === 2 && text(pair[0]) && of(pair[1]))
const error: Check = (given) => object(given) && text(member(given, 'name')) && text(member(given, 'message'))
const session: Check = (given) =>
  object(given) && text(member(given, 'id')) && flag(member(given, 'generated'))
const agent: Check = (given) => object(given) && text(member(given, 'id')) && text(member(given, 'name'))
const run: Check = (given) =>
  object(given) &&
  ['id', 'turnId', 'runtime'].every((key) => text(member(given, key))) &&
  session(member(given, 'session')) &&
  agent(member(given, 'agent')) &&
  number(member(given, 'startedAt')) &&
  ['user', 'config'].every((key) => maybe(value)(member(given, key)))
const facts: Check = (given) => object(given) && Object.values(given as object).every(value)

const HOOKS = either(...HOOK_NAMES)
const KINDS = either(
  'agentTrigger',
  'message',
  'modelCall',
  'toolCall',
  'knowledgeRetrieval',
  'memoryStore',
  'memoryContextRetrieval',
  'mcp',
  'a2a',
  'embedding',
)
const VERDICTS = either('deny', 'ask', 'modify', 'allow', 'abstain', 'throw')
const PASSES = either('first', 'recheck')
const PHASES = either('request', 'result')
const STATUSES = either('ok', 'error', 'denied', 'withheld', 'not_executed', 'cancelled')
const ENDS = either('completed', 'failed', 'cancelled', 'timeout')

type Table = {
  readonly [T in JournalEntry['t']]: {
    readonly [Key in Exclude<keyof Members<T>, 't' | 'v' | 'n' | 'at'>]-?: Check
  }
}

const TABLE: Table = {
  run: { run, options: object },
  operation: {
    step: text,
    again: maybe(flag),
    parent: maybe(text),
    kind: KINDS,
    name: text,
    value: prompt,
    executionId: maybe(text),
    toolKind: maybe(text),
    facts: maybe(facts),
    approval: maybe(text),
    refusal: maybe(object),
    enforceable: maybe(flag),
    answered: maybe(flag),
    coveredBy: maybe(text),
    model: maybe(object),
  },
  admit: {
    step: text,
    guard: text,
    states: maybe(pairs(() => true)),
    code: maybe(text),
    reason: maybe(text),
  },
  refused: { step: text, phase: text, code: text, reason: text, by: maybe(text) },
  ask: { step: text, q: text, hook: HOOKS, phase: PHASES, value, isError: maybe(flag), handlers: texts },
  say: {
    q: text,
    handler: text,
    pass: PASSES,
    verdict: VERDICTS,
    reason: maybe(text),
    codes: texts,
    replacement: maybe(value),
    failOpen: maybe(text),
    policies: maybe(texts),
    error: maybe(error),
    states: maybe(pairs(() => true)),
    outside: maybe(pairs(value)),
    askedAt: number,
  },
  check: { q: text, value, problem: maybe(text) },
  decision: {
    q: text,
    verdict: VERDICTS,
    by: maybe(text),
    reason: maybe(text),
    codes: texts,
    policies: maybe(texts),
    value: maybe(value),
  },
  approval: { q: text, approved: flag, by: maybe(text), reason: text, codes: texts },
  start: { step: text, value },
  result: { step: text, value },
  failure: { step: text, error, late: maybe(flag) },
  answer: { step: text, value, isError: flag },
  output: { step: text, value },
  close: { step: text, status: STATUSES, facts: maybe(object), costUsd: maybe(number) },
  child: { run: text, step: maybe(text) },
  end: { status: ENDS, error: maybe(error), dropped: count },
}

/** Says what is wrong with a parsed line as an entry of version 1; nothing where it is one. */
export function entryProblem(given: unknown): string | undefined {
  if (!object(given)) return 'it is no object'
  const kind = member(given, 't')
  if (member(given, 'v') !== 1) return `its version is ${JSON.stringify(member(given, 'v'))}, and 1 is known`
  if (typeof kind !== 'string' || !Object.hasOwn(TABLE, kind)) return 'its kind (t) is unknown'
  if (!count(member(given, 'n')) || !number(member(given, 'at'))) return 'n or at is no number'
  const checks: Readonly<Record<string, Check>> = TABLE[kind as JournalEntry['t']]
  const wrong = Object.entries(checks).find(([key, check]) => !check(member(given, key)))
  return wrong === undefined ? undefined : `${kind}.${wrong[0]} is not what it can be`
}
