import { AosDeniedError, isDenied, type AosDenial } from '../errors.ts'
import { whenReady, type Awaitable } from '../values/awaitable.ts'
import { isDeepStrictEqual } from '../values/deep-equal.ts'
import type { HookName } from '../hooks/hook-names.ts'
import type { DecisionRecord } from '../events/event.ts'
import { admission, standingRefusal, stoppedSince, type Refusal } from './admission.ts'
import { tellSpending } from './admission-guard.ts'
import { judgeHook, type HookOutcome } from './judge-hook.ts'
import { requestHooks, resultHooks, type Operation } from './operation.ts'
import type { Run } from './run.ts'
import type { Step } from './step.ts'

/**
 * The decision on one operation, to be executed once. It is bound to the run, the kind and name of the operation,
 * its `executionId`, the decided value, what the tool's own schema makes of that value, and the policy epoch.
 */
export interface Ticket {
  readonly run: Run
  readonly operation: Operation
  readonly step: Step
  readonly epoch: number
  readonly status: 'allowed' | 'denied' | 'ask'
  /** The value to execute with. */
  readonly value: unknown
  readonly modified: boolean
  /** Whether a handler asked for a person, who has approved. */
  readonly asked?: boolean
  /** Why a handler asks for a person. */
  readonly askedFor?: string | undefined
  readonly denial?: AosDenial | undefined
  /** What the framework's own parser made of the decided value, where that differs. */
  parsed?: { readonly value: unknown }
  used: boolean
  /** Whether the value goes on as it was, and no handler failed open. */
  readonly clean?: boolean | undefined
}

/**
 * Admits and judges an operation, at once where nothing in the way takes its time; throws only the error that ends
 * the run.
 */
export function decide(run: Run, operation: Operation, reopened?: Step): Awaitable<Ticket> {
  run.throwIfFatal()
  // taken first: whatever changes while handlers judge makes this decision one of an older epoch
  const { epoch } = run
  const step = reopened ?? run.openStep(operation)
  run.tap?.decides(step, operation, reopened !== undefined)
  const refusal = standingRefusal(run, operation)
  if (refusal !== undefined) return refuse(run, { operation, step }, refusal)
  const draft: Draft = { run, operation, step, epoch, value: operation.value, ...UNDECIDED }
  const admitted = admission(run, operation)
  if (admitted === undefined) return judgeRequest(draft, 0)
  return admitted.then((refused) =>
    refused === undefined ? judgeRequest(draft, 0) : refuse(run, draft, refused),
  )
}

/** A ticket while it is being decided. */
interface Draft extends Pick<Ticket, 'run' | 'operation' | 'step'> {
  epoch: number
  status: Ticket['status']
  value: unknown
  modified: boolean
  asked: boolean
  askedFor?: string | undefined
  clean: boolean
  denial?: AosDenial
  used: boolean
}

const UNDECIDED = { status: 'allowed', modified: false, asked: false, clean: true, used: false } as const

function judgeRequest(draft: Draft, from: number): Awaitable<Ticket> {
  const { run, operation, step } = draft
  const hooks = requestHooks(operation)
  for (let at = from; at < hooks.length; at++) {
    const hook = hooks[at] as HookName
    const outcome = judgeHook(run, { operation, step, hook, phase: 'request', value: draft.value })
    if (outcome instanceof Promise)
      return outcome.then((settled) => (take(draft, settled) ? judgeRequest(draft, at + 1) : draft))
    if (!take(draft, outcome)) return draft
  }
  if (draft.modified) step.captureInput(draft.value)
  return draft
}

/** Takes up what a hook said; gives whether the next one is to be asked. */
function take(draft: Draft, outcome: HookOutcome): boolean {
  if (outcome.status === 'denied') {
    draft.step.end('denied')
    draft.status = 'denied'
    draft.denial = outcome.denial
    // a policy that changed meanwhile does not take a denial back
    draft.epoch = draft.run.epoch
    return false
  }
  if (outcome.status === 'ask') {
    draft.status = 'ask'
    draft.askedFor = outcome.reason
  }
  draft.value = outcome.value
  draft.modified ||= outcome.modified
  draft.asked ||= outcome.asked === true
  draft.clean &&= outcome.clean === true
  return true
}

interface Refused {
  readonly operation: Operation
  readonly step: Step
}

