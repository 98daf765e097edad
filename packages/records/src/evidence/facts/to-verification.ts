import type { EvalResult } from '@agent-run/types'
import { createRedactor } from '@aos/sdk'
import type { EvidenceScope, VerificationResult } from '../../generated/agent-evidence-types.ts'

const DETAIL_CODE_POINTS = 500
const redactor = createRedactor()

/** Reads an evaluation (agent-run, EvalResult) as the result of a check: whether it passed, by which score, and why not. */
export function toVerification(
  result: EvalResult,
  { run_id }: EvidenceScope,
): Omit<VerificationResult, 'verification_id'> {
  const { pass, score, task_type, eval_layer, benchmark_id, detail } = result
  const about = { run_id, score, task_type, eval_layer, benchmark_id }
  const message = typeof detail === 'string' ? plain(detail) : `the score is ${score} of 100`
  return {
    check_type: 'custom',
    status: pass ? 'passed' : 'failed',
    severity: pass ? 'info' : 'medium',
    coverage: [Object.fromEntries(Object.entries(about).filter(([, value]) => typeof value !== 'undefined'))],
    ...(pass ? {} : { issues: [{ code: 'evaluation_failed', message }] }),
  }
}

function plain(detail: string): string {
  return Array.from(redactor.redactText(detail.slice(0, 8_192)).text)
    .slice(0, DETAIL_CODE_POINTS)
    .join('')
}
