import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { guardedAgent, outcomeOf } from '../../../../test/support/guarded-agent.ts'
import { AOSInstrument, deny, isDenied, modify, type GuardedRun } from '../index.ts'

type Fetch = (parameters: { readonly url: string }) => Promise<string>

/** A tool and what it was executed with. */
function fetchTool(): { readonly fetched: string[]; readonly fetchPage: Fetch } {
  const fetched: string[] = []
  const fetchPage: Fetch = async ({ url }) => {
    fetched.push(url)
    return `page of ${url}`
  }
  return { fetched, fetchPage }
}

describe('aos.tool(fn)', () => {
  verifies('aos-sdk.instrument.bound-tool', 'allowed, modified and denied like any tool call', async () => {
    const { fetched, fetchPage } = fetchTool()
    const { agent, recorder } = guardedAgent((aos, url) => aos.tool(fetchPage)({ url: String(url) }))
    equal(await agent.run('a'), 'page of a')
    agent.registerHook('toolCallRequest', ({ parameters }) =>
      parameters['url'] === 'secret' ? deny('off limits') : modify({ url: 'b' }),
    )
    equal(await agent.run('a'), 'page of b')
    await rejects(agent.run('secret'), { message: 'Denied: off limits' })
    deepEqual(fetched, ['a', 'b'])
    deepEqual(
      recorder.steps('toolCall').map(({ name, status }) => [name, status]),
      [
        ['fetchPage', 'ok'],
        ['fetchPage', 'ok'],
        ['fetchPage', 'denied'],
      ],
    )
  })

  verifies(
    'aos-sdk.instrument.bound-tool',
    'its own run beats the one it is called from, and no run at all',
    async () => {
      const { fetched, fetchPage } = fetchTool()
      const kept: [Fetch, string][] = []
      const { agent, recorder } = guardedAgent(async (aos) => {
        const bound = aos.tool(fetchPage)
        kept.push([bound, aos.runId])
        await new AOSInstrument(async () => bound({ url: 'from another run' })).run('go')
      })
      await agent.run('go')
      const [step] = recorder.steps('toolCall')
      agent.registerHook('toolCallRequest', () => deny('the run is over'))
      ok(kept[0] !== undefined)
      const [bound, runId] = kept[0]
      equal(step?.runId, runId)
      await rejects(bound({ url: 'late' }), { message: 'Denied: the run is over' })
      deepEqual(fetched, ['from another run'])
      const late = recorder.steps('toolCall').at(-1)
      deepEqual([late?.status, late?.runId === runId], ['denied', false])
    },
  )

  verifies('aos-sdk.instrument.bound-tool', 'an aborted run executes it no more', async () => {
    const { fetched, fetchPage } = fetchTool()
    const error = new Error('stop')
    const { agent } = guardedAgent(async (aos) => {
      const bound = aos.tool(fetchPage)
      await outcomeOf(aos.toolCall({ toolName: 'bad', parameters: {} }, () => 1))
      await outcomeOf(bound({ url: 'a' }))
    })
    agent.registerHook('toolCallRequest', () => {
      throw error
    })
    await rejects(agent.run('go'), (caught) => caught === error)
    deepEqual(fetched, [])
  })

  test('a function without parameters is called without, and handlers see an empty object', async () => {
    const given: unknown[] = []
    const seen: unknown[] = []
    function now(...parameters: readonly [options?: { readonly zone: string }]): string {
      given.push(parameters)
      return 'noon'
    }
    const { agent } = guardedAgent((aos) => aos.tool(now)())
    equal(await agent.run('quiet'), 'noon')
    agent.registerHook('toolCallRequest', ({ parameters }) => void seen.push(parameters))
    await agent.run('judged')
    agent.registerHook('toolCallRequest', () => modify({ zone: 'UTC' }), { match: 'now' })
    await agent.run('modified')
    deepEqual(given, [[], [], [{ zone: 'UTC' }]])
    deepEqual(seen[0], {})
  })

  test('takes a name and a kind, and needs a name', async () => {
    const stored: unknown[] = []
    const { agent, recorder } = guardedAgent(async (aos: GuardedRun) => {
      throws(() => aos.tool(() => 1), { code: 'invalid_options' })
      const remember = aos.tool((items: readonly string[]) => stored.push(items), {
        name: 'remember',
        kind: 'memoryStore',
      })
      return outcomeOf(remember(['note']))
    })
    agent.registerHook('memoryStore', () => deny('not that'))
    const outcome = await agent.run('go')
    ok(isDenied(Reflect.get(Object(outcome), 'error')))
    deepEqual([stored, recorder.steps('toolCall')[0]?.name], [[], 'remember'])
  })
})
