import { AosDeniedError, type AosDenial } from '../errors.ts'
import type { DecisionRecord } from '../events/event.ts'
import { runChain, type ChainInput, type Judgement } from '../hooks/chain.ts'
import type { HookSubject } from '../hooks/hook-context.ts'
import type { HookName } from '../hooks/hook-names.ts'
import { judgedValue, settledValue, type JudgedValue } from '../hooks/judged-value.ts'
import type { Registration } from '../hooks/registry.ts'
import { whenReady, type Awaitable } from '../values/awaitable.ts'
import { requestApproval } from './approval.ts'
import { hookView, type HookView } from './hook-view.ts'
import type { Operation } from './operation.ts'
import type { Run } from './run.ts'
import type { HookTap } from './run-tap.ts'
import { judgeShadow } from './shadow.ts'
import type { Step } from './step.ts'
import { happenedOutside, Subject } from './subject.ts'

/** One question to one hook. */
export interface Question {
  readonly operation: Operation
  readonly step: Step
  readonly hook: HookName
  readonly phase: 'request' | 'result'
  readonly value: unknown
  readonly isError?: boolean
}

/** What came of it. */
export type HookOutcome =
  | {
      readonly status: 'go' | 'ask'
      readonly value: unknown
      readonly modified: boolean
      readonly asked?: boolean
      readonly reason?: string | undefined
      /** Whether the value goes on as it was, and no handler failed open. */
      readonly clean?: boolean
    }
  | { readonly status: 'denied'; readonly denial: AosDenial }

/**
 * Asks the handlers of one hook about a value, and has the outcome at once where all of them answer at once. A handler
 * that throws ends the run with its error, which is thrown here.
 */
export function judgeHook(run: Run, question: Question): Awaitable<HookOutcome> {
  const { operation, hook, value } = question
  const registrations = unasked(run, question, meant(run.registrations(hook), operation))
  if (registrations.length === 0) return { status: 'go', value, modified: false }
  const view = hookView(hook, operation, value)
  const initial = judgedValue(view.shown)
  const subject = new Subject(run, question)
  const judging = enforcing(registrations)
  const tap = judging.length === 0 ? undefined : tapOf(run, question, { subject, view, initial, judging })
  const input: ChainInput = {
    subject,
    registrations: judging,
    validate: async (modified) => {
      const restored = view.restore(modified)
      if (!restored.ok) return restored.problem
      const check = question.phase === 'request' ? operation.validate : operation.validateResult
      const problem = await check?.(restored.value)
      tap?.checked(restored.value, problem)
      return problem
    },
    tap,
    modifyRefusal: modifyRefusal(run, question),
    now: run.core.now,
    onLate: (handler) => run.core.noteLate(handler),
  }
  if (input.registrations !== registrations)
    judgeShadow(run, question, {
      input,
      registrations: registrations.filter(({ shadow }) => shadow),
      initial,
    })
  if (input.registrations.length === 0) return { status: 'go', value, modified: false }
  const started = run.core.now()
  return whenReady(runChain(input, initial), (judgement) => {
    const settled = { question, subject, judgement, latencyMs: run.core.now() - started, tap }
    tap?.judged(judgement)
    const outcome = conclude(run, settled, () =>
      judgement.modified ? restored(view, judgement) : unmodified(initial, value, view.shown),
    )
    return run.auditTrails.length === 0 ? outcome : onceKept(run, settled, outcome)
  })
}

function tapOf(
  run: Run,
  { step, phase, value }: Question,
  asked: {
    readonly subject: HookSubject
    readonly view: HookView
    readonly initial: JudgedValue
    readonly judging: readonly Registration[]
  },
): HookTap | undefined {
  const { subject, view, initial, judging } = asked
  const isWhole = view.shown === value
  return run.tap?.asks({
    step,
    phase,
    subject,
    given: value,
    shown: initial,
    isWhole,
    registrations: judging,
  })
}

