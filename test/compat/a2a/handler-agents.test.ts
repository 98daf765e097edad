import { AOSInstrument, deny, isAosError, modify } from '@aos/sdk'
import type { A2ARequestHandlerShape } from '@aos/sdk/a2a'
import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { afterEach, describe, test } from 'vitest'
import { LANES } from './kit/lanes.ts'
import type { Served } from './kit/lane.ts'

let served: Served | undefined
afterEach(async () => {
  await served?.close()
  served = undefined
})

describe('a request handler of A2A as an agent of its own', () => {
  for (const lane of LANES)
    test(`is judged by its own hooks over ${lane.title}`, async () => {
      const seen: unknown[] = []
      const agents: AOSInstrument<A2ARequestHandlerShape>[] = []
      served = await lane.serve({
        gate(handler) {
          const agent = new AOSInstrument(handler)
          agent.registerHook('a2a', ({ protocol, value }) => {
            const text = JSON.stringify(value)
            seen.push([protocol?.direction, protocol?.leg])
            if (text.includes('forbidden')) return deny('not that')
            return text.includes('draft') ? modify(JSON.parse(text.replaceAll('draft', 'final'))) : undefined
          })
          agents.push(agent as never)
          return agent
        },
      })
      const client = await lane.connect(served.url)
      equal(await client.send('hello'), 'echo: hello')
      equal(await client.send('draft'), 'echo: final')
      // the client of 0.3 says its own words for the error
      await rejects(client.send('forbidden'), /Denied: not that|not supported/)
      deepEqual(served.said, ['hello', 'final'])
      deepEqual(seen.slice(0, 2), [
        ['inbound', 'request'],
        ['outbound', 'response'],
      ])
      const [agent] = agents
      const described = agent?.describe()
      match(described?.adapter ?? '', /A2A/)
      equal(described?.agent.name, 'echo')
      await rejects(agent?.run('go') ?? Promise.resolve(), (error) => isAosError(error, 'unsupported_agent'))
    })
})
