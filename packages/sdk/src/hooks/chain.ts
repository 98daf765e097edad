import { HookContext, type HookSubject } from './hook-context.ts'
import { changeOf, copyForHandler, judgedValue, sameValue, type JudgedValue } from './judged-value.ts'
import { parseAnswer, type ParsedAnswer, type Verdict } from './answer.ts'
import { HandlerLook, runInLook } from './hook-scope.ts'
import type { JournalSheet } from './journal-sheet.ts'
import { settleWithin } from './deadline.ts'
import { valueOfModifiedRequest } from './modified-request.ts'
import type { QuestionTap } from './question-tap.ts'
import type { Registration } from './registry.ts'
import { whenReady, type Awaitable } from '../values/awaitable.ts'

/** What one handler did in one pass. */
export interface HandlerRecord {
  readonly name: string
  readonly pass: 'first' | 'recheck'
  readonly verdict: Verdict | 'throw'
  readonly reason?: string | undefined
  readonly code?: string | undefined
  /** Milliseconds the handler took. */
  readonly latencyMs: number
  readonly failOpen?: string | undefined
  /** Policies of a guardian that decided. */
  readonly policies?: readonly string[] | undefined
}

/** The combined outcome of a hook: deny > ask > modify > allow > abstain. */
export interface Judgement {
  readonly verdict: Verdict
  readonly value: JudgedValue
  readonly modified: boolean
  readonly reason: string | undefined
  readonly reasonCodes: readonly string[]
  /** Name of the handler that decided. */
  readonly by: string | undefined
  /** Policies of a guardian that decided. */
  readonly policies?: readonly string[] | undefined
  readonly handlers: readonly HandlerRecord[]
  readonly thrown?: { readonly error: unknown; readonly registration: Registration }
}

/** What a hook call needs besides the value. */
export interface ChainInput {
  readonly subject: HookSubject
  readonly registrations: readonly Registration[]
  /** Checks a replacement against what the operation accepts; a text says why it does not. */
  readonly validate?: ((value: unknown) => string | undefined | PromiseLike<string | undefined>) | undefined
  /** False where the hook may deny but not modify; the text is the reason code. */
  readonly modifyRefusal?: string | undefined
  readonly now: () => number
  readonly onLate: (handler: string) => void
  /** Listens in, where a journal is kept. */
  readonly tap?: QuestionTap | undefined
}

/** One handler's settled say. */
export interface Say {
  readonly registration: Registration
  readonly verdict: Verdict | 'throw'
  readonly reason?: string | undefined
  readonly codes: readonly string[]
  readonly replacement?: JudgedValue | undefined
  readonly error?: unknown
  readonly failOpen?: string | undefined
  readonly policies?: readonly string[] | undefined
}

const RANK: Readonly<Record<Verdict, number>> = { deny: 4, ask: 3, modify: 2, allow: 1, abstain: 0 }

/**
 * Runs the handlers of one hook over a value, in order, then lets each that has not judged the final value judge it
 * once more; gives the judgement at once where all of them answer at once.
 */
export function runChain(input: ChainInput, initial: JudgedValue): Awaitable<Judgement> {
  return new Chain(input, initial).run('first', 0)
}

class Chain {
  readonly #input: ChainInput
  readonly #judged = new Map<Registration, JudgedValue>()
  readonly #records: HandlerRecord[] = []
  #value: JudgedValue
  #best: Say | undefined
  #modified = false

  constructor(input: ChainInput, initial: JudgedValue) {
    this.#input = input
    this.#value = initial
  }

  /** Asks the handlers from one on, and goes on where a handler that takes its time has left off. */
  run(pass: 'first' | 'recheck', from: number): Awaitable<Judgement> {
    const { registrations } = this.#input
    for (let at = from; at < registrations.length; at++) {
      const ended = this.#judge(registrations[at] as Registration, pass)
      if (ended instanceof Promise) return ended.then((judgement) => judgement ?? this.run(pass, at + 1))
      if (ended !== undefined) return ended
    }
    return pass === 'first' && this.#modified ? this.run('recheck', 0) : this.#conclude()
  }