/** Lets an outcome take effect only once the audit trails have its decision. */
async function onceKept(run: Run, settled: Settled, concluded: Awaitable<HookOutcome>): Promise<HookOutcome> {
  const outcome = await concluded
  const { question, subject } = settled
  if (outcome.status === 'denied' || (await question.step.kept) !== false) return outcome
  const reason = 'the decision could not be kept by the audit trail'
  const enforced = enforcedDeny(question)
  question.step.decide(enforced, () => ({
    ...recordOf(run, settled, { verdict: 'deny', enforced }),
    source: 'admission',
    by: 'aos.audit',
    reason,
    reasonCodes: ['audit_unavailable'],
    handlers: [],
  }))
  const denial = denialOf(subject, reason, ['audit_unavailable'])
  if (happenedOutside(question)) run.abort(new AosDeniedError(denial))
  return { status: 'denied', denial }
}

function restored(view: HookView, { value }: Judgement): unknown {
  const back = view.restore(settledValue(value))
  return back.ok ? back.value : undefined
}

function enforcing(registrations: readonly Registration[]): readonly Registration[] {
  return registrations.some(({ shadow }) => shadow)
    ? registrations.filter(({ shadow }) => !shadow)
    : registrations
}

// a value shown as it is goes on as the snapshot, so that nobody can change it between the verdict and the effect
function unmodified(initial: ReturnType<typeof judgedValue>, value: unknown, shown: unknown): unknown {
  return shown === value ? settledValue(initial) : value
}

interface Settled {
  readonly question: Question
  readonly subject: HookSubject
  readonly judgement: Judgement
  readonly latencyMs: number
  readonly tap?: HookTap | undefined
}

function conclude(run: Run, settled: Settled, valueOf: () => unknown): Awaitable<HookOutcome> {
  const { question, judgement } = settled
  const { step } = question
  if (judgement.thrown !== undefined) {
    record(run, settled, { verdict: 'throw', enforced: enforcedDeny(question) })
    step.end(question.phase === 'request' ? 'denied' : 'withheld')
    run.abortOwner(judgement.thrown.registration.owner, judgement.thrown.error)
    throw judgement.thrown.error
  }
  if (judgement.verdict === 'deny') return denied(run, settled)
  if (judgement.verdict === 'ask') return asked(run, settled, valueOf)
  const enforced = judgement.modified ? 'modified' : 'allowed'
  record(run, settled, { verdict: judgement.modified ? 'modify' : judgement.verdict, enforced })
  const clean = !judgement.modified && !judgement.handlers.some(({ failOpen }) => failOpen !== undefined)
  return { status: 'go', value: valueOf(), modified: judgement.modified, clean }
}

function denied(run: Run, settled: Settled): HookOutcome {
  const { question, judgement, subject } = settled
  record(run, settled, { verdict: 'deny', enforced: enforcedDeny(question) })
  const denial = denialOf(subject, judgement.reason ?? 'no reason given', judgement.reasonCodes)
  if (happenedOutside(question)) run.abort(new AosDeniedError(denial))
  return { status: 'denied', denial }
}

async function asked(run: Run, settled: Settled, valueOf: () => unknown): Promise<HookOutcome> {
  const { question, subject, judgement } = settled
  const { step, operation } = question
  record(run, settled, { verdict: 'ask', enforced: 'none' })
  if (operation.approval === 'framework' && question.phase === 'request') {
    return {
      status: 'ask',
      value: valueOf(),
      modified: judgement.modified,
      reason: judgement.reason,
    }
  }
  const started = run.core.now()
  const value = valueOf()
  const approval =
    settled.tap?.approval(value) ??
    (await requestApproval(run, question, { subject, reason: judgement.reason, value }))
  settled.tap?.approved(approval)
  const enforced = approval.approved ? 'allowed' : enforcedDeny(question)
  const latencyMs = run.core.now() - started
  step.decide(enforced, () => ({
    ...recordOf(run, { ...settled, latencyMs }, { verdict: approval.approved ? 'allow' : 'deny', enforced }),
    phase: 'approval',
    source: 'approval',
    by: approval.by,
    reason: run.core.content.message(approval.reason),
    reasonCodes: approval.codes,
    handlers: [],
  }))
  if (approval.approved) return { status: 'go', value, modified: judgement.modified, asked: true }
  return { status: 'denied', denial: denialOf(subject, approval.reason, approval.codes) }
}

