import { AosDeniedError } from '../errors.ts'
import type { Refusal } from '../run/admission.ts'
import type { Run } from '../run/run.ts'
import type { Step } from '../run/step.ts'
import { snapshot } from '../values/snapshot.ts'

/** What handlers are shown of a message, or why nobody could see all of it. */
export type Judgeable =
  | { readonly ok: true; readonly wire: unknown }
  | { readonly ok: false; readonly refusal: Refusal }

/** Gives a message in a form that its handlers see in full, which is the one on the wire. */
export function judgeable(run: Pick<Run, 'hears'>, wire: unknown): Judgeable {
  if (wire === undefined || !run.hears('a2a') || snapshot(wire).ok) return { ok: true, wire }
  let written: unknown
  try {
    written = JSON.parse(JSON.stringify(wire))
  } catch {
    return refused('it is no JSON')
  }
  const taken = snapshot(written)
  return taken.ok ? { ok: true, wire: written } : refused(taken.reason)
}

function refused(problem: string): Judgeable {
  const reason = `the message cannot be judged: ${problem}`
  return { ok: false, refusal: { code: 'message_unjudgeable', reason, by: 'aos.a2a' } }
}

/** The same of an answer, which is withheld where it cannot be seen in full. */
export function judgeableAnswer(run: Run, step: Step, wire: unknown): unknown {
  const judged = judgeable(run, wire)
  if (judged.ok) return judged.wire
  throw withheld(run, step, judged.refusal)
}

/** Ends the step of an answer that is refused without asking anybody; gives the denial. */
export function withheld(run: Run, step: Step, { reason, code }: Refusal): AosDeniedError {
  step.end('withheld')
  return new AosDeniedError({
    hook: 'a2a',
    reason,
    reasonCodes: [code],
    decisionId: step.id,
    runId: run.id,
  })
}
