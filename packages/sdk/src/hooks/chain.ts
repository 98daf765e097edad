import { HookContext, type HookSubject } from './hook-context.ts'
import { changeOf, copyForHandler, judgedValue, sameValue, type JudgedValue } from './judged-value.ts'
import { parseAnswer, type ParsedAnswer, type Verdict } from './answer.ts'
import { HandlerLook, runInLook } from './hook-scope.ts'
import { settleWithin } from './deadline.ts'
import { valueOfModifiedRequest } from './modified-request.ts'
import type { Registration } from './registry.ts'

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
}

/** One handler's settled say. */
interface Say {
  readonly registration: Registration
  readonly verdict: Verdict | 'throw'
  readonly reason?: string | undefined
  readonly codes: readonly string[]
  readonly replacement?: JudgedValue | undefined
  readonly error?: unknown
  readonly failOpen?: string | undefined
}

const RANK: Readonly<Record<Verdict, number>> = { deny: 4, ask: 3, modify: 2, allow: 1, abstain: 0 }

/** Runs the handlers of one hook over a value, in order, then lets each that has not judged the final value judge it once more. */
export async function runChain(input: ChainInput, initial: JudgedValue): Promise<Judgement> {
  const chain = new Chain(input, initial)
  for (const registration of input.registrations) {
    const ended = await chain.firstPass(registration)
    if (ended !== undefined) return ended
  }
  if (chain.modified) {
    for (const registration of input.registrations) {
      const ended = await chain.recheck(registration)
      if (ended !== undefined) return ended
    }
  }
  return chain.conclude()
}

class Chain {
  readonly #input: ChainInput
  readonly #judged = new Map<Registration, JudgedValue>()
  readonly #records: HandlerRecord[] = []
  #value: JudgedValue
  #best: Say | undefined
  modified = false

  constructor(input: ChainInput, initial: JudgedValue) {
    this.#input = input
    this.#value = initial
  }

  async firstPass(registration: Registration): Promise<Judgement | undefined> {
    const say = await this.#ask(registration, 'first')
    if (say.verdict === 'throw' || say.verdict === 'deny') return this.#end(say)
    if (say.verdict === 'modify' && say.replacement !== undefined) {
      const refusal = await this.#refusalOf(say.replacement)
      if (refusal !== undefined) return this.#end({ ...say, verdict: 'deny', ...refusal })
      this.#value = say.replacement
      this.modified = true
    }
    this.#judged.set(registration, this.#value)
    this.#keepStrongest(say)
    return undefined
  }