function meant(registrations: readonly Registration[], operation: Operation): readonly Registration[] {
  if (!registrations.some(({ matches }) => matches !== undefined)) return registrations
  return registrations.filter(({ matches }) => matches === undefined || matches(operation.name))
}

// a handler that has judged the tool call is not asked about the very message that the call is made of
function unasked(
  run: Run,
  { operation, phase }: Question,
  registrations: readonly Registration[],
): readonly Registration[] {
  const { coveredBy } = operation
  if (coveredBy === undefined || registrations.length === 0) return registrations
  const hook = phase === 'request' ? 'toolCallRequest' : 'toolCallResult'
  const judging = run.registrations(hook).filter(({ matches }) => matches === undefined || matches(coveredBy))
  return registrations.flatMap((registration) => {
    const { handler: own, shadow } = registration
    if (!judging.some((other) => other.handler === own && other.shadow === shadow)) return [registration]
    const { besideToolCalls: handler } = own
    // it has had its say, so that it may abstain here
    return handler === undefined ? [] : [{ ...registration, handler, required: false }]
  })
}

function modifyRefusal(run: Run, question: Question): string | undefined {
  const { hook, operation, phase } = question
  if (hook === 'knowledgeRetrieval' && !run.core.options.retrievalModify) return 'modify_unsupported'
  if (happenedOutside(question)) return 'modify_unsupported'
  return phase === 'request' && operation.approval === 'granted' ? 'modify_after_approval' : undefined
}

function enforcedDeny(question: Question): DecisionRecord['enforced'] {
  if (happenedOutside(question)) return 'none'
  return question.phase === 'request' ? 'denied' : 'withheld'
}

function denialOf(subject: HookSubject, reason: string, reasonCodes: readonly string[]): AosDenial {
  const { hook, decisionId, runId, toolName } = subject
  return { hook, reason, reasonCodes, decisionId, runId, toolName }
}

type Enforced = Pick<DecisionRecord, 'verdict' | 'enforced'>

function record(run: Run, settled: Settled, enforced: Enforced): void {
  settled.question.step.decide(enforced.enforced, () => recordOf(run, settled, enforced))
}

/** Makes the record of a judgement; reasons are redacted, values become keyed digests. */
function recordOf(
  run: Run,
  { question, subject, judgement, latencyMs }: Settled,
  enforced: Enforced,
): DecisionRecord {
  const failOpen = judgement.handlers.find((handler) => handler.failOpen !== undefined)?.failOpen
  const digests = judgement.modified && run.observed
  return {
    ...enforced,
    decisionId: subject.decisionId,
    hook: question.hook,
    phase: question.phase,
    source: failOpen === undefined ? 'handler' : 'failure_policy',
    by: judgement.by,
    reason: judgement.reason === undefined ? undefined : run.core.content.message(judgement.reason),
    reasonCodes: judgement.reasonCodes.map((code) => run.core.content.message(code)),
    policies: judgement.policies?.map((policy) => run.core.content.name(policy)),
    latencyMs,
    handlers: run.core.content.handlers(judgement.handlers),
    failOpen,
    valueDigest: digests ? run.core.content.digest(question.value) : undefined,
    modifiedDigest: digests ? run.core.content.digest(settledValue(judgement.value)) : undefined,
    at: run.core.now(),
  }
}
