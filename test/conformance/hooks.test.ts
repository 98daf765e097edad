import { AOSInstrument, allow, deny, modify, type GuardedRun, type HookContext } from '@aos/sdk'
import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict'
import { describe } from 'vitest'
import { guardedAgent } from '../support/guarded-agent.ts'
import { assertDenied, perform } from '../support/operations.ts'
import { verifies } from './verifies.ts'

function echo(): { readonly agent: ReturnType<typeof guardedAgent>['agent']; readonly inputs: unknown[] } {
  const inputs: unknown[] = []
  const { agent } = guardedAgent((_aos, input) => {
    inputs.push(input)
    return `answer to ${String(input)}`
  })
  return { agent, inputs }
}

describe('agentTrigger', () => {
  verifies('aos.hook.agentTrigger.fires', 'with the content, before anything else', async () => {
    const { agent, inputs } = echo()
    const order: unknown[] = []
    agent.registerHook('agentTrigger', ({ trigger, content }) => {
      order.push([trigger?.type, content, inputs.length])
    })
    agent.registerHook('message', ({ role }) => {
      order.push(role)
    })
    await agent.run('hello')
    deepEqual(order, [['user', 'hello', 0], 'user', 'agent'])
  })

  verifies('aos.hook.agentTrigger.deny', 'the agent is not started', async () => {
    const { agent, inputs } = echo()
    agent.registerHook('agentTrigger', () => deny('out of hours'))
    await rejects(agent.run('hello'), { code: 'denied', hook: 'agentTrigger' })
    deepEqual(inputs, [])
  })

  verifies('aos.hook.agentTrigger.modify', 'the agent starts with the changed content', async () => {
    const { agent, inputs } = echo()
    agent.registerHook('agentTrigger', (context) => {
      if (context.trigger !== undefined) context.trigger.content = 'changed'
    })
    await agent.run('hello')
    deepEqual(inputs, ['changed'])
  })
})

describe('message', () => {
  verifies('aos.hook.message.user.deny', 'the agent is not asked', async () => {
    const { agent, inputs } = echo()
    agent.registerHook('message', ({ role }) => (role === 'user' ? deny('no') : allow()))
    await rejects(agent.run('hello'), { code: 'denied', hook: 'message' })
    deepEqual(inputs, [])
  })

  verifies(
    'aos.hook.message.user.modify',
    'the agent gets the changed text, and another kind of value is refused',
    async () => {
      const { agent, inputs } = echo()
      const remove = agent.registerHook('message', ({ role }) =>
        role === 'user' ? modify('changed') : undefined,
      )
      await agent.run('hello')
      remove()
      agent.registerHook('message', ({ role }) => (role === 'user' ? modify(7) : undefined))
      await rejects(agent.run('hello'), { code: 'denied', message: /stays a string/ })
      deepEqual(inputs, ['changed'])
    },
  )

  verifies('aos.hook.message.agent.deny', 'the answer stays inside', async () => {
    const { agent, inputs } = echo()
    agent.registerHook('message', ({ role }) => (role === 'agent' ? deny('confidential') : undefined))
    const answer = String(await agent.run('4711'))
    deepEqual([inputs, answer.includes('4711')], [['4711'], false])
  })

  verifies('aos.hook.message.agent.modify', 'the changed answer leaves', async () => {
    const { agent } = echo()
    agent.registerHook('message', (context) => {
      if (context.message?.role === 'agent') context.message.content = 'changed'
    })
    equal(await agent.run('hello'), 'changed')
  })

  verifies('aos.hook.message.system', 'a denied text of the system is not delivered', async () => {
    const delivered: unknown[] = []
    const { agent } = guardedAgent((aos) =>
      aos.message({ role: 'system', content: 'limit reached' }, (content) => delivered.push(content)),
    )
    agent.registerHook('message', ({ role }) => (role === 'system' ? deny('no') : undefined))
    await rejects(agent.run('go'), { code: 'denied' })
    deepEqual(delivered, [])
  })
})

