import { settleWithin } from '../hooks/deadline.ts'
import type { HookSubject } from '../hooks/hook-context.ts'
import { copyForHandler, judgedValue } from '../hooks/judged-value.ts'
import type { Question } from './judge-hook.ts'
import type { Run } from './run.ts'

/** A request to a person: may exactly this value go on? */
export interface ApprovalRequest {
  readonly hook: string
  readonly decisionId: string
  readonly runId: string
  readonly sessionId: string
  readonly toolName?: string | undefined
  readonly executionId?: string | undefined
  readonly reason: string
  /** A copy of the value; approving binds to its digest. */
  readonly value: unknown
  readonly valueDigest: string
  /** Aborted once the answer does not count any more: the run was aborted, or the time is up. */
  readonly signal: AbortSignal
}

/** What an approver answers; `true` and `false` stand for themselves. */
export type ApprovalAnswer =
  | boolean
  | { readonly approved: boolean; readonly by?: string | undefined; readonly reason?: string | undefined }

/** Asks a person. Rejecting, throwing, an unclear answer or silence past the expiry is a deny. */
export type Approver = (request: ApprovalRequest) => ApprovalAnswer | PromiseLike<ApprovalAnswer>

/** How an approval came out. */
export interface Approval {
  readonly approved: boolean
  readonly by: string | undefined
  readonly reason: string
  readonly codes: readonly string[]
}

/** Gets the approval a handler asked for: the framework's where it reports one, otherwise `onApproval`. */
export async function requestApproval(
  run: Run,
  question: Question,
  asked: { readonly subject: HookSubject; readonly reason: string | undefined; readonly value: unknown },
): Promise<Approval> {
  const { operation, phase, hook } = question
  const approver = run.core.options.onApproval
  // a history is the client's to write: an approver that was given is asked whatever it says
  if (approver === undefined && operation.approval === 'granted' && phase === 'request') {
    return {
      approved: true,
      by: 'framework approval',
      reason: 'a person approved this call',
      codes: ['approved'],
    }
  }
  if (approver === undefined && operation.approval === 'refused' && phase === 'request')
    return { ...refused('approval_refused', 'a person refused'), by: 'framework approval' }
  if (approver === undefined)
    return refused('approval_unavailable', 'approval is needed and nobody can be asked (set onApproval)')
  if (run.fatal !== undefined) return abortedApproval()
  const { subject, value } = asked
  const controller = new AbortController()
  const request: ApprovalRequest = {
    hook,
    decisionId: subject.decisionId,
    runId: run.id,
    sessionId: run.session.id,
    toolName: subject.toolName,
    executionId: subject.executionId,
    reason: asked.reason ?? 'approval is needed',
    value: copyForHandler(judgedValue(value)),
    valueDigest: run.core.content.digest(value),
    signal: controller.signal,
  }
  try {
    return await answerOf(run, approver(request))
  } catch (error) {
    return refused(
      'approval_failed',
      `asking for approval failed: ${error instanceof Error ? error.message : 'unknown error'}`,
    )
  } finally {
    controller.abort()
  }
}

// who is still asked when the run is aborted holds up neither the run nor the process
async function answerOf(run: Run, answering: ReturnType<Approver>): Promise<Approval> {
  let stopListening: (() => unknown) | undefined
  const aborted = new Promise<typeof ABORTED>((resolve) => {
    stopListening = run.onAbort(() => resolve(ABORTED))
  })
  try {
    const answer = await settleWithin(
      Promise.race([answering, aborted]),
      run.core.options.approvalTimeoutMs,
      () => run.core.noteLate('onApproval'),
    )
    if (answer.timedOut) return refused('approval_expired', 'nobody approved in time')
    return answer.value === ABORTED ? abortedApproval() : readAnswer(answer.value)
  } finally {
    stopListening?.()
  }
}

const ABORTED: unique symbol = Symbol('aborted')

function abortedApproval(): Approval {
  return refused('approval_aborted', 'the run was aborted before anybody approved')
}

function readAnswer(answer: unknown): Approval {
  const approved: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'approved') : answer
  const by: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'by') : undefined
  const reason: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'reason') : undefined
  const name = typeof by === 'string' ? by : 'onApproval'
  if (approved === true)
    return {
      approved: true,
      by: name,
      reason: typeof reason === 'string' ? reason : 'approved',
      codes: ['approved'],
    }
  if (approved !== false) return refused('approval_unclear', 'the approver answered neither yes nor no')
  return {
    approved: false,
    by: name,
    reason: typeof reason === 'string' ? reason : 'a person refused',
    codes: ['approval_refused'],
  }
}

function refused(code: string, reason: string): Approval {
  return { approved: false, by: undefined, reason, codes: [code] }
}
