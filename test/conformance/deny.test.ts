import { AOSInstrument, deny, isDenied, type HookNameInput } from '@aos/sdk'
import { scriptedModel, text, toolCall } from '@aos/sdk/testing'
import { tool, ToolLoopAgent, type ToolLoopAgentSettings, type ToolSet } from 'ai'
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { describe } from 'vitest'
import { z } from 'zod'
import { guardedAgent } from '../support/guarded-agent.ts'
import { assertDenied, perform, type OperationName } from '../support/operations.ts'
import { verifies } from './verifies.ts'

function researcher(): {
  agent: AOSInstrument<ToolLoopAgent<never, ToolSet>>
  done: string[]
  modelCalls: () => number
  prompt: () => string
} {
  const done: string[] = []
  const model = scriptedModel({ steps: [toolCall('search', { query: 'x' }), text('answer 4711')] })
  const execute = async ({ query }: { query: string }): Promise<string> => {
    done.push(query)
    return 'canary-result'
  }
  const search = tool({ inputSchema: z.object({ query: z.string() }), execute })
  const settings: ToolLoopAgentSettings<never, ToolSet> = { model: model as never, tools: { search } }
  const agent = new AOSInstrument(new ToolLoopAgent(settings))
  return {
    agent,
    done,
    modelCalls: () => model.calls.length,
    prompt: () => JSON.stringify(model.calls.at(-1)?.options.prompt),
  }
}

/** Runs the researcher under a handler that throws, and tells how often the model was called and what was done. */
async function thrown(
  hook: HookNameInput,
  when: (role: string | undefined) => boolean = () => true,
): Promise<[number, number]> {
  const { agent, done, modelCalls } = researcher()
  const error = new RangeError('stop')
  agent.registerHook(hook, ({ role }) => {
    if (when(role)) throw error
  })
  await rejects(agent.run('go'), (caught) => caught === error)
  return [modelCalls(), done.length]
}

async function thrownInside(kind: OperationName, hook: HookNameInput, effects: number): Promise<void> {
  const error = new RangeError('stop')
  const performed = await perform(kind, hook, {
    handler: () => {
      throw error
    },
  })
  // the agent swallowed the error; the run did not
  ok('error' in performed.run && performed.run.error === error)
  equal(performed.effects.length, effects)
  equal(performed.recorder.runs()[0]?.status, 'failed')
}

describe('agentTrigger', () => {
  verifies('aos.deny.agentTrigger.returned', 'AOSDeniedError, no model call', async () => {
    const { agent, modelCalls } = researcher()
    agent.registerHook('agentTrigger', () => deny('out of hours'))
    await rejects(agent.run('go'), (error) => {
      ok(isDenied(error))
      deepEqual(
        [error.name, error.message, error.hook, error.reason],
        ['AOSDeniedError', 'Denied: out of hours', 'agentTrigger', 'out of hours'],
      )
      return true
    })
    equal(modelCalls(), 0)
  })

  verifies('aos.deny.agentTrigger.thrown', 'the same object, no model call', async () => {
    deepEqual(await thrown('agentTrigger'), [0, 0])
  })
})

describe('message', () => {
  verifies('aos.deny.message.user.returned', 'AOSDeniedError, no model call', async () => {
    const { agent, modelCalls } = researcher()
    agent.registerHook('message', ({ role }) => (role === 'user' ? deny('no') : undefined))
    await rejects(agent.run('go'), { name: 'AOSDeniedError', message: 'Denied: no' })
    equal(modelCalls(), 0)
  })

  verifies('aos.deny.message.user.thrown', 'the same object, no model call', async () => {
    deepEqual(await thrown('message', (role) => role === 'user'), [0, 0])
  })

  verifies('aos.deny.message.agent.returned', 'a notice, and onDeny throw rejects instead', async () => {
    const { agent } = researcher()
    agent.registerHook('message', ({ role }) => (role === 'agent' ? deny('confidential') : undefined))
    equal((await agent.run('go')).text, 'This answer was withheld: confidential')
    const strict = guardedAgent(() => 'answer', { onDeny: 'throw' })
    strict.agent.registerHook('message', ({ role }) => (role === 'agent' ? deny('confidential') : undefined))
    await rejects(strict.agent.run('go'), { message: 'Denied: confidential' })
    const own = guardedAgent(() => 'answer', { notice: 'blocked ({reason}, {reason})' })
    own.agent.registerHook('message', ({ role }) => (role === 'agent' ? deny('$& no') : undefined))
    equal(await own.agent.run('go'), 'blocked ($& no, $& no)')
  })

  verifies('aos.deny.message.agent.thrown', 'the same object', async () => {
    deepEqual(await thrown('message', (role) => role === 'agent'), [2, 1])
  })
})