function refuse(run: Run, at: Refused, refusal: Refusal): Ticket {
  const { operation, step } = at
  const enforced = operation.enforceable === false ? 'none' : 'denied'
  const denial = recordRefusal(run, at, { refusal, phase: 'request', enforced })
  step.end('denied')
  if (operation.kind === 'modelCall' || operation.enforceable === false) run.abort(new AosDeniedError(denial))
  return {
    run,
    operation,
    step,
    epoch: run.epoch,
    status: 'denied',
    value: operation.value,
    modified: false,
    denial,
    used: false,
  }
}

/** Records what admission refuses, on the way out or on the way back, and gives the denial. */
function recordRefusal(
  run: Run,
  { operation, step }: Refused,
  { refusal, ...how }: { readonly refusal: Refusal } & Pick<DecisionRecord, 'phase' | 'enforced'>,
): AosDenial {
  const decisionId = run.core.newId(run.core.now())
  const { enforced } = how
  run.tap?.refused(step, refusal, how.phase)
  step.decide(enforced, () => ({
    ...how,
    decisionId,
    hook: requestHooks(operation)[0] ?? operation.kind,
    verdict: 'deny',
    source: 'admission',
    by: refusal.by ?? 'aos.admission',
    reason: run.core.content.message(refusal.reason),
    reasonCodes: [run.core.content.message(refusal.code)],
    latencyMs: 0,
    handlers: [],
    at: run.core.now(),
  }))
  return {
    hook: requestHooks(operation)[0] ?? 'admission',
    reason: refusal.reason,
    reasonCodes: [refusal.code],
    decisionId,
    runId: run.id,
    toolName: operation.kind === 'toolCall' ? operation.name : undefined,
  }
}

const MAX_DECISIONS = 5

/** Decides anew until no policy has changed while it was decided; policies that never rest are a denial. */
export function decideNow(run: Run, operation: Operation): Awaitable<Ticket> {
  return whenReady(decide(run, operation), (ticket) => settle(run, ticket, 1))
}

function settle(run: Run, ticket: Ticket, made: number): Awaitable<Ticket> {
  if (ticket.denial !== undefined || ticket.epoch === run.epoch) return ticket
  if (made === MAX_DECISIONS)
    return refuse(run, ticket, {
      code: 'policy_unsettled',
      reason: 'the policies changed each time this was decided',
    })
  return whenReady(decide(run, ticket.operation, ticket.step), (next) => settle(run, next, made + 1))
}

/** Whether a ticket still speaks for executing its operation with this value. */
export function ticketHolds(ticket: Ticket, run: Run, value: unknown): boolean {
  if (ticket.used || ticket.run !== run || ticket.epoch !== run.epoch || ticket.status !== 'allowed')
    return false
  return (
    value === ticket.value ||
    isDeepStrictEqual(value, ticket.value) ||
    (ticket.parsed !== undefined && isDeepStrictEqual(value, ticket.parsed.value))
  )
}

/** Uses a ticket up: its step begins executing. Throws where it was used, is a denial, or may not start any more. */
export function consume(ticket: Ticket): void {
  const { run, operation, step } = ticket
  run.throwIfFatal()
  if (ticket.denial !== undefined) throw new AosDeniedError(ticket.denial)
  if (ticket.used)
    throw new AosDeniedError(
      notExecutable(ticket, 'ticket_used', 'this decision was used already; each decision is executed once'),
    )
  if (ticket.status === 'ask')
    throw new AosDeniedError(notExecutable(ticket, 'approval_required', 'nobody has approved this yet'))
  ticket.used = true
  const refusal = standingRefusal(run, operation)
  if (refusal !== undefined) {
    const refused = refuse(run, ticket, refusal)
    run.throwIfFatal()
    throw new AosDeniedError(refused.denial ?? notExecutable(ticket, refusal.code, refusal.reason))
  }
  step.ensureSpan()
  step.execute(ticket.value)
  run.tap?.starts(step, ticket.value)
  count(run, operation, 1)
}

function count(run: Run, { kind, name }: Operation, calls: 1 | -1): void {
  if (kind !== 'modelCall' && kind !== 'toolCall') return
  if (calls === 1) run.totals.starting(kind, name)
  else run.totals.paused(kind)
  tellSpending(run, { kind, name, calls })
}

/** Ends an operation that its framework has paused in the middle: it begins anew when it is resumed, and counts then. */
export function pause({ run, operation, step }: Ticket): void {
  if (step.ended) return
  if (step.executing) count(run, operation, -1)
  step.end('not_executed')
}

