import { deepEqual, equal, ok } from 'node:assert/strict'
import { AOSInstrument, ask, isDenied, type GuardedRun } from '@aos/sdk'
import { describe } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import {
  ALICE,
  auth,
  bearer,
  BOT,
  errorOf,
  guardianServers,
  post,
  ROOT,
} from '../../../../test/support/guardian-server.ts'
import { GuardianAgent } from '../guardian-agent.ts'
import type { Policy } from '../policy/policy.ts'

const { serve, later } = guardianServers()

describe('approvals through a server', () => {
  const paying: Policy = {
    name: 'approval',
    hooks: ['toolCallRequest'],
    evaluate: () => ask('more than 1000 euros'),
  }

  async function payment(): Promise<{
    readonly url: string
    readonly paid: unknown[]
    readonly outcome: Promise<unknown>
    readonly question: () => Promise<Record<string, unknown>>
  }> {
    const { url } = await serve({ auth, policies: [paying] })
    const guardian = new GuardianAgent({ endpoint: url, bearer: BOT })
    later(() => guardian.close())
    const paid: unknown[] = []
    const agent = new AOSInstrument(
      async (euros: number, aos: GuardedRun) =>
        aos.toolCall(
          { toolName: 'pay', parameters: { euros, key: 'sk-live-4eC39HqLyjWDarjtT1zdp7dc' } },
          () => paid.push(euros),
        ),
      { onApproval: guardian.approver({ waitMs: 50 }) },
    )
    guardian.protect(agent)
    const outcome = agent.run(2000).catch((error: unknown) => error)
    const question = async (): Promise<Record<string, unknown>> => {
      for (;;) {
        const response = await fetch(`${url}/approvals?status=pending`, { headers: bearer(ALICE) })
        const { approvals } = (await response.json()) as { approvals: Record<string, unknown>[] }
        if (approvals[0] !== undefined) return approvals[0]
      }
    }
    return { url, paid, outcome, question }
  }

  verifies(
    'guardian.approvals.inbox',
    'a person sees the question without its secrets, approves exactly that, and it happens',
    async () => {
      const { url, paid, outcome, question } = await payment()
      const { id, valueDigest, reason, toolName, value, askedBy } = await question()
      deepEqual([reason, toolName, askedBy], ['more than 1000 euros', 'pay', 'bot'])
      equal(JSON.stringify(value).includes('sk-live'), false)
      const at = `${url}/approvals/${String(id)}/approve`
      equal((await post(at, { valueDigest }, bearer(BOT))).status, 403)
      equal((await post(at, { valueDigest: 'other' }, bearer(ALICE))).status, 409)
      equal((await post(at, {}, bearer(ALICE))).status, 400)
      deepEqual(paid, [])
      const approved = await post(at, { valueDigest, comment: 'known supplier' }, bearer(ALICE))
      deepEqual([approved.status, (approved.body as { by: string }).by], [200, 'alice'])
      await outcome
      deepEqual(paid, [2000])
      equal((await post(at, { valueDigest }, bearer(ALICE))).status, 409)
    },
  )

  verifies('guardian.approvals.refused', 'what a person refuses does not happen', async () => {
    const { url, paid, outcome, question } = await payment()
    const { id, valueDigest } = await question()
    await post(
      `${url}/approvals/${String(id)}/refuse`,
      { valueDigest, comment: 'not this month' },
      bearer(ALICE),
    )
    const error = await outcome
    ok(isDenied(error))
    deepEqual([error.reason, paid], ['not this month', []])
  })

  verifies('guardian.approvals.own', 'nobody else learns of the answer', async () => {
    const { url, outcome, question } = await payment()
    const { id, valueDigest } = await question()
    const wait = { jsonrpc: '2.0', id: 1, method: 'aos/approval/wait', params: { id, waitMs: 0 } }
    equal(errorOf(await post(url, wait, bearer(ROOT))).code, -32602)
    await post(`${url}/approvals/${String(id)}/refuse`, { valueDigest }, bearer(ALICE))
    await outcome
  })
})