describe('tools', () => {
  verifies('aos.deny.toolCallRequest.returned', 'the model reads the reason and goes on', async () => {
    const { agent, done, modelCalls, prompt } = researcher()
    agent.registerHook('toolCallRequest', () => deny('personal data is off limits'))
    equal((await agent.run('go')).text, 'answer 4711')
    deepEqual([done, modelCalls(), prompt().includes('personal data is off limits')], [[], 2, true])
  })

  verifies('aos.deny.toolCallRequest.thrown', 'no execution, no further model call', async () => {
    deepEqual(await thrown('toolCallRequest'), [1, 0])
    await thrownInside('toolCall', 'toolCallRequest', 0)
  })

  verifies('aos.deny.toolCallResult.returned', 'the model does not see the result and goes on', async () => {
    const { agent, done, modelCalls, prompt } = researcher()
    agent.registerHook('toolCallResult', () => deny('too much'))
    equal((await agent.run('go')).text, 'answer 4711')
    deepEqual([done, modelCalls(), prompt().includes('canary-result')], [['x'], 2, false])
  })

  verifies('aos.deny.toolCallResult.thrown', 'no further model call', async () => {
    deepEqual(await thrown('toolCallResult'), [1, 1])
    await thrownInside('toolCall', 'toolCallResult', 1)
  })
})

describe('knowledge and memory', () => {
  verifies('aos.deny.knowledgeRetrieval.returned', 'withheld from the agent', async () => {
    const performed = await perform('knowledge', 'knowledgeRetrieval', { handler: () => deny('no') })
    assertDenied(performed, 'no', ['retrieved'])
    equal(performed.recorder.steps('knowledgeRetrieval')[0]?.status, 'withheld')
  })

  verifies('aos.deny.knowledgeRetrieval.thrown', 'the run is aborted', async () =>
    thrownInside('knowledge', 'knowledgeRetrieval', 1),
  )

  verifies('aos.deny.memoryContextRetrieval.returned', 'withheld from the agent', async () => {
    const performed = await perform('memoryContext', 'memoryContextRetrieval', { handler: () => deny('no') })
    assertDenied(performed, 'no', ['loaded'])
    equal(performed.recorder.steps('memoryContextRetrieval')[0]?.status, 'withheld')
  })

  verifies('aos.deny.memoryContextRetrieval.thrown', 'the run is aborted', async () =>
    thrownInside('memoryContext', 'memoryContextRetrieval', 1),
  )

  verifies('aos.deny.memoryStore.returned', 'not stored, and the agent gets the denial', async () => {
    const performed = await perform('memoryStore', 'memoryStore', { handler: () => deny('no') })
    assertDenied(performed, 'no')
    equal(performed.recorder.steps('memoryStore')[0]?.status, 'denied')
  })

  verifies('aos.deny.memoryStore.thrown', 'not stored', async () =>
    thrownInside('memoryStore', 'memoryStore', 0),
  )
})

describe('protocols', () => {
  verifies('aos.deny.protocol.returned', 'the local caller gets the denial', async () => {
    assertDenied(await perform('mcpOutbound', 'mcp', { handler: () => deny('no') }), 'no')
    assertDenied(await perform('a2aInbound', 'a2a', { handler: () => deny('no') }), 'no')
  })

  verifies('aos.deny.protocol.thrown', 'nothing is sent or processed', async () => {
    await thrownInside('mcpOutbound', 'mcp', 0)
    await thrownInside('a2aInbound', 'a2a', 0)
  })
})
