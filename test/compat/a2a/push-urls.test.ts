import { allow, isDenied, modify } from '@aos/sdk'
import { instrumentA2AClient } from '@aos/sdk/a2a'
import { stepRecorder } from '@aos/sdk/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { guarded } from './kit/agents.ts'
import { listen } from './kit/http.ts'
import { TASK } from './kit/lane.ts'
import { HOOK, LANES } from './kit/lanes.ts'
import { heard, Pairs, type Pair } from './kit/pairs.ts'

const pairs = new Pairs()
afterEach(() => pairs.close())

const EVIL = 'https://evil.example/in'

const ways: Readonly<Record<string, (client: Pair['client'], url: string) => Promise<unknown>>> = {
  'a push configuration': (client, url) => client.createPush(TASK, url),
  'a message with one': (client, url) => client.send('hello', url),
}

for (const lane of LANES)
  describe(`over ${lane.title}`, () => {
    for (const [way, send] of Object.entries(ways))
      for (const side of ['client', 'server'] as const) {
        // 0.3.14 cannot set a push configuration over REST
        if (lane.title === '0.3.14 HTTP+JSON' && way === 'a push configuration' && side === 'server') continue

        test(`${way} is denied by the ${side} unless its URL is listed, before any handler is asked`, async () => {
          const asked: string[] = []
          const recorder = stepRecorder()
          const agent = guarded(({ protocol }) => {
            asked.push(`${protocol?.leg}`)
            return allow()
          })
          agent.attachSink(recorder)
          const { served, client } = await pairs.of(lane, {
            [side]: agent,
            options: { pushUrls: ['https://hooks.example'] },
          })
          const thrown: unknown = await send(client, EVIL).catch((error: unknown) => error)
          if (side === 'client') expect(isDenied(thrown)).toBe(true)
          expect(String(thrown)).toMatch(/not be sent to this URL|not supported/)
          expect([served.calls, asked]).toEqual([[], []])
          await recorder.ended(1)
          expect(recorder.decisions()).toMatchObject([
            {
              verdict: 'deny',
              enforced: 'denied',
              source: 'admission',
              by: 'aos.a2a',
              reasonCodes: ['push_url_not_allowed'],
            },
          ])
          expect(recorder.steps('a2a').map(({ status }) => status)).toEqual(['denied'])
        })
      }

    test('the default push configuration of a client is held to the list', async () => {
      const { served, client } = await pairs.of(lane, { client: () => allow(), connect: { pushUrl: EVIL } })
      await expect(client.send('hello')).rejects.toThrow('may not be sent to this URL')
      expect((await heard(client.stream('work'))).error).toMatchObject({ code: 'denied' })
      expect(served.calls).toEqual([])
    })

    test('a handler cannot bring in a URL that is not listed', async () => {
      const { served, client } = await pairs.of(lane, {
        client: ({ protocol, value }) =>
          protocol?.leg === 'request'
            ? modify(JSON.parse(JSON.stringify(value).replace(HOOK, EVIL)))
            : allow(),
        options: { pushUrls: ['https://hooks.example'] },
      })
      await expect(client.createPush(TASK, HOOK)).rejects.toThrow('Denied')
      await expect(client.send('hello', HOOK)).rejects.toThrow('Denied')
      expect(served.calls).toEqual([])
    })

    test('outside of any run the list holds as well', async () => {
      const served = await lane.serve()
      const client = await lane.connect(served.url, { instrument: (own) => instrumentA2AClient(own) })
      await expect(client.send('hello', EVIL)).rejects.toMatchObject({
        code: 'denied',
        denial: { reasonCodes: ['push_url_not_allowed'] },
      })
      expect(await client.send('hello')).toBe('echo: hello')
      expect(served.calls).toEqual(['sendMessage'])
      await served.close()
    })

    test('a URL that is listed gets what it is to get', async () => {
      const pushed: string[] = []
      const all: (() => void)[] = []
      // one for each event
      const arrived = new Promise<void>((resolve) => all.push(resolve))
      const hook = await listen((request, response) => {
        if (pushed.push(`${request.method} ${request.url}`) === 4) all[0]?.()
        response.end()
      })
      const { client } = await pairs.of(lane, {
        client: () => allow(),
        server: () => allow(),
        options: { pushUrls: [`${hook.url}/tenants/*/in`] },
      })
      expect(await client.send('work', `${hook.url}/tenants/one/in`)).toBe('task 3')
      await arrived
      expect(new Set(pushed)).toEqual(new Set(['POST /tenants/one/in']))
      await expect(client.send('work', `${hook.url}/tenants/one/out`)).rejects.toThrow('Denied')
      await hook.close()
    })
  })
