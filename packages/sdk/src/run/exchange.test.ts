import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { guardedAgent } from '../../../../test/support/guarded-agent.ts'
import { allow, deny, isDenied, modify, type GuardedRun, type HookContext } from '../index.ts'
import { exchange, executingToolCall, type Answer } from './exchange.ts'
import type { Operation } from './operation.ts'

const asked: Operation = {
  kind: 'mcp',
  name: 'tools/call',
  value: { name: 'search', arguments: { query: 'x' } },
  facts: {
    mcpServer: 'files',
    protocol: {
      name: 'mcp',
      direction: 'outbound',
      method: 'tools/call',
      leg: 'request',
      id: 7,
      target: 'search',
    },
  },
}

const seen = (context: HookContext): unknown[] => [
  context.protocol?.direction,
  context.protocol?.leg,
  context.protocol?.method,
  context.protocol?.id,
  context.isError,
  context.value,
]

describe('exchange', () => {
  test('judges the message and its answer as one step, the answer the other way round', async () => {
    const { agent, recorder } = guardedAgent((aos) =>
      exchange(aos.run, asked, (value) => ({ value: { text: 'found', for: value } })),
    )
    const looks: unknown[] = []
    agent.registerHook('mcp', (context) => void looks.push(seen(context)))
    const answer = await agent.run('go')
    const found = { text: 'found', for: asked.value }
    deepEqual(answer, { value: found })
    deepEqual(looks, [
      ['outbound', 'request', 'tools/call', 7, undefined, asked.value],
      ['inbound', 'response', 'tools/call', 7, false, found],
    ])
    const steps = recorder.steps('mcp')
    equal(steps.length, 1)
    equal(steps[0]?.decisions.length, 2)
    equal(steps[0]?.protocol?.target, 'search')
  })

  test('forwards no denied message, and withholds a denied answer', async () => {
    const forwarded: unknown[] = []
    const outcomes: unknown[] = []
    const { agent, recorder } = guardedAgent(async (aos) => {
      for (const name of ['denied', 'withheld']) {
        const value = { name }
        const outcome = await exchange(aos.run, { ...asked, value }, () => {
          forwarded.push(name)
          return { value: { name: 'answer' } }
        }).catch((error: unknown) => error)
        outcomes.push(isDenied(outcome) && outcome.message)
      }
    })
    agent.registerHook('mcp', ({ parameters, protocol }) => {
      if (parameters['name'] === 'denied') return deny('not this')
      return protocol?.leg === 'response' ? deny('not that') : undefined
    })
    await agent.run('go')
    deepEqual(forwarded, ['withheld'])
    deepEqual(outcomes, ['Denied: not this', 'Denied: not that'])
    deepEqual(
      recorder.steps('mcp').map(({ status }) => status),
      ['denied', 'withheld'],
    )
  })

  test('forwards and gives back what was made of them, also of an error', async () => {
    const failed: Answer = {
      value: { code: -1, message: 'secret' },
      isError: true,
      error: new Error('secret'),
    }
    const { agent, recorder } = guardedAgent((aos) =>
      exchange(aos.run, asked, (value) => ({ ...failed, value: [value, failed.value] })),
    )
    agent.registerHook('mcp', ({ isError }) =>
      modify(isError === true ? { code: -1, message: 'x' } : { name: 'other' }),
    )
    deepEqual(await agent.run('go'), { ...failed, value: { code: -1, message: 'x' } })
    const [end] = recorder.steps('mcp')
    equal(end?.status, 'error')
  })

  test('uses no answer that comes once the agent was stopped, or the other side disabled', async () => {
    const component = { id: 'mcp:files', type: 'mcp', name: 'files' }
    const stops: readonly ((agent: ReturnType<typeof guardedAgent>['agent']) => unknown)[] = [
      (agent) => agent.stop('enough'),
      (agent) => agent.disableComponent('mcp:files'),
    ]
    for (const stop of stops) {
      const { agent, recorder } = guardedAgent((aos) =>
        exchange(aos.run, { ...asked, component }, async () => {
          await stop(agent)
          return { value: { text: 'late' } }
        }),
      )
      await rejects(agent.run('go'), isDenied)
      const [step] = recorder.steps('mcp')
      equal(step?.status, 'withheld')
      equal(step.decisions.at(-1)?.phase, 'result')
      equal(step.content.output, undefined)
    }
  })

  test('a handler that throws over the answer ends the run with that error', async () => {
    const error = new Error('mine')
    const { agent } = guardedAgent(async (aos) => {
      await exchange(aos.run, asked, () => ({ value: {} })).catch(() => undefined)
      await exchange(aos.run, asked, () => ({ value: {} })).catch(() => undefined)
    })
    agent.registerHook('mcp', ({ protocol }) => {
      if (protocol?.leg === 'response') throw error
    })
    await rejects(agent.run('go'), (thrown) => thrown === error)
  })
})