  #judge(registration: Registration, pass: 'first' | 'recheck'): Awaitable<Judgement | undefined> {
    if (pass === 'first')
      return whenReady(this.#ask(registration, pass), (say) => this.#takeFirst(registration, say))
    const judged = this.#judged.get(registration)
    if (judged !== undefined && sameValue(judged, this.#value)) return undefined
    return whenReady(this.#ask(registration, pass), (say) => this.#takeRecheck(say))
  }

  #takeFirst(registration: Registration, say: Say): Awaitable<Judgement | undefined> {
    if (say.verdict === 'throw' || say.verdict === 'deny') return this.#end(say)
    const { replacement } = say
    if (replacement === undefined) return this.#keep(registration, say)
    return whenReady(this.#refusalOf(replacement), (refusal) => {
      if (refusal !== undefined) return this.#end({ ...say, verdict: 'deny', ...refusal })
      this.#value = replacement
      this.#modified = true
      return this.#keep(registration, say)
    })
  }

  #keep(registration: Registration, say: Say): undefined {
    this.#judged.set(registration, this.#value)
    this.#keepStrongest(say)
  }

  #takeRecheck(say: Say): Judgement | undefined {
    if (say.verdict === 'throw' || say.verdict === 'deny') return this.#end(say)
    if (say.replacement !== undefined && !sameValue(say.replacement, this.#value)) {
      const reason = `${say.registration.name} changed the value again after another handler had changed it`
      return this.#end({ ...say, verdict: 'deny', reason, codes: ['modify_did_not_settle'] })
    }
    this.#keepStrongest(say)
    return undefined
  }

  #conclude(): Judgement {
    const best = this.#best
    // where all have abstained, nobody has decided
    if (best === undefined || best.verdict === 'abstain') return this.#judgement('abstain', undefined)
    return this.#judgement(best.verdict as Verdict, best)
  }

  #end(say: Say): Judgement {
    if (say.verdict !== 'throw') return this.#judgement('deny', say)
    return {
      ...this.#judgement('deny', say),
      thrown: { error: say.error, registration: say.registration },
    }
  }

  #judgement(verdict: Verdict, say: Say | undefined): Judgement {
    return {
      verdict,
      value: this.#value,
      modified: this.#modified,
      reason: say?.reason,
      reasonCodes: say?.codes ?? [],
      by: say?.registration.name,
      policies: say?.policies,
      handlers: this.#records,
    }
  }

  #keepStrongest(say: Say): void {
    const rank = say.verdict === 'throw' ? 0 : RANK[say.verdict]
    const best = this.#best === undefined || this.#best.verdict === 'throw' ? -1 : RANK[this.#best.verdict]
    if (rank > best) this.#best = say
  }

  #refusalOf(replacement: JudgedValue): Awaitable<Refusal | undefined> {
    const { modifyRefusal, validate } = this.#input
    if (modifyRefusal !== undefined)
      return { reason: `this value may not be modified (${modifyRefusal})`, codes: [modifyRefusal] }
    if (this.#value.kind === 'opaque') return unsupported(this.#value.reason)
    if (replacement.kind === 'opaque')
      return invalid(`the modification is no JSON value: ${replacement.reason}`)
    return validate === undefined ? undefined : problemWith(replacement, validate)
  }

  #ask(registration: Registration, pass: 'first' | 'recheck'): Awaitable<Say> {
    const started = this.#input.now()
    const given = this.#value
    return whenReady(askHandler(this.#input, { registration, pass, given }), (answered) => {
      const say = withRequired(answered)
      this.#records.push({
        name: registration.name,
        pass,
        verdict: say.verdict,
        reason: say.reason,
        code: say.codes[0],
        latencyMs: this.#input.now() - started,
        failOpen: say.failOpen,
        policies: say.policies,
      })
      this.#input.tap?.said(say, pass, given)
      return say
    })
  }
}

type Refusal = Pick<Say, 'reason' | 'codes'>

async function problemWith(
  replacement: JudgedValue,
  validate: NonNullable<ChainInput['validate']>,
): Promise<Refusal | undefined> {
  try {
    const problem = await validate(copyForHandler(replacement))
    return problem === undefined ? undefined : invalid(`the modification is not valid: ${problem}`)
  } catch (error) {
    return invalid(`checking the modification failed: ${messageOf(error)}`)
  }
}

function invalid(reason: string): Refusal {
  return { reason, codes: ['invalid_modification'] }
}

function unsupported(reason: string): Refusal {
  return { reason: `this value cannot be modified: ${reason}`, codes: ['modify_unsupported'] }
}

function withRequired(say: Say): Say {
  if (say.verdict !== 'abstain' || !say.registration.required) return say
  return {
    ...say,
    verdict: 'deny',
    reason: `${say.registration.name} must decide and abstained`,
    codes: ['decision_required'],
  }
}

interface Asked {
  readonly registration: Registration
  readonly pass: 'first' | 'recheck'
  readonly given: JudgedValue
}

