import { allow, deny, isDenied } from '@aos/sdk'
import { instrumentA2AClient, instrumentA2AHandler } from '@aos/sdk/a2a'
import { afterEach, describe, expect, test } from 'vitest'
import { guarded, type Judge } from './kit/agents.ts'
import type { ConnectOptions, Lane, LaneClient, Served, ServeOptions } from './kit/lane.ts'
import { HOOK, KINDS, LANES, type Kind } from './kit/lanes.ts'
import { clientOf, requestOf } from './kit/line-03.ts'

const OPTIONS = { pushUrls: ['https://hooks.example'] }

const open: Served[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((served) => served.close()))
})

interface Pair {
  readonly served: Served
  readonly client: LaneClient
}

async function pair(lane: Lane, kind: Kind, sides: { client?: Judge; server?: Judge }): Promise<Pair> {
  const { client, server } = sides
  const serve: ServeOptions =
    server === undefined ? {} : { gate: (handler) => instrumentA2AHandler(handler, guarded(server), OPTIONS) }
  const connect: ConnectOptions =
    client === undefined ? {} : { instrument: (own) => instrumentA2AClient(own, guarded(client), OPTIONS) }
  const served = await lane.serve(serve)
  open.push(served)
  if (kind.needsPush === true) await pushConfigured(lane, served)
  served.calls.length = 0
  return { served, client: await lane.connect(served.url, connect) }
}

// 0.3.14 cannot set one over REST
async function pushConfigured(lane: Lane, { url }: Served): Promise<void> {
  if (lane.line === '1.0') await (await lane.connect(url)).createPush('task-1', HOOK)
  else
    await (
      await clientOf('JSONRPC', url)
    ).setTaskPushNotificationConfig({
      taskId: 'task-1',
      pushNotificationConfig: requestOf('', HOOK).configuration?.pushNotificationConfig ?? { url: HOOK },
    })
}

for (const lane of LANES)
  for (const kind of KINDS) {
    const name = kind.names[lane.line]
    if (name === undefined || kind.broken === lane.title) continue

    const denies =
      (leg: 'request' | 'response'): Judge =>
      ({ protocol }) =>
        protocol?.method === name && protocol.leg === leg ? deny('not that') : allow()

    describe(`${name} over ${lane.title}`, () => {
      test('is the same with handlers on both sides that allow, who see all four legs', async () => {
        const seen: string[] = []
        const sees =
          (side: string): Judge =>
          ({ protocol }) => {
            if (protocol?.method === name) seen.push(`${side} ${protocol.leg} ${protocol.direction}`)
            return allow()
          }
        const plain = await pair(lane, kind, {})
        const expected = await kind.send(plain.client)
        const { served, client } = await pair(lane, kind, { client: sees('client'), server: sees('server') })
        expect(await kind.send(client)).toBe(expected)
        expect(expected).not.toBe('')
        expect(served.calls).toEqual(plain.served.calls)
        expect(seen.slice(0, 2)).toEqual(['client request outbound', 'server request inbound'])
        expect(new Set(seen.slice(2))).toEqual(
          new Set(['server response outbound', 'client response inbound']),
        )
      })

      for (const leg of ['request', 'response'] as const) {
        test(`is stopped by the client that denies the ${leg}`, async () => {
          const { served, client } = await pair(lane, kind, { client: denies(leg) })
          const thrown: unknown = await kind.send(client).catch((error: unknown) => error)
          expect(isDenied(thrown)).toBe(true)
          expect(thrown).toMatchObject({ message: 'Denied: not that' })
          expect(served.calls).toHaveLength(leg === 'request' ? 0 : 1)
        })

        test(`is stopped by the server that denies the ${leg}`, async () => {
          const { served, client } = await pair(lane, kind, { server: denies(leg) })
          const thrown: unknown = await kind.send(client).catch((error: unknown) => error)
          expect(thrown).toMatchObject(protocolError(lane, kind))
          expect(served.calls).toHaveLength(leg === 'request' ? 0 : 1)
          expect(JSON.stringify(thrown)).not.toContain('the artifact')
        })
      }
    })
  }

/** How the protocol's own error arrives at the client of each line. */
function protocolError(lane: Lane, { names }: Kind): object {
  const message = 'Denied: not that'
  const streams = ['SendStreamingMessage', 'SubscribeToTask'].includes(names['1.0'])
  if (lane.line === '1.0') {
    const carried = lane.transport === 'JSONRPC' ? { envelopeCode: -32004 } : { statusCode: 400 }
    return { name: 'UnsupportedOperationError', message, ...carried }
  }
  if (lane.transport === 'JSONRPC')
    return streams
      ? { message: `SSE event contained an error: ${message} (Code: -32004) Data: {}` }
      : { name: 'UnsupportedOperationError', errorResponse: { error: { code: -32004, message } } }
  // its REST server answers no error before the first event of a stream
  return streams
    ? { message: expect.stringContaining('toJson serializer and body must be provided') as string }
    : { name: 'UnsupportedOperationError', message }
}
