import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { ApprovalInbox, type ApprovalQuestion, type ApprovalRecord } from './approval-inbox.ts'

const question = (more: Partial<ApprovalQuestion> = {}): ApprovalQuestion => ({
  hook: 'toolCallRequest',
  decisionId: 'dec_1',
  runId: 'run_1',
  sessionId: 'sess_1',
  toolName: 'transfer',
  reason: 'more than 1000 euros',
  valueDigest: 'digest-a',
  ...more,
})

function inbox(options: { readonly capacity?: number; readonly expiryMs?: number } = {}) {
  let now = 1_000
  const made = new ApprovalInbox({ expiryMs: 500, ...options, clock: () => now })
  const ask = (more: Partial<ApprovalQuestion> = {}): ApprovalRecord => {
    const record = made.ask(question(more), 'agent-key')
    ok(record !== undefined)
    return record
  }
  return { made, ask, pass: (ms: number) => (now += ms) }
}

const yes = { approved: true, by: 'alice', valueDigest: 'digest-a' }

describe('the approval inbox', () => {
  test('keeps who approved what, and why', () => {
    const { made, ask } = inbox()
    const { id } = ask()
    const answered = made.answer(id, { ...yes, comment: 'known supplier' })
    ok(typeof answered === 'object')
    deepEqual(
      [answered.status, answered.by, answered.comment, answered.askedBy],
      ['approved', 'alice', 'known supplier', 'agent-key'],
    )
    deepEqual(made.list('pending'), [])
  })

  verifies(
    'guardian.approvals.own',
    'takes one answer, for the digest that was asked about, before it expires, of somebody else',
    () => {
      const { made, ask, pass } = inbox()
      const { id } = ask()
      equal(made.answer('nowhere', yes), 'unknown')
      equal(made.answer(id, { ...yes, valueDigest: 'digest-b' }), 'digest_differs')
      equal(made.answer(id, { ...yes, by: 'agent-key' }), 'own_question')
      ok(typeof made.answer(id, { ...yes, approved: false }) === 'object')
      equal(made.answer(id, yes), 'settled')
      const late = ask({ decisionId: 'dec_2' })
      pass(500)
      equal(made.answer(late.id, yes), 'settled')
      equal(made.get(late.id)?.status, 'expired')
    },
  )

  test('who waits hears of the answer, of expiry and of the end', async () => {
    const { made, ask } = inbox({ expiryMs: 60_000 })
    const { id } = ask()
    const waiting = [made.settled(id, 10_000), made.settled(id, 10_000)]
    made.answer(id, yes)
    deepEqual(
      (await Promise.all(waiting)).map((record) => record?.status),
      ['approved', 'approved'],
    )
    equal((await made.settled(id, 10_000))?.status, 'approved')
    const open = ask({ decisionId: 'dec_2' })
    const unanswered = made.settled(open.id, 10_000)
    made.close()
    equal((await unanswered)?.status, 'pending')
    equal((await made.settled(open.id, 0))?.status, 'pending')
  })

  test('the same question asked again is the same one, and another is not', () => {
    const { ask } = inbox()
    const { id } = ask()
    equal(ask().id, id)
    ok(ask({ valueDigest: 'digest-b' }).id !== id)
    ok(ask({ decisionId: 'dec_2' }).id !== id)
  })

  test('forgets settled questions first, and takes no more where all are open', () => {
    const { made, ask } = inbox({ capacity: 2 })
    const first = ask()
    const second = ask({ decisionId: 'dec_2' })
    equal(made.ask(question({ decisionId: 'dec_3' }), 'agent-key'), undefined)
    made.answer(first.id, yes)
    const third = ask({ decisionId: 'dec_3' })
    deepEqual(
      made.list().map(({ id }) => id),
      [second.id, third.id],
    )
  })
})