describe('a message that a judged tool call is made of', () => {
  const call = (aos: GuardedRun, seenCalls: unknown[]): Promise<unknown> =>
    aos.toolCall({ toolName: 'search', parameters: { query: 'x' } }, async () => {
      const executing = executingToolCall()
      ok(executing)
      seenCalls.push(executing.toolName, executing.parameters, executing.cover(), executing.cover())
      return (
        await exchange(aos.run, { ...asked, coveredBy: executing.toolName }, () => ({ value: { n: 1 } }))
      ).value
    })

  test('is not asked of a handler that has judged the call, and is of all others', async () => {
    const asks: string[] = []
    const calls: unknown[] = []
    const { agent } = guardedAgent((aos) => call(aos, calls))
    const everywhere = ({ hook }: HookContext): void => void asks.push(hook)
    for (const hook of ['toolCallRequest', 'toolCallResult', 'mcp'] as const)
      agent.registerHook(hook, everywhere)
    agent.registerHook('mcp', ({ protocol }) => void asks.push(`wire ${protocol?.leg}`))
    await agent.run('go')
    deepEqual(asks, ['toolCallRequest', 'wire request', 'wire response', 'toolCallResult'])
    deepEqual(calls, ['search', { query: 'x' }, true, false])
  })

  test('is asked of what stands in for a handler, which may abstain', async () => {
    const asks: string[] = []
    const { agent } = guardedAgent((aos) => call(aos, []))
    const both = Object.assign(() => allow(), {
      besideToolCalls: ({ hook, protocol, coveredBy }: HookContext) => {
        asks.push(`${hook} ${protocol?.leg} ${coveredBy}`)
        return protocol?.leg === 'response' ? deny('not the message') : undefined
      },
    })
    for (const hook of ['toolCallRequest', 'toolCallResult', 'mcp'] as const)
      agent.registerHook(hook, both, { required: true })
    await rejects(agent.run('go'), /Denied: not the message/)
    deepEqual(asks, ['mcp request search', 'mcp response search'])
  })

  test('is asked of a handler that judged other tools only, or only enforces here', async () => {
    const asks: string[] = []
    const { agent } = guardedAgent((aos) => call(aos, []))
    const matching = ({ hook, protocol }: HookContext): void => void asks.push(`${hook} ${protocol?.leg}`)
    const shadowing = ({ protocol }: HookContext): void => void asks.push(`shadow ${protocol?.leg}`)
    agent.registerHook('toolCallRequest', matching, { match: 'delete*' })
    agent.registerHook('mcp', matching)
    agent.registerHook('toolCallRequest', shadowing, { shadow: true })
    agent.registerHook('mcp', shadowing)
    for (const hook of ['toolCallRequest', 'toolCallResult', 'mcp'] as const)
      agent.registerHook(hook, ({ hook: heard }) => void asks.push(`counted ${heard} undefined`), {
        shadow: true,
      })
    await agent.run('go')
    deepEqual(
      asks.filter((ask) => !ask.endsWith('undefined')),
      ['mcp request', 'shadow request', 'mcp response', 'shadow response'],
    )
  })

  test('stands outside of any tool call where none executes', () => {
    equal(executingToolCall(), undefined)
  })
})