describe('toolCallRequest', () => {
  verifies('aos.hook.toolCallRequest.fires', 'with the arguments, before the tool', async () => {
    let before = -1
    const effects: unknown[] = []
    const { agent } = guardedAgent((aos) =>
      aos.toolCall({ toolName: 'search', parameters: { query: 'x' } }, (parameters: unknown) =>
        effects.push(parameters),
      ),
    )
    agent.registerHook('toolCallRequest', ({ parameters, toolName }) => {
      deepEqual([toolName, parameters], ['search', { query: 'x' }])
      before = effects.length
    })
    await agent.run('go')
    deepEqual([before, effects], [0, [{ query: 'x' }]])
  })

  verifies('aos.hook.toolCallRequest.deny', 'the tool is not called', async () => {
    assertDenied(await perform('toolCall', 'toolCallRequest', { handler: () => deny('no') }), 'no')
  })

  verifies('aos.hook.toolCallRequest.modify', 'the tool gets the changed inputs', async () => {
    const { effects } = await perform('toolCall', 'toolCallRequest', {
      handler: () => modify({ query: 'safe' }),
    })
    deepEqual(effects, [{ query: 'safe' }])
  })
})

describe('toolCallResult', () => {
  verifies('aos.hook.toolCallResult.fires', 'after success and after failure', async () => {
    const seen: unknown[] = []
    const handler = ({ result, isError }: HookContext): void => {
      seen.push([result, isError])
    }
    await perform('toolCall', 'toolCallResult', { handler })
    const { agent } = guardedAgent((aos) =>
      aos.toolCall({ toolName: 'search', parameters: {} }, () => Promise.reject(new TypeError('offline'))),
    )
    agent.registerHook('toolCallResult', handler)
    await rejects(agent.run('go'), { name: 'TypeError', message: 'offline' })
    deepEqual(seen, [
      [{ found: 'papers' }, false],
      ['offline', true],
    ])
  })

  verifies('aos.hook.toolCallResult.deny', 'the result is not used, the tool ran', async () => {
    assertDenied(await perform('toolCall', 'toolCallResult', { handler: () => deny('no') }), 'no', [
      { query: 'x' },
    ])
  })

  verifies(
    'aos.hook.toolCallResult.modify',
    'the agent gets the changed result, and the changed error',
    async () => {
      const { operation } = await perform('toolCall', 'toolCallResult', {
        handler: () => modify({ found: 'less' }),
      })
      deepEqual(operation, { value: { found: 'less' } })
      const { agent } = guardedAgent((aos) =>
        aos.toolCall({ toolName: 'search', parameters: {} }, () =>
          Promise.reject(new Error('password is hunter2')),
        ),
      )
      agent.registerHook('toolCallResult', () => modify('it failed'))
      await rejects(agent.run('go'), { message: 'it failed' })
    },
  )
})

describe('knowledge and memory', () => {
  verifies(
    'aos.hook.knowledgeRetrieval.fires',
    'after the retrieval, with query, keywords and results',
    async () => {
      const seen: unknown[] = []
      const { effects } = await perform('knowledge', 'knowledgeRetrieval', {
        handler: ({ query, keywords, results }) => {
          seen.push(query, keywords, results)
        },
      })
      deepEqual([seen, effects], [['q', ['k'], [{ id: 'doc-1', content: 'papers' }]], ['retrieved']])
    },
  )

  verifies('aos.hook.knowledgeRetrieval.deny', 'nothing is attached', async () => {
    const performed = await perform('knowledge', 'knowledgeRetrieval', { handler: () => deny('no') })
    assertDenied(performed, 'no', ['retrieved'])
  })

  verifies('aos.hook.memoryContextRetrieval.deny', 'nothing is attached', async () => {
    const performed = await perform('memoryContext', 'memoryContextRetrieval', { handler: () => deny('no') })
    assertDenied(performed, 'no', ['loaded'])
  })

  verifies('aos.hook.memoryContextRetrieval.modify', 'the changed memory is attached', async () => {
    const { operation } = await perform('memoryContext', 'memoryContextRetrieval', {
      handler: (context) => {
        context.memory = ['less']
      },
    })
    deepEqual(operation, { value: ['less'] })
  })

  verifies('aos.hook.memoryStore.deny', 'nothing is stored', async () => {
    assertDenied(await perform('memoryStore', 'memoryStore', { handler: () => deny('no') }), 'no')
  })

  verifies(
    'aos.hook.memoryStore.modify',
    'the changed items are stored; what is no list of texts is refused',
    async () => {
      const { effects } = await perform('memoryStore', 'memoryStore', { handler: () => modify(['less']) })
      deepEqual(effects, [['less']])
      const refused = await perform('memoryStore', 'memoryStore', { handler: () => modify([7]) })
      deepEqual(refused.effects, [])
    },
  )
})

