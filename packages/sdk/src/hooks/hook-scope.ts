import { processState } from '../process-state.ts'
import type { HookContext } from './hook-context.ts'
import { parseAnswer, type Verdict } from './answer.ts'

/** One verdict a guardian gave, or is still about to give, while a handler ran. */
interface TrackedVerdict {
  settled: boolean
  /** What it comes to; anything that is no verdict counts as a deny. */
  verdict: Verdict
}

/** One call of one handler: its context and the verdicts asked for meanwhile. */
export class HandlerLook {
  readonly context: HookContext
  readonly #verdicts: TrackedVerdict[] = []

  constructor(context: HookContext) {
    this.context = context
  }

  track(evaluation: PromiseLike<unknown>): void {
    const tracked: TrackedVerdict = { settled: false, verdict: 'deny' }
    this.#verdicts.push(tracked)
    const settle = (value: unknown): void => {
      const parsed = parseAnswer(value)
      tracked.settled = true
      tracked.verdict = parsed.ok ? parsed.answer.verdict : 'deny'
    }
    evaluation.then(settle, () => settle(null))
  }

  /**
   * Whether abstaining now would pass over a verdict that is no allow, or is not known yet. A handler that changed the
   * value has followed a modify.
   */
  ignoresVerdict(changed: boolean): boolean {
    return this.#verdicts.some(
      ({ settled, verdict }) => !settled || (verdict !== 'allow' && !(changed && verdict === 'modify')),
    )
  }
}

/** Runs a handler so that {@link currentHook} and {@link trackVerdict} find its look. */
export function runInLook<T>(look: HandlerLook, handler: () => T): T {
  return processState.ambient.run({ ...processState.ambient.getStore(), look }, handler)
}

function currentLook(): HandlerLook | undefined {
  const look = processState.ambient.getStore()?.look
  return look instanceof HandlerLook ? look : undefined
}

/** Gives the context of the handler that is running here, if one is. */
export function currentHook(): HookContext | undefined {
  return currentLook()?.context
}

/**
 * Tells the hook engine of a guardian's evaluation, so that a handler which abstains over its DENY or MODIFY,
 * or before it is known, is a deny `verdict_ignored`. Returns the evaluation.
 */
export function trackVerdict<T>(evaluation: Promise<T>): Promise<T> {
  currentLook()?.track(evaluation)
  return evaluation
}
