import { AosError, createRedactor, type ApprovalAnswer, type ApprovalRequest, type Approver } from '@aos/sdk'
import type { GuardianClient } from './client/guardian-client.ts'

/** How people are asked through a guardian server. */
export interface ApproverOptions {
  /** What they see of the value: all of it, all but secrets and personal data (default), or nothing. */
  readonly show?: 'full' | 'redacted' | 'none' | undefined
  /** Milliseconds one question may stay open; the server may allow less. */
  readonly expiryMs?: number | undefined
  /** Milliseconds one request waits for the answer before it is sent again; default 20000. */
  readonly waitMs?: number | undefined
}

const WAIT_MS = 20_000
const MAX_FAULTS = 5

/** Makes an approver that puts each question into a server's inbox and waits for a person; any doubt is no approval. */
export function createApprover(client: GuardianClient, options: ApproverOptions): Approver {
  const { redactValue } = createRedactor()
  const { show = 'redacted', expiryMs, waitMs = WAIT_MS } = options
  const shown = (value: unknown): unknown => {
    if (show === 'none') return undefined
    return show === 'full' ? value : redactValue(value).value
  }
  return async ({ signal, value, ...question }: ApprovalRequest): Promise<ApprovalAnswer> => {
    const asked = await ask(client, { ...question, value: shown(value), expiryMs }, signal)
    for (let faults = 0; ;) {
      const wait = { signal, timeoutMs: waitMs + 5000 }
      const answer = await client.request('aos/approval/wait', { id: asked, waitMs }, wait)
      if (signal.aborted) throw failed('nobody waits for it any more')
      const record = answer.ok ? resultOf(answer.message) : undefined
      if (record === undefined && ++faults === MAX_FAULTS)
        throw failed('the guardian does not tell the answer')
      if (record === undefined || member(record, 'status') === 'pending') continue
      return read(record, asked, question.valueDigest)
    }
  }
}

async function ask(client: GuardianClient, question: object, signal: AbortSignal): Promise<string> {
  const answer = await client.request('aos/approval/request', question, { signal })
  const id = answer.ok ? member(resultOf(answer.message), 'id') : undefined
  if (typeof id === 'string') return id
  throw failed(answer.ok ? 'the guardian did not take the question' : answer.failure.problem)
}

function read(record: unknown, id: string, valueDigest: string): ApprovalAnswer {
  if (member(record, 'id') !== id || member(record, 'valueDigest') !== valueDigest)
    throw failed('the answer is one to another question')
  const by = member(record, 'by')
  const comment = member(record, 'comment')
  const status = member(record, 'status')
  if (status !== 'approved' && status !== 'refused') throw failed(`the question has ${String(status)}`)
  return {
    approved: status === 'approved',
    by: typeof by === 'string' ? by : undefined,
    reason: typeof comment === 'string' ? comment : undefined,
  }
}

function resultOf(message: object): unknown {
  return member(message, 'result')
}

function member(source: unknown, key: string): unknown {
  return typeof source === 'object' && source !== null ? Reflect.get(source, key) : undefined
}

function failed(problem: string): AosError {
  return new AosError({ code: 'guardian_unavailable', message: `No approval: ${problem}` })
}
