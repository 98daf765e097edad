import fc from 'fast-check'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { ManualClock } from '../../../../test/support/outbox-bench.ts'
import type { AgentActivityEvent } from '../generated/agent-activity-types.ts'
import type { ActivityReceipt } from './activity-input.ts'
import { createAgentActivityConnector } from './connector.ts'

const SOURCE = { kind: 'custom_connector', name: 'test' }

/** What a portal does with one request. */
const fault = fc.constantFrom<number | 'hang' | 'cut'>(200, 200, 400, 409, 413, 429, 500, 503, 'hang', 'cut')

/** A portal that does what it is told, then takes everything; what it took, by key. */
function portalOf(faults: readonly (number | 'hang' | 'cut')[]) {
  const script = [...faults]
  const bodies = new Map<string, string>()
  const taken: string[] = []
  const fetch = async (_url: unknown, init: RequestInit = {}): Promise<Response> => {
    const key = new Headers(init.headers).get('idempotency-key') ?? ''
    const body = Buffer.from(init.body as Uint8Array).toString()
    equal(bodies.get(key) ?? body, body)
    bodies.set(key, body)
    const reply = script.shift() ?? 200
    if (reply === 'cut') throw new TypeError('fetch failed')
    if (reply === 'hang')
      return new Promise((_resolve, reject) => {
        init.signal?.addEventListener('abort', () => reject(new Error('aborted')))
      })
    if (reply === 200 || reply === 409) taken.push(key)
    return new Response(null, { status: reply })
  }
  return { fetch: fetch as typeof globalThis.fetch, taken }
}

describe('the books of a connector', () => {
  verifies('agent-activity.delivery', 'hold whatever the portal does and whatever is told', async () => {
    const call = fc.record({
      text: fc.oneof(fc.string({ unit: 'binary' }), fc.constant('write to bob@example.com')),
      isGuarded: fc.boolean(),
      isBad: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(call, { maxLength: 12 }),
        fc.array(fault, { maxLength: 12 }),
        async (calls, faults) => {
          const clock = new ManualClock()
          const { fetch, taken } = portalOf(faults)
          const connector = createAgentActivityConnector({
            source: SOURCE,
            endpoint: 'https://portal.test',
            signer: () => ({}),
            spool: false,
            clock,
            fetch,
          })
          const receipts = calls.map(({ text, isGuarded, isBad }): Promise<ActivityReceipt | Error> => {
            const tool = isBad ? { name: 7 as never } : { name: 'mail', command_preview: text }
            const told = connector.toolFinished(
              { session_id: 's', tool },
              isGuarded ? { guards: 'secret_access' } : {},
            )
            return told.catch((error: unknown) => error as Error)
          })
          const closed = connector.close(600_000)
          await clock.advance(600_000)
          await closed
          const settled = await Promise.all(receipts)
          const { created, delivered, dropped, refused, queued, spooled } = connector.stats()
          deepEqual([created, queued, spooled], [calls.length, 0, 0])
          equal(created, delivered + dropped + refused)
          equal(refused, calls.filter(({ isBad }) => isBad).length)
          deepEqual([taken.length, new Set(taken).size], [delivered, delivered])
          // who was told that it is safe can rely on it
          for (const receipt of settled)
            if (!(receipt instanceof Error) && receipt.state === 'delivered')
              ok(taken.includes((receipt.event as AgentActivityEvent).event_id ?? ''))
        },
      ),
      { numRuns: 150 },
    )
  })
})
