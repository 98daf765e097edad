// What a peer can make a gated connection keep: nothing that outlives what it belongs to.
import { allow } from '@aos/sdk'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect } from 'vitest'
import { verifies } from '../../conformance/verifies.ts'
import { attached, closeAll, served, turns } from './kit/hostile-kit.ts'
import { LINES } from './kit/lines.ts'
import { withoutUnhandled } from './kit/unhandled.ts'

afterEach(closeAll)

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

const ROUNDS = 400
/** What one round may leave behind, in bytes; an exchange and its run take several times as much. */
const LEFT = 1_500

/** Bytes that one round of work leaves behind, once all is done that is ready to be. */
async function leftBy(round: (count: number) => Promise<void>, forget: () => void): Promise<number> {
  const some = async (count: number, from: number): Promise<number> => {
    for (let done = 0; done < count; done += 1) await round(from + done)
    await turns(10)
    forget()
    gc()
    return process.memoryUsage().heapUsed
  }
  // the SDK takes a request of id 0 for none when it is cancelled
  const before = await some(200, 1)
  return ((await some(ROUNDS, 201)) - before) / ROUNDS
}

describe.each(LINES)('$name', (line) => {
  verifies('mcp.bounded', 'keeps nothing of calls that are given up', () =>
    withoutUnhandled(async () => {
      const { agent, call, peer, errors } = await attached(line)
      agent.registerHook('mcp', () => allow())
      const left = await leftBy(
        async () => {
          const controller = new AbortController()
          const given = call({ signal: controller.signal })
          await peer.heard(({ method }) => method === 'tools/call')
          peer.received.length = 0
          controller.abort(new Error('enough'))
          await given
        },
        () => {
          peer.received.length = 0
          errors.length = 0
        },
      )
      expect(left).toBeLessThan(LEFT)
    }),
  )

  verifies('mcp.bounded', 'keeps nothing of calls that a client cancels', () =>
    withoutUnhandled(async () => {
      const { agent, app, peer, params } = await served(line)
      agent.registerHook('mcp', () => allow())
      const left = await leftBy(
        async (id) => {
          await peer.say({
            jsonrpc: '2.0',
            id,
            method: 'tools/call',
            params: params({ name: 'hang', arguments: {} }),
          })
          await app.arrived('tools/call')
          app.received.length = 0
          await peer.say({
            jsonrpc: '2.0',
            method: 'notifications/cancelled',
            params: line.stateless ? params({ requestId: id }) : { requestId: id },
          })
          await app.arrived('aborted')
          app.received.length = 0
        },
        () => {
          peer.received.length = 0
        },
      )
      expect(left).toBeLessThan(LEFT)
    }),
  )

  verifies('mcp.bounded', 'keeps nothing of answers, progress and cancellations of what never was', () =>
    withoutUnhandled(async () => {
      const { agent, app, peer, errors } = await attached(line)
      agent.registerHook('mcp', () => allow())
      const left = await leftBy(
        async (count) => {
          await peer.say({ jsonrpc: '2.0', id: `nobody ${count}`, result: {} })
          await peer.say({
            jsonrpc: '2.0',
            method: 'notifications/progress',
            params: { progressToken: `nobody ${count}`, progress: 1 },
          })
          await peer.say({
            jsonrpc: '2.0',
            method: 'notifications/cancelled',
            params: { requestId: `nobody ${count}` },
          })
        },
        () => {
          errors.length = 0
          app.received.length = 0
        },
      )
      expect(left).toBeLessThan(LEFT)
    }),
  )
})
