// Servers that keep to nothing: whatever they send, nothing is executed or delivered that was not judged, and nothing hangs.
import { allow } from '@aos/sdk'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { ALMOST, anyFrame, EVIL, hostileAnswers, hostileCalls } from './kit/hostile-frames.ts'
import {
  attached,
  closeAll,
  evilIsDenied,
  judgedBy,
  nextTurn,
  safeText,
  signal,
  turns,
} from './kit/hostile-kit.ts'
import { verifies } from '../../conformance/verifies.ts'
import { LINES } from './kit/lines.ts'
import { toolAnswer } from './kit/raw-peer.ts'
import { withoutUnhandled } from './kit/unhandled.ts'

afterEach(closeAll)

describe.each(LINES)('a hostile server of a client of $name', (line) => {
  verifies('mcp.jsonrpc.malformed', 'has no answer delivered that is denied or no message', () =>
    withoutUnhandled(async () => {
      const names = Object.keys(hostileAnswers(0))
      for (const name of names) {
        const { agent, call, client } = await attached(line, ({ id, method }, peer) => {
          if (method !== 'tools/call') return
          void peer.say(hostileAnswers(id)[name]).then(() => peer.say(toolAnswer(id, 'the good one')))
        })
        judgedBy(agent, evilIsDenied)
        const outcome = await call()
        expect([name, safeText(outcome)]).toEqual([name, expect.not.stringContaining(EVIL)])
        expect([name, outcome.error ?? outcome.result]).toEqual([name, expect.anything()])
        await client.close()
      }
    }),
  )

  verifies(
    'mcp.jsonrpc.malformed',
    'has nothing executed of what it demands that is denied or no message',
    () =>
      withoutUnhandled(async () => {
        const { peer, app, agent, call } = await attached(line, ({ id, method }, self) => {
          if (method === 'tools/call') void self.say(toolAnswer(id, 'the good one'))
        })
        judgedBy(agent, evilIsDenied)
        const sampling = (frame: unknown): unknown =>
          typeof frame === 'object' && frame !== null && 'method' in frame && frame.method === 'tools/call'
            ? { ...frame, method: 'sampling/createMessage' }
            : frame
        for (const [name, frame] of Object.entries(hostileCalls())) {
          await peer.say(sampling(frame))
          expect([name, safeText(await call())]).toEqual([name, expect.stringContaining('the good one')])
          expect([name, app.received.filter((one) => safeText(one).includes(EVIL))]).toEqual([name, []])
        }
      }),
  )

  verifies('mcp.jsonrpc.id', 'answers twice, and after it was cancelled: one answer is delivered', () =>
    withoutUnhandled(async () => {
      const ids: unknown[] = []
      const { peer, agent, call } = await attached(line, ({ id, method }, self) => {
        if (method !== 'tools/call') return
        ids.push(id)
        if (ids.length > 1) return
        void self.say(toolAnswer(id, 'first')).then(() => self.say(toolAnswer(id, 'second')))
      })
      const judged = judgedBy(agent, () => allow())
      expect(safeText(await call())).toContain('first')
      const controller = new AbortController()
      const cut = call({ signal: controller.signal })
      await peer.heard(({ id, method }) => method === 'tools/call' && id !== ids[0])
      controller.abort(new Error('enough'))
      expect((await cut).error).toHaveProperty('code')
      await peer.say(toolAnswer(ids[1], 'too late'))
      await turns(5)
      expect(judged.length).toBeGreaterThan(2)
    }),
  )

  verifies(
    'mcp.jsonrpc.id',
    'answers under what an SDK takes for the id, or behind another answer: judged as an answer to it',
    () =>
      withoutUnhandled(async () => {
        for (const [name, answers] of Object.entries(ALMOST)) {
          const { agent, call, client } = await attached(line, ({ id, method }, peer) => {
            if (method === 'tools/call') for (const answer of answers(Number(id))) void peer.say(answer)
          })
          agent.registerHook('mcp', async ({ protocol, value }) => {
            if (protocol?.method !== 'tools/call' || protocol.leg !== 'response') return allow()
            await nextTurn()
            return evilIsDenied({ value })
          })
          expect([name, safeText(await call())]).toEqual([name, expect.not.stringContaining(EVIL)])
          await client.close()
        }
      }),
  )

  verifies('mcp.jsonrpc.id', 'asks with the id of a request that waits: both go their way', () =>
    withoutUnhandled(async () => {
      const { app, agent, call, peer } = await attached(line, ({ id, method }, self) => {
        if (method === 'tools/call') void self.say({ jsonrpc: '2.0', id, method: 'roots/list', params: {} })
        else if (method === undefined) void self.say(toolAnswer(id, 'after the roots'))
      })
      const judged = judgedBy(agent, () => allow())
      const outcome = await (line.stateless
        ? (async () => {
            const asked = call()
            const { id } = await peer.heard(({ method }) => method === 'tools/call')
            await peer.say(toolAnswer(id, 'after the roots'))
            return asked
          })()
        : call())
      expect(safeText(outcome)).toContain('after the roots')
      expect(app.count('roots/list')).toBe(line.stateless ? 0 : 1)
      expect(judged.length).toBeGreaterThan(1)
    }),
  )

  verifies(
    'mcp.disconnect',
    'disconnects in the middle of a call, of a judgement and of a stream of progress',
    () =>
      withoutUnhandled(async () => {
        for (const when of ['call', 'judgement', 'progress']) {
          const { peer, agent, call } = await attached(line, ({ id, method, params }, self) => {
            if (method !== 'tools/call') return
            if (when === 'call') void self.close()
            if (when === 'judgement') void self.say(toolAnswer(id, EVIL))
            if (when === 'progress') {
              const { progressToken } = (params as { _meta: { progressToken: unknown } })._meta
              for (let progress = 0; progress < 10; progress += 1)
                void self.say({
                  jsonrpc: '2.0',
                  method: 'notifications/progress',
                  params: { progressToken, progress },
                })
              void self.close()
            }
          })
          agent.registerHook('mcp', async ({ protocol, value }) => {
            if (when === 'judgement' && protocol?.direction === 'inbound') {
              await peer.close()
              await turns(3)
            }
            return evilIsDenied({ value })
          })
          const outcome = await call({ onprogress: () => undefined })
          expect([when, outcome.error]).toEqual([when, expect.anything()])
          expect(safeText(outcome)).not.toContain(EVIL)
        }
      }),
  )

  verifies(
    'mcp.disconnect',
    'closes, or is closed to, while a handler still judges: nobody waits, and nothing is sent',
    () =>
      withoutUnhandled(async () => {
        for (const leg of ['request', 'response'] as const)
          for (const who of ['client', 'peer'] as const) {
            const { peer, client, agent, call } = await attached(line, ({ id, method }, self) => {
              if (method === 'tools/call') void self.say(toolAnswer(id, 'good'))
            })
            const judging = signal()
            const go = signal()
            agent.registerHook('mcp', async ({ protocol }) => {
              if (protocol?.method !== 'tools/call' || protocol.leg !== leg) return
              judging.fire()
              await go.fired
            })
            const given = call()
            await judging.fired
            await (who === 'client' ? client.close() : peer.close())
            expect([leg, who, safeText((await given).error)]).toEqual([
              leg,
              who,
              expect.stringMatching(/closed/i),
            ])
            const before = peer.received.length
            go.fire()
            await turns(10)
            expect(peer.received).toHaveLength(before)
          }
      }),
  )

  // one line of the SDK tells as much of its size as all of them
  test.runIf(line === LINES[0])('answers with 50 MB: judged as anything else', () =>
    withoutUnhandled(async () => {
      const { agent, call } = await attached(line, ({ id, method }, self) => {
        if (method === 'tools/call') void self.say(toolAnswer(id, 'x'.repeat(50_000_000) + EVIL))
      })
      const stop = agent.registerHook('mcp', evilIsDenied)
      expect((await call()).error).toMatchObject({ code: -32010 })
      stop()
      agent.registerHook('mcp', () => allow())
      expect(safeText(await call()).length).toBeGreaterThan(50_000_000)
    }),
  )

  // the flood is the same in each line: one of them gets all of it
  const flood = line === LINES[0] ? 10_000 : 1_000
  test(`floods with ${flood} notifications, and the answer behind them comes`, () =>
    withoutUnhandled(async () => {
      const { app, agent, call } = await attached(line, ({ id, method }, self) => {
        if (method !== 'tools/call') return
        for (let count = 0; count < flood; count += 1)
          void self.say({
            jsonrpc: '2.0',
            method: 'notifications/message',
            params: { level: 'info', data: count % 2 === 0 ? EVIL : count },
          })
        void self.say(toolAnswer(id, 'at last'))
      })
      judgedBy(agent, evilIsDenied)
      expect(safeText(await call())).toContain('at last')
      await turns(50)
      expect(safeText(app.received)).not.toContain(EVIL)
      expect(app.count('notifications/message')).toBe(flood / 2)
    }))

  verifies(
    'mcp.jsonrpc.malformed',
    'sends anything that looks like a message, and nothing unjudged comes through',
    () =>
      withoutUnhandled(async () => {
        const { peer, app, agent, call } = await attached(line, ({ id, method }, self) => {
          if (method === 'tools/call') void self.say(toolAnswer(id, 'the good one'))
        })
        judgedBy(agent, evilIsDenied)
        await fc.assert(
          fc.asyncProperty(anyFrame(), async (frame) => {
            await peer.say(frame)
            const outcome = safeText(await call())
            expect(outcome).not.toContain(EVIL)
            expect(safeText(app.received)).not.toContain(EVIL)
          }),
          { numRuns: 150, seed: 42 },
        )
      }),
  )
})
