// Clients that keep to nothing: whatever they send, nothing is executed or delivered that was not judged, and nothing hangs.
import { allow } from '@aos/sdk'
import fc from 'fast-check'
import { afterEach, describe, expect } from 'vitest'
import { anyFrame, EVIL, hostileCalls } from './kit/hostile-frames.ts'
import {
  canonical,
  closeAll,
  evilIsDenied,
  judgedBy,
  nextTurn,
  safeText,
  served,
  signal,
  turns,
} from './kit/hostile-kit.ts'
import { verifies } from '../../conformance/verifies.ts'
import { LINES } from './kit/lines.ts'
import { withoutUnhandled } from './kit/unhandled.ts'

afterEach(closeAll)

describe.each(LINES)('a hostile client of a server of $name', (line) => {
  verifies(
    'mcp.jsonrpc.malformed',
    'has nothing executed that is denied or no message, and the server goes on',
    () =>
      withoutUnhandled(async () => {
        const { peer, app, agent, call } = await served(line)
        judgedBy(agent, evilIsDenied)
        for (const [name, frame] of Object.entries(hostileCalls())) {
          await peer.say(frame)
          const { result } = await call(`after ${name}`)
          expect([name, JSON.stringify(result)]).toEqual([name, expect.stringContaining('good')])
          expect([name, app.received.filter((one) => safeText(one).includes(EVIL))]).toEqual([name, []])
        }
        expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
      }),
  )

  verifies(
    'mcp.jsonrpc.malformed',
    'gets no answer of what is no message that it could take for another one',
    () =>
      withoutUnhandled(async () => {
        const { peer, agent, call } = await served(line)
        judgedBy(agent, evilIsDenied)
        for (const frame of Object.values(hostileCalls())) await peer.say(frame)
        await call('the end')
        for (const { method, id, result } of peer.received) {
          if (method !== undefined || result === undefined) continue
          expect(['hands', 'the end']).toContain(id)
        }
      }),
  )

  verifies('mcp.jsonrpc.id', 'has each of many requests with one id judged', () =>
    withoutUnhandled(async () => {
      const { peer, app, agent, call, params } = await served(line)
      let turn = 0
      agent.registerHook('mcp', async ({ protocol, value }) => {
        if (protocol?.leg !== 'request' || protocol.method !== 'tools/call') return allow()
        turn += 1
        await nextTurn()
        return evilIsDenied({ value })
      })
      for (const path of ['good', EVIL, 'good', EVIL])
        await peer.say({
          jsonrpc: '2.0',
          id: 'twin',
          method: 'tools/call',
          params: params({ name: 'read', arguments: { path } }),
        })
      await call('the end')
      expect(turn).toBeGreaterThan(1)
      expect(safeText(app.received)).not.toContain(EVIL)
    }),
  )

  verifies(
    'mcp.jsonrpc.id',
    'is answered under ids that no number holds, and that are in flight together',
    () =>
      withoutUnhandled(async () => {
        const { agent, call } = await served(line)
        agent.registerHook('mcp', async () => nextTurn())
        const ids = ['9007199254740992', '9007199254740993', '12345678901234567890', '12345678901234567891']
        const answers = await Promise.all(ids.map((id) => call(id)))
        expect(answers.map(({ id, error }) => [id, error])).toEqual(ids.map((id) => [id, undefined]))
      }),
  )

  verifies('mcp.cancelled', 'cancels before, during and after the answer, and reuses ids', () =>
    withoutUnhandled(async () => {
      const { peer, app, agent, call, params } = await served(line)
      judgedBy(agent, evilIsDenied)
      const cancel = (requestId: unknown): Promise<void> =>
        peer.say({
          jsonrpc: '2.0',
          method: 'notifications/cancelled',
          params: line.stateless ? params({ requestId }) : { requestId },
        })
      await cancel('one')
      expect(JSON.stringify(await call('one'))).toContain('good')
      await cancel('one')
      await peer.say({
        jsonrpc: '2.0',
        id: 'hanging',
        method: 'tools/call',
        params: params({ name: 'hang', arguments: {} }),
      })
      await app.arrived('tools/call')
      await cancel('hanging')
      await app.arrived('aborted')
      await cancel('hanging')
      const again = app.count('tools/call')
      await call('again')
      await peer.say({
        jsonrpc: '2.0',
        id: 'again',
        method: 'tools/call',
        params: params({ name: 'read', arguments: { path: 'good' } }),
      })
      await call('the end')
      expect(app.count('tools/call')).toBe(again + 3)
    }),
  )

  verifies('mcp.disconnect', 'disconnects while its message is judged: it is not executed', () =>
    withoutUnhandled(async () => {
      const { peer, app, agent, params } = await served(line)
      const judging = signal()
      const go = signal()
      agent.registerHook('mcp', async ({ protocol }) => {
        if (protocol?.method !== 'tools/call') return allow()
        judging.fire()
        await go.fired
        return allow()
      })
      await peer.say({
        jsonrpc: '2.0',
        id: 'late',
        method: 'tools/call',
        params: params({ name: 'read', arguments: { path: 'late' } }),
      })
      await judging.fired
      await peer.close()
      go.fire()
      await turns(20)
      expect(app.count('tools/call')).toBe(0)
    }),
  )

  verifies(
    'mcp.jsonrpc.malformed',
    'sends anything that looks like a message, and nothing unjudged comes through',
    () =>
      withoutUnhandled(async () => {
        const { peer, app, agent, call } = await served(line)
        const judged = new Set<string>()
        agent.registerHook('mcp', ({ value }) => {
          judged.add(canonical(value))
          return evilIsDenied({ value })
        })
        await fc.assert(
          fc.asyncProperty(anyFrame(), async (frame) => {
            const before = app.received.length
            await peer.say(frame)
            await call(`fence ${before}`)
            for (const { method, params: given } of app.received.slice(before)) {
              expect(safeText(given)).not.toContain(EVIL)
              if (method !== 'aborted')
                expect([...judged].some((one) => one.includes(canonical(given).slice(1, -1)))).toBe(true)
            }
          }),
          { numRuns: 150, seed: 42 },
        )
      }),
  )
})