function notExecutable(ticket: Ticket, code: string, reason: string): AosDenial {
  return {
    hook: requestHooks(ticket.operation)[0] ?? 'admission',
    reason,
    reasonCodes: [code],
    decisionId: ticket.step.id,
    runId: ticket.run.id,
  }
}

/** Judges what an operation brought back and closes its step; throws the denial where it is withheld. */
export function finish(ticket: Ticket, output: unknown): Awaitable<unknown> {
  const { operation, step } = ticket
  step.captureFound(output)
  ticket.run.tap?.brought(step, output)
  return whenReady(
    judgeResult(ticket, output, { hooks: resultHooks(operation), isError: false }),
    (value) => {
      step.captureOutput(value)
      step.end('ok')
      return value
    },
  )
}

/**
 * Judges what came back for an `answered` operation, or one piece of it; throws the denial where it is withheld, and
 * ends the step then. {@link endAnswered} ends it otherwise.
 */
export function judgeAnswer(ticket: Ticket, value: unknown, isError = false): Awaitable<unknown> {
  const { run, step } = ticket
  run.tap?.answered(step, value, isError)
  const refusal = stoppedSince(run, ticket.operation)
  if (refusal !== undefined) {
    const denial = recordRefusal(run, ticket, { refusal, phase: 'result', enforced: 'withheld' })
    step.end('withheld')
    throw new AosDeniedError(denial)
  }
  return judgeResult(ticket, value, { hooks: resultHooks(ticket.operation), isError })
}

/** Ends the step of an `answered` operation with what it came to, or with the error that it came to. */
export function endAnswered({ step }: Ticket, value: unknown, failure?: { readonly error: unknown }): void {
  if (step.ended) return
  step.captureOutput(value)
  if (failure === undefined) step.end('ok')
  else step.fail(failure.error)
}

/** Records that an operation failed; gives the error to go on with, which a result hook may have rewritten. */
export async function finishFailed(ticket: Ticket, error: unknown): Promise<unknown> {
  const { run, step, operation } = ticket
  run.tap?.failed(step, error)
  if (
    operation.kind !== 'toolCall' ||
    run.fatal !== undefined ||
    isDenied(error) ||
    !run.hears('toolCallResult')
  ) {
    step.fail(error)
    return run.fatal === undefined ? error : run.fatal.error
  }
  const message = messageOf(error)
  try {
    const judged = await judgeResult(ticket, message, { hooks: ERROR_HOOKS, isError: true })
    step.fail(error)
    return judged === message ? error : rewritten(error, judged)
  } catch (denied) {
    return denied
  }
}

function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message) : String(error)
  } catch {
    return 'an error that cannot be read'
  }
}

function rewritten(error: unknown, message: unknown): Error {
  const replacement = new Error(typeof message === 'string' ? message : JSON.stringify(message))
  if (error instanceof Error) replacement.name = error.name
  replacement.stack = `${replacement.name}: ${replacement.message}`
  return replacement
}

interface Results {
  readonly hooks: readonly HookName[]
  readonly isError: boolean
  /** Place of the hook to ask next; default 0. */
  readonly at?: number
}

function judgeResult(ticket: Ticket, value: unknown, results: Results): Awaitable<unknown> {
  const { run, operation, step } = ticket
  const { hooks, isError, at = 0 } = results
  const hook = hooks[at]
  if (hook === undefined) return value
  return whenReady(judgeHook(run, { operation, step, hook, phase: 'result', value, isError }), (outcome) => {
    if (outcome.status !== 'denied') return judgeResult(ticket, outcome.value, { hooks, isError, at: at + 1 })
    step.end('withheld')
    throw new AosDeniedError(outcome.denial)
  })
}

const ERROR_HOOKS: readonly HookName[] = ['toolCallResult']

/** One operation from decision to result: the effect runs with the decided value, inside the step. */
export async function guard<T>(
  run: Run,
  operation: Operation,
  effect: (value: unknown) => T | PromiseLike<T>,
): Promise<T> {
  const decided = decideNow(run, operation)
  const ticket = decided instanceof Promise ? await decided : decided
  consume(ticket)
  let output: T
  try {
    output = await run.enter(() => effect(ticket.value), ticket.step)
  } catch (error) {
    throw await finishFailed(ticket, error)
  }
  run.throwIfFatal()
  return finish(ticket, output) as Awaitable<T>
}