function askHandler(input: ChainInput, asked: Asked): Awaitable<Say> {
  const { registration, given, pass } = asked
  const asking = input.tap?.asking(registration, pass)
  if (asking !== undefined && 'instead' in asking) return { ...asking.instead, registration }
  const look = new HandlerLook(contextFor(input, asked, asking?.sheet))
  let returned: unknown
  try {
    returned = runInLook(look, () => registration.handler(look.context))
    if (isThenable(returned)) return awaitHandler(input, { registration, returned, given, look })
  } catch (error) {
    return threw(registration, look, error)
  }
  return readSay({ registration, returned, given, look })
}

function contextFor(
  input: ChainInput,
  { registration, pass, given }: Asked,
  sheet: JournalSheet | undefined,
): HookContext {
  return new HookContext(input.subject, {
    value: copyForHandler(given),
    pass,
    sheet,
    onLateWrite: () => input.onLate(registration.name),
  })
}

async function awaitHandler(
  input: ChainInput,
  waiting: Settled & { readonly returned: PromiseLike<unknown> },
): Promise<Say> {
  const { registration, look } = waiting
  const { name, timeoutMs } = registration
  try {
    const settled = await settleWithin(waiting.returned, timeoutMs, () => input.onLate(name))
    if (!settled.timedOut) return readSay({ ...waiting, returned: settled.value })
  } catch (error) {
    return threw(registration, look, error)
  }
  HookContext.timeOut(look.context)
  return failure(registration, 'handler_timeout', `${name} did not answer within ${timeoutMs} ms`)
}

function threw(registration: Registration, look: HandlerLook, error: unknown): Say {
  HookContext.seal(look.context)
  return { registration, verdict: 'throw', error, reason: messageOf(error), codes: ['handler_threw'] }
}

interface Settled {
  readonly registration: Registration
  readonly returned: unknown
  readonly given: JudgedValue
  readonly look: HandlerLook
}

function readSay({ registration, returned, given, look }: Settled): Say {
  HookContext.seal(look.context)
  const parsed = parseAnswer(returned)
  if (!parsed.ok)
    return failure(
      registration,
      'invalid_decision',
      `${registration.name} gave no decision: ${parsed.problem}`,
    )
  const { answer } = parsed
  const say: Say = {
    registration,
    verdict: answer.verdict,
    reason: answer.reason,
    codes: answer.reasonCodes,
    failOpen: answer.failOpen,
    policies: answer.policies,
  }
  if (answer.verdict === 'deny')
    return { ...say, reason: answer.reason ?? `${registration.name} denied without a reason` }
  const change = changeOf(given, look.context.value)
  if (answer.verdict === 'abstain' && look.ignoresVerdict(change !== undefined)) {
    const reason = `${registration.name} returned nothing although a guardian's verdict was not allow or not yet known`
    return { ...say, verdict: 'deny', reason, codes: ['verdict_ignored'] }
  }
  // a person is asked about the value as it was changed
  if (change !== undefined)
    return { ...say, verdict: answer.verdict === 'ask' ? 'ask' : 'modify', replacement: change }
  if (answer.verdict === 'modify' || answer.replacement !== undefined) return readModify(say, answer, given)
  return say
}

function readModify(say: Say, answer: ParsedAnswer, given: JudgedValue): Say {
  const { replacement } = answer
  if (replacement === undefined) {
    const reason = `${say.registration.name} said modify without a modification`
    return { ...say, verdict: 'deny', reason, codes: ['invalid_modification'] }
  }
  if ('value' in replacement) return asModify(say, replacement.value, given)
  const taken = valueOfModifiedRequest(say.registration.hook, replacement.request)
  if (taken.ok) return asModify(say, taken.value, given)
  return { ...say, verdict: 'deny', reason: taken.problem, codes: ['invalid_modification'] }
}

function asModify(say: Say, value: unknown, given: JudgedValue): Say {
  const replacement = judgedValue(value)
  if (!sameValue(replacement, given)) return { ...say, replacement }
  return say.verdict === 'ask' ? say : { ...say, verdict: 'allow' }
}

function failure(registration: Registration, code: string, reason: string): Say {
  if (registration.failOpen === undefined) return { registration, verdict: 'deny', reason, codes: [code] }
  return {
    registration,
    verdict: 'allow',
    reason,
    codes: [code, 'fail_open'],
    failOpen: registration.failOpen,
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function'
}

function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : 'a handler threw something that is no Error'
  } catch {
    return 'a handler threw an error that cannot be read'
  }
}
