import type { StepRecord } from '@aos/sdk'
import type { Assembling } from './assembling.ts'
import { isoTime } from '../../steps/iso-time.ts'
import { idOf, urnOf } from './evidence-id.ts'

const PERSONAL: ReadonlySet<string> = new Set(['credit-card', 'email', 'iban', 'phone', 'ssn'])

/** Name of the component that redacts and captures. */
export const REDACTOR = 'aos-sdk'

/** What of a step's content is not told, by kind and reason. */
export function stepRedactions({ parts }: Assembling, step: StepRecord): void {
  const applied_at = isoTime(step.endedAt ?? step.startedAt)
  const kinds = new Set(step.content.redactions.filter(({ count }) => count > 0).map(({ kind }) => kind))
  for (const kind of kinds)
    parts.put('redaction', {
      redaction_id: idOf('red', step.id, kind),
      target_ref: `${urnOf('step', step.id)}#/content`,
      redaction_kind: kind === 'dropped' ? 'remove' : 'mask',
      reason: kind === 'dropped' ? 'safety' : PERSONAL.has(kind) ? 'privacy' : 'secret',
      applied_by: REDACTOR,
      applied_at,
    })
  if (step.status !== 'withheld') return
  parts.put('redaction', {
    redaction_id: idOf('red', step.id, 'withheld'),
    target_ref: `${urnOf('step', step.id)}#/output`,
    redaction_kind: 'withhold',
    reason: 'policy',
    applied_by: step.decisions.findLast(({ enforced }) => enforced === 'withheld')?.by ?? REDACTOR,
    applied_at,
  })
}

/** Says that no content was captured, where there would have been some. */
export function runRedactions({ parts, recorded }: Assembling): void {
  const { run, steps } = recorded
  const silent = ({ content }: StepRecord): boolean =>
    content.input === undefined && content.output === undefined
  if (steps.length === 0 || !steps.every(silent)) return
  parts.put('redaction', {
    redaction_id: idOf('red', run.id, 'content'),
    target_ref: `${urnOf('run', run.id)}#/steps/content`,
    redaction_kind: 'withhold',
    reason: 'policy',
    applied_by: REDACTOR,
    applied_at: isoTime(run.startedAt),
  })
}
