import { AOSInstrument, deny, isDenied, modify } from '@aos/sdk'
import { text, toolCall } from '@aos/sdk/testing'
import { describe, expect } from 'vitest'
import { z } from 'zod'
import { verifies } from '../conformance/verifies.ts'
import { AGENT_KINDS, type AgentKind } from '../support/langchain/agent-kinds.ts'
import { scriptedChatModel } from '../support/langchain/scripted-model.ts'
import type { StructuredTool } from './langchain-1.5.14/index.ts'
import { LANGCHAIN_VERSIONS, type LangChainVersion } from './langchain-versions.ts'

// what the hooks of AOS mean, for each kind of agent of each version

const NOTHING = 'nothing was given'

function agentOf(version: LangChainVersion, kind: AgentKind) {
  const steps = [toolCall('search', { query: 'bees' }, { id: 'c1' }), text('Bees it is.')]
  const model = scriptedChatModel(version, { steps })
  const done: string[] = []
  const work = async ({ query }: { query: string }): Promise<string> => {
    done.push(query)
    if (query === 'wasps') throw new Error('no wasps here')
    return `found ${query}`
  }
  const search = version.langchain.tool(work, {
    name: 'search',
    description: 'searches',
    schema: z.object({ query: z.string() }),
  }) as unknown as StructuredTool
  const agent = new AOSInstrument(kind.make({ version, model, tools: [search] }))
  return {
    agent,
    model,
    done,
    ask: async (config?: object): Promise<string> =>
      kind.textOf(await agent.invoke(kind.input('go'), config)),
    refused: async (): Promise<unknown> =>
      agent.invoke(kind.input('go')).then(
        () => NOTHING,
        (error: unknown) => error,
      ),
  }
}

describe.each(LANGCHAIN_VERSIONS)('langchain $name', (version) => {
  describe.each(AGENT_KINDS)('$name', (kind) => {
    verifies('aos-sdk.langchain.agentTrigger', 'denied, no model is asked', async () => {
      const { agent, model, refused } = agentOf(version, kind)
      const seen: unknown[] = []
      agent.registerHook('agentTrigger', ({ content }) => {
        seen.push(content, model.calls.length)
        return deny('out of hours')
      })
      expect(isDenied(await refused())).toBe(true)
      expect([seen, model.calls]).toEqual([['go', 0], []])
    })

    verifies('aos-sdk.langchain.agentTrigger', 'modified, the model is asked that', async () => {
      const { agent, model, ask } = agentOf(version, kind)
      agent.registerHook('agentTrigger', () => modify('changed'))
      await ask()
      expect(model.lastPrompt()).toContain('changed')
    })

    verifies('aos-sdk.langchain.message.user', 'denied, no model is asked', async () => {
      const { agent, model, refused } = agentOf(version, kind)
      agent.registerHook('message', ({ role }) => (role === 'user' ? deny('rude') : undefined))
      expect(isDenied(await refused())).toBe(true)
      expect(model.calls).toEqual([])
    })

    verifies('aos-sdk.langchain.message.user', 'modified, the model gets that', async () => {
      const { agent, model, ask } = agentOf(version, kind)
      agent.registerHook('message', ({ role }) => (role === 'user' ? modify('changed') : undefined))
      await ask()
      expect(model.lastPrompt()).toContain('changed')
    })

    verifies('aos-sdk.langchain.message.agent', 'denied, it does not leave', async () => {
      const { agent, ask } = agentOf(version, kind)
      agent.registerHook('message', ({ role }) => (role === 'agent' ? deny('secret') : undefined))
      expect(await ask()).not.toContain('Bees')
    })

    verifies('aos-sdk.langchain.message.agent', 'modified, that leaves', async () => {
      const { agent, ask } = agentOf(version, kind)
      agent.registerHook('message', ({ role }) => (role === 'agent' ? modify('Honey.') : undefined))
      expect(await ask()).toBe('Honey.')
    })

    verifies('aos-sdk.langchain.toolCallRequest', 'denied, the tool is not called', async () => {
      const { agent, model, done, ask } = agentOf(version, kind)
      const seen: unknown[] = []
      agent.registerHook('toolCallRequest', ({ toolName, parameters }) => {
        seen.push(toolName, { ...parameters }, done.length)
        return deny('no bees')
      })
      expect(await ask()).toBe('Bees it is.')
      expect([seen, done]).toEqual([['search', { query: 'bees' }, 0], []])
      expect(model.lastPrompt()).toContain('Denied: no bees')
    })

    verifies('aos-sdk.langchain.toolCallRequest', 'modified, it is called with that', async () => {
      const { agent, done, ask } = agentOf(version, kind)
      agent.registerHook('toolCallRequest', () => modify({ query: 'honey' }))
      await ask()
      expect(done).toEqual(['honey'])
    })

    verifies('aos-sdk.langchain.toolCallResult', 'denied, the model does not see it', async () => {
      const { agent, model, done, ask } = agentOf(version, kind)
      agent.registerHook('toolCallResult', () => deny('secret'))
      await ask()
      expect(done).toEqual(['bees'])
      expect(model.lastPrompt()).not.toContain('found bees')
    })

    verifies('aos-sdk.langchain.toolCallResult', 'modified, the model sees that', async () => {
      const { agent, model, ask } = agentOf(version, kind)
      agent.registerHook('toolCallResult', ({ result }) => modify(`${String(result)}, checked`))
      await ask()
      expect(model.lastPrompt()).toContain('found bees, checked')
    })

    verifies('aos-sdk.langchain.toolCallResult', 'fires for a failure, too', async () => {
      const { agent, ask } = agentOf(version, kind)
      const seen: unknown[] = []
      agent.registerHook('toolCallRequest', () => modify({ query: 'wasps' }))
      agent.registerHook('toolCallResult', ({ isError, result }) => {
        seen.push(isError, String(result).includes('no wasps here'))
      })
      // an executor lets the error of a tool end the run
      await ask().catch((error: unknown) => expect(String(error)).toContain('no wasps here'))
      expect(seen).toEqual([true, true])
    })

    verifies('aos-sdk.langchain.ids', 'of the call and of the thread', async () => {
      const { agent, ask } = agentOf(version, kind)
      const seen: unknown[] = []
      for (const hook of ['toolCallRequest', 'toolCallResult'] as const)
        agent.registerHook(hook, ({ executionId, sessionId }) => {
          seen.push([executionId, sessionId])
        })
      await ask({ configurable: { thread_id: 't-7' } })
      expect(seen).toEqual([
        ['c1', 't-7'],
        ['c1', 't-7'],
      ])
    })

    verifies('aos-sdk.langchain.thrown', 'from the request of a call', async () => {
      const { agent, done, refused } = agentOf(version, kind)
      const error = new Error('Denied: too expensive')
      agent.registerHook('toolCallRequest', () => {
        throw error
      })
      expect(await refused()).toBe(error)
      expect(done).toEqual([])
    })
  })
})