describe('ids', () => {
  verifies('aos.hook.executionId', 'request and result have the same one, two calls do not', async () => {
    const seen: unknown[] = []
    const { agent } = guardedAgent(async (aos) => {
      await aos.toolCall({ toolName: 'a', parameters: {}, executionId: 'call-1' }, () => 1)
      await aos.toolCall({ toolName: 'b', parameters: {} }, () => 2)
    })
    for (const hook of ['toolCallRequest', 'toolCallResult'] as const) {
      agent.registerHook(hook, ({ executionId }) => {
        seen.push(executionId)
      })
    }
    await agent.run('go')
    deepEqual(seen.slice(0, 2), ['call-1', 'call-1'])
    equal(seen[2], seen[3])
    notEqual(seen[2], 'call-1')
  })

  verifies('aos.hook.ids', 'one turn a run, one step an operation, one session for both', async () => {
    const seen: HookContext[] = []
    const agent = new AOSInstrument(async (_input: unknown, aos: GuardedRun) => {
      await aos.toolCall({ toolName: 'a', parameters: {} }, () => 1)
      await aos.toolCall({ toolName: 'b', parameters: {} }, () => 2)
    })
    agent.registerHook('toolCallRequest', (context) => {
      seen.push(context)
    })
    await agent.run('one', { session: 's' })
    await agent.run('two', { session: 's' })
    equal(new Set(seen.map(({ stepId }) => stepId)).size, 4)
    equal(new Set(seen.map(({ decisionId }) => decisionId)).size, 4)
    deepEqual([seen[0]?.turnId === seen[1]?.turnId, seen[1]?.turnId === seen[2]?.turnId], [true, false])
    deepEqual([...new Set(seen.map(({ sessionId }) => sessionId))], ['s'])
    ok(seen.every(({ stepId }) => /^[0-9a-f-]{36}$/.test(stepId)))
  })
})

describe('protocols', () => {
  verifies('aos.hook.mcp.outbound', 'denied: not sent; modified: sent changed', async () => {
    assertDenied(await perform('mcpOutbound', 'mcp', { handler: () => deny('no') }), 'no')
    const seen: unknown[] = []
    const { effects } = await perform('mcpOutbound', 'mcp', {
      handler: (context) => {
        seen.push(context.protocol, context.parameters)
        context.parameters = { text: 'safe' }
      },
    })
    deepEqual(seen, [{ name: 'mcp', direction: 'outbound', method: 'tools/call' }, { text: 'hi' }])
    deepEqual(effects, [{ text: 'safe' }])
  })

  verifies('aos.hook.mcp.inbound', 'denied: not processed; modified: processed changed', async () => {
    assertDenied(await perform('mcpInbound', 'mcp', { handler: () => deny('no') }), 'no')
    const { effects } = await perform('mcpInbound', 'mcp', { handler: () => modify({ text: 'safe' }) })
    deepEqual(effects, [{ text: 'safe' }])
  })

  verifies('aos.hook.a2a.outbound', 'denied: not sent; modified: sent changed', async () => {
    assertDenied(await perform('a2aOutbound', 'a2a', { handler: () => deny('no') }), 'no')
    const { effects } = await perform('a2aOutbound', 'a2a', { handler: () => modify({ text: 'safe' }) })
    deepEqual(effects, [{ text: 'safe' }])
  })

  verifies(
    'aos.hook.a2a.inbound',
    'denied: not processed; modified: processed changed, and only its own protocol is asked',
    async () => {
      assertDenied(await perform('a2aInbound', 'a2a', { handler: () => deny('no') }), 'no')
      const { effects } = await perform('a2aInbound', 'a2a', { handler: () => modify({ text: 'safe' }) })
      deepEqual(effects, [{ text: 'safe' }])
      const other = await perform('a2aInbound', 'mcp', { handler: () => deny('no') })
      deepEqual([other.effects, other.operation], [[{ text: 'hi' }], { value: 'forwarded' }])
    },
  )
})
