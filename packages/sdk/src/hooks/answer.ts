/** What one handler said about a value, in the order in which answers outrank each other. */
export type Verdict = 'deny' | 'ask' | 'modify' | 'allow' | 'abstain'

/**
 * What a handler may return: a decision of the AOS wire (`decision`, `message`), the landing page's form
 * (`action`, `reason`), or what {@link allow}, {@link deny}, {@link modify} and {@link ask} build.
 * `undefined` abstains; anything else is a deny `invalid_decision`.
 */
export interface HookAnswer {
  readonly decision?: string | undefined
  readonly action?: string | undefined
  readonly message?: string | undefined
  readonly reason?: string | undefined
  readonly reasoning?: string | undefined
  readonly reasonCode?: string | readonly string[] | undefined
  readonly modifications?: unknown
  readonly modifiedRequest?: unknown
  readonly data?: unknown
  /** Policies that decided, for the record. */
  readonly policies?: readonly string[] | undefined
}

/** Lets the operation go on as it is. */
export function allow(reason?: string): HookAnswer {
  return { decision: 'allow', message: reason }
}

/** Refuses the operation: it does not happen. */
export function deny(reason: string, reasonCode?: string | readonly string[]): HookAnswer {
  return { decision: 'deny', message: reason, reasonCode }
}

/** Lets the operation go on with `value` in place of what the hook judged. */
export function modify(value: unknown, reason?: string): HookAnswer {
  return { decision: 'modify', modifications: value, message: reason }
}

/** Lets the operation go on once a person has approved exactly this value. */
export function ask(reason: string): HookAnswer {
  return { decision: 'ask', message: reason }
}

/** A handler's answer in one form, whichever way it was written. */
export interface ParsedAnswer {
  readonly verdict: Verdict
  readonly reason: string | undefined
  readonly reasonCodes: readonly string[]
  /** Why a guardian that could not decide let it pass (`data.failOpen` of its response). */
  readonly failOpen?: string
  /** Policies that decided, where a guardian names them. */
  readonly policies?: readonly string[]
  /** The replacement, present only where the answer carries one. */
  readonly replacement?: { readonly value: unknown } | { readonly request: unknown }
}

/** A parsed answer, or why the thing a handler returned is none. */
export type AnswerResult =
  | { readonly ok: true; readonly answer: ParsedAnswer }
  | { readonly ok: false; readonly problem: string }

const WORDS: ReadonlyMap<string, Verdict> = new Map<string, Verdict>([
  ['allow', 'allow'],
  ['permit', 'allow'],
  ['deny', 'deny'],
  ['block', 'deny'],
  ['modify', 'modify'],
  ['ask', 'ask'],
])

const ABSTAINED: AnswerResult = {
  ok: true,
  answer: { verdict: 'abstain', reason: undefined, reasonCodes: [] },
}

/** Reads whatever a handler returned; never throws, even where reading a member does. */
export function parseAnswer(returned: unknown): AnswerResult {
  if (returned === undefined) return ABSTAINED
  if (typeof returned !== 'object' || returned === null) {
    return {
      ok: false,
      problem: `the handler returned ${returned === null ? 'null' : `a ${typeof returned}`}`,
    }
  }
  try {
    return parseObject(returned)
  } catch {
    return { ok: false, problem: 'reading the returned decision threw' }
  }
}

function parseObject(returned: object): AnswerResult {
  const words = [Reflect.get(returned, 'decision'), Reflect.get(returned, 'action')].filter(
    (word) => word !== undefined,
  )
  const verdicts = words.map((word) => (typeof word === 'string' ? WORDS.get(word.toLowerCase()) : undefined))
  const said = verdicts[0]
  // an allow that carries modifications means them
  const verdict = said === 'allow' && isGiven(Reflect.get(returned, 'modifications')) ? 'modify' : said
  if (words.length === 0) return { ok: false, problem: 'the returned object has neither decision nor action' }
  if (verdict === undefined) return { ok: false, problem: `the returned decision is ${quote(words[0])}` }
  if (verdicts.some((other) => other !== said)) {
    return {
      ok: false,
      problem: `decision ${quote(words[0])} and action ${quote(words[1])} contradict each other`,
    }
  }
  const answer: ParsedAnswer = {
    verdict,
    reason: firstText(returned, ['message', 'reason', 'reasoning']),
    reasonCodes: texts(Reflect.get(returned, 'reasonCode')),
    ...failOpenOf(returned),
    ...policiesOf(returned),
  }
  const carriesValue = verdict === 'modify' || verdict === 'ask'
  return { ok: true, answer: carriesValue ? { ...answer, ...replacementOf(returned) } : answer }
}

function failOpenOf(returned: object): Pick<ParsedAnswer, 'failOpen'> {
  const data: unknown = Reflect.get(returned, 'data')
  if (typeof data !== 'object' || data === null) return {}
  const failOpen: unknown = Reflect.get(data, 'failOpen')
  return typeof failOpen === 'string' ? { failOpen } : {}
}

function policiesOf(returned: object): Pick<ParsedAnswer, 'policies'> {
  const policies = texts(Reflect.get(returned, 'policies'))
  return policies.length === 0 ? {} : { policies }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

function replacementOf(returned: object): Pick<ParsedAnswer, 'replacement'> {
  const value: unknown = Reflect.get(returned, 'modifications')
  if (value !== undefined) return { replacement: { value } }
  const request: unknown = Reflect.get(returned, 'modifiedRequest')
  return request === undefined ? {} : { replacement: { request } }
}

function firstText(source: object, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const text: unknown = Reflect.get(source, key)
    if (typeof text === 'string' && text !== '') return text
  }
  return undefined
}

function texts(codes: unknown): readonly string[] {
  if (typeof codes === 'string') return [codes]
  return Array.isArray(codes) ? codes.filter((code): code is string => typeof code === 'string') : []
}

function quote(word: unknown): string {
  return typeof word === 'string' ? JSON.stringify(word.slice(0, 40)) : `a ${typeof word}`
}
