import { deepEqual, equal, rejects } from 'node:assert/strict'
import { describe } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { guardedAgent } from '../../../../test/support/guarded-agent.ts'
import { allow, deny, modify, type HookNameInput, type ToolKind } from '../index.ts'

const HOOKS = [
  'toolCallRequest',
  'memoryStore',
  'toolCallResult',
  'knowledgeRetrieval',
  'memoryContextRetrieval',
] as const

async function fired(kind: ToolKind, output: unknown = 'found'): Promise<readonly string[]> {
  const order: string[] = []
  const { agent } = guardedAgent(
    (aos) => aos.toolCall({ toolName: 'tool', parameters: { text: 'note' } }, () => output),
    {
      toolKinds: { tool: kind },
    },
  )
  for (const hook of HOOKS) agent.registerHook(hook, () => void order.push(hook))
  await agent.run('go')
  return order
}

describe('a tag', () => {
  verifies('aos-sdk.tool-kinds', 'adds its hook', async () => {
    deepEqual(await fired('tool'), ['toolCallRequest', 'toolCallResult'])
    deepEqual(await fired('agent'), ['toolCallRequest', 'toolCallResult'])
    deepEqual(await fired('memoryStore'), ['toolCallRequest', 'memoryStore', 'toolCallResult'])
    deepEqual(await fired('knowledge'), ['toolCallRequest', 'toolCallResult', 'knowledgeRetrieval'])
    deepEqual(await fired('memoryContext'), ['toolCallRequest', 'toolCallResult', 'memoryContextRetrieval'])
  })

  const judged = async (
    [kind, hook]: readonly [ToolKind, HookNameInput],
    answer: unknown,
    output: unknown,
  ): Promise<[unknown, unknown]> => {
    const stored: unknown[] = []
    const { agent } = guardedAgent(
      async (aos) => {
        const result: unknown = await aos.toolCall(
          { toolName: 'tool', parameters: { text: 'note' } },
          (given: unknown) => {
            stored.push(given)
            return output
          },
        )
        stored.push(result)
      },
      { toolKinds: { tool: kind }, retrievalModify: true },
    )
    const seen: unknown[] = []
    agent.registerHook(hook, ({ value }) => {
      seen.push(value)
      return answer as never
    })
    await agent.run('go')
    return [seen[0], stored]
  }

  verifies('aos-sdk.tool-kinds', 'memory is shown as texts and put back in its own form', async () => {
    deepEqual(await judged(['memoryStore', 'memoryStore'], modify(['{"text":"less"}']), 'ok'), [
      ['{"text":"note"}'],
      [{ text: 'less' }, 'ok'],
    ])
    deepEqual(await judged(['memoryContext', 'memoryContextRetrieval'], modify(['b']), ['a', 'b']), [
      ['a', 'b'],
      [{ text: 'note' }, ['b']],
    ])
    deepEqual(await judged(['memoryContext', 'memoryContextRetrieval'], modify([]), { a: 1 }), [
      ['{"a":1}'],
      [{ text: 'note' }, null],
    ])
    deepEqual(await judged(['memoryContext', 'memoryContextRetrieval'], allow(), 'plain'), [
      ['plain'],
      [{ text: 'note' }, 'plain'],
    ])
  })

  verifies('aos-sdk.tool-kinds', 'retrieved documents keep what the hook does not show', async () => {
    const documents = [
      { id: 'a', pageContent: 'one', metadata: { source: 'x' } },
      { id: 'b', pageContent: 'two', metadata: { source: 'y' } },
    ]
    const [seen, [, result]] = (await judged(
      ['knowledge', 'knowledgeRetrieval'],
      modify([{ id: 'b', content: 'less' }]),
      documents,
    )) as [unknown, unknown[]]
    deepEqual(seen, [
      { id: 'a', content: 'one' },
      { id: 'b', content: 'two' },
    ])
    deepEqual(result, [{ id: 'b', pageContent: 'less', metadata: { source: 'y' } }])
  })

  verifies(
    'aos-sdk.tool-kinds',
    'what cannot be shown as text is judged whole, and not modified',
    async () => {
      const circular: Record<string, unknown> = { amount: 1n }
      circular['self'] = circular
      const stored: unknown[] = []
      const { agent, recorder } = guardedAgent(
        (aos) =>
          aos.toolCall({ toolName: 'tool', parameters: circular }, (given: unknown) => stored.push(given)),
        {
          toolKinds: { tool: 'memoryStore' },
        },
      )
      const remove = agent.registerHook('memoryStore', () => allow())
      await agent.run('go')
      equal(stored[0], circular)
      remove()
      agent.registerHook('memoryStore', () => modify(['x']))
      await rejects(agent.run('go'), { code: 'denied' })
      deepEqual([stored.length, recorder.decisions().at(-1)?.reasonCodes], [1, ['modify_unsupported']])
    },
  )

  verifies(
    'aos-sdk.tool-kinds',
    'a denied store is not executed, whatever toolCallRequest said',
    async () => {
      const effects: unknown[] = []
      const { agent } = guardedAgent((aos) =>
        aos.toolCall({ toolName: 'tool', parameters: {}, kind: 'memoryStore' }, () => effects.push(1)),
      )
      agent.registerHook('toolCallRequest', () => allow())
      agent.registerHook('memoryStore', () => deny('no'))
      await rejects(agent.run('go'), { hook: 'memoryStore' })
      deepEqual(effects, [])
    },
  )
})