  async recheck(registration: Registration): Promise<Judgement | undefined> {
    const judged = this.#judged.get(registration)
    if (judged !== undefined && sameValue(judged, this.#value)) return undefined
    const say = await this.#ask(registration, 'recheck')
    if (say.verdict === 'throw' || say.verdict === 'deny') return this.#end(say)
    if (
      say.verdict === 'modify' &&
      (say.replacement === undefined || !sameValue(say.replacement, this.#value))
    ) {
      const reason = `${registration.name} changed the value again after another handler had changed it`
      return this.#end({ ...say, verdict: 'deny', reason, codes: ['modify_did_not_settle'] })
    }
    this.#keepStrongest(say)
    return undefined
  }

  conclude(): Judgement {
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
      modified: this.modified,
      reason: say?.reason,
      reasonCodes: say?.codes ?? [],
      by: say?.registration.name,
      handlers: this.#records,
    }
  }

  #keepStrongest(say: Say): void {
    const rank = say.verdict === 'throw' ? 0 : RANK[say.verdict]
    const best = this.#best === undefined || this.#best.verdict === 'throw' ? -1 : RANK[this.#best.verdict]
    if (rank > best) this.#best = say
  }

  async #refusalOf(replacement: JudgedValue): Promise<Pick<Say, 'reason' | 'codes'> | undefined> {
    const { modifyRefusal, validate } = this.#input
    if (modifyRefusal !== undefined)
      return { reason: `this value may not be modified (${modifyRefusal})`, codes: [modifyRefusal] }
    if (this.#value.kind === 'opaque') return unsupported(this.#value.reason)
    if (replacement.kind === 'opaque')
      return invalid(`the modification is no JSON value: ${replacement.reason}`)
    if (validate === undefined) return undefined
    try {
      const problem = await validate(copyForHandler(replacement))
      return problem === undefined ? undefined : invalid(`the modification is not valid: ${problem}`)
    } catch (error) {
      return invalid(`checking the modification failed: ${messageOf(error)}`)
    }
  }

  async #ask(registration: Registration, pass: 'first' | 'recheck'): Promise<Say> {
    const started = this.#input.now()
    const say = withRequired(await askHandler(this.#input, { registration, pass, given: this.#value }))
    this.#records.push({
      name: registration.name,
      pass,
      verdict: say.verdict,
      reason: say.reason,
      code: say.codes[0],
      latencyMs: this.#input.now() - started,
      failOpen: say.failOpen,
    })
    return say
  }
}

function invalid(reason: string): Pick<Say, 'reason' | 'codes'> {
  return { reason, codes: ['invalid_modification'] }
}

function unsupported(reason: string): Pick<Say, 'reason' | 'codes'> {
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

async function askHandler(input: ChainInput, asked: Asked): Promise<Say> {
  const { registration, pass, given } = asked
  let controller: AbortController | undefined
  const context = new HookContext(input.subject, {
    value: copyForHandler(given),
    pass,
    onLateWrite: () => input.onLate(registration.name),
    onSignal: () => (controller ??= new AbortController()).signal,
  })
  const look = new HandlerLook(context)
  let returned: unknown
  try {
    returned = runInLook(look, () => registration.handler(context))
    if (isThenable(returned)) {
      const settled = await settleWithin(returned, registration.timeoutMs, () =>
        input.onLate(registration.name),
      )
      if (settled.timedOut) {
        HookContext.seal(context)
        controller ??= new AbortController()
        controller.abort(new Error('the handler deadline has passed'))
        return failure(
          registration,
          'handler_timeout',
          `${registration.name} did not answer within ${registration.timeoutMs} ms`,
        )
      }
      returned = settled.value
    }
  } catch (error) {
    HookContext.seal(context)
    return { registration, verdict: 'throw', error, reason: messageOf(error), codes: ['handler_threw'] }
  }
  HookContext.seal(context)
  return readSay({ registration, returned, given, left: context.value, look })
}

interface Settled {
  readonly registration: Registration
  readonly returned: unknown
  readonly given: JudgedValue
  readonly left: unknown
  readonly look: HandlerLook
}

function readSay({ registration, returned, given, left, look }: Settled): Say {
  const parsed = parseAnswer(returned)
  if (!parsed.ok)
    return failure(
      registration,
      'invalid_decision',
      `${registration.name} gave no decision: ${parsed.problem}`,
    )
  const { answer } = parsed
  const say: Say = { registration, verdict: answer.verdict, reason: answer.reason, codes: answer.reasonCodes }
  if (answer.verdict === 'deny')
    return { ...say, reason: answer.reason ?? `${registration.name} denied without a reason` }
  if (answer.verdict === 'ask') return say
  const change = changeOf(given, left)
  if (answer.verdict === 'abstain' && look.ignoresVerdict(change !== undefined)) {
    const reason = `${registration.name} returned nothing although a guardian's verdict was not allow or not yet known`
    return { ...say, verdict: 'deny', reason, codes: ['verdict_ignored'] }
  }
  if (change !== undefined) return { ...say, verdict: 'modify', replacement: change }
  if (answer.verdict === 'modify') return readModify(say, answer, given)
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
  return sameValue(replacement, given) ? { ...say, verdict: 'allow' } : { ...say, replacement }
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
