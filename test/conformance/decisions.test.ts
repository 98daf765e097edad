import { deny, describeHooks, modify, type HookAnswer, type HookNameInput } from '@aos/sdk'
import { deepEqual, equal } from 'node:assert/strict'
import { describe } from 'vitest'
import { guardedAgent } from '../support/guarded-agent.ts'
import { assertDenied, perform } from '../support/operations.ts'
import { verifies } from './verifies.ts'

describe('contradictions of the specification', () => {
  verifies(
    'aos.decision.C1',
    'denied by default, applied with retrievalModify, for tagged tools as well',
    async () => {
      const handler = (): HookAnswer => modify([{ id: 'doc-1', content: 'less' }])
      const refused = await perform('knowledge', 'knowledgeRetrieval', { handler })
      assertDenied(refused, 'this value may not be modified (modify_unsupported)', ['retrieved'])
      deepEqual(refused.recorder.decisions().at(-1)?.reasonCodes, ['modify_unsupported'])
      const options = { retrievalModify: true, toolKinds: { search: 'knowledge' } } as const
      const applied = await perform('knowledge', 'knowledgeRetrieval', { handler, options })
      deepEqual(applied.operation, { value: [{ id: 'doc-1', content: 'less' }] })
      const tagged = await perform('toolCall', 'knowledgeRetrieval', {
        handler: (context) => modify([{ id: (context.results as { id: string }[])[0]?.id, content: 'less' }]),
        options,
      })
      deepEqual(tagged.operation, { value: 'less' })
      const invented = await perform('knowledge', 'knowledgeRetrieval', {
        handler: () => modify([{ id: 'doc-9', content: 'less' }]),
        options: { ...options, toolKinds: {} },
      })
      deepEqual(invented.operation, { value: [{ id: 'doc-9', content: 'less' }] })
      const taggedInvented = await perform('toolCall', 'knowledgeRetrieval', {
        handler: () => modify([{ id: 'doc-9', content: 'less' }]),
        options,
      })
      deepEqual(taggedInvented.recorder.decisions().at(-1)?.reasonCodes, ['invalid_modification'])
    },
  )

  verifies('aos.decision.C2', 'every spelling of deny and of allow', async () => {
    const denials: readonly HookAnswer[] = [
      { action: 'DENY', reason: 'no' },
      { decision: 'deny', message: 'no' },
      { decision: 'block', reasoning: 'no' },
      { action: 'Deny', decision: 'DENY', message: 'no', reason: 'other' },
    ]
    for (const answer of denials)
      assertDenied(await perform('toolCall', 'toolCallRequest', { handler: () => answer }), 'no')
    for (const answer of [{ action: 'ALLOW' }, { decision: 'allow' }, { decision: 'permit' }]) {
      const { effects } = await perform('toolCall', 'toolCallRequest', { handler: () => answer })
      deepEqual(effects, [{ query: 'x' }])
    }
    const torn = await perform('toolCall', 'toolCallRequest', {
      handler: () => ({ action: 'ALLOW', decision: 'deny' }),
    })
    deepEqual(torn.effects, [])
  })

  verifies('aos.decision.C3', 'a whole modified request changes the inputs, and never the tool', async () => {
    const request = (inputs: unknown, method = 'steps/toolCallRequest'): HookAnswer => ({
      decision: 'modify',
      modifiedRequest: {
        jsonrpc: '2.0',
        id: 'x',
        method,
        params: { toolCallRequest: { executionId: 'other', toolId: 'rm', inputs } },
      },
    })
    const inputs = [{ name: 'query', value: 'safe' }]
    const applied = await perform('toolCall', 'toolCallRequest', { handler: () => request(inputs) })
    deepEqual(applied.effects, [{ query: 'safe' }])
    equal(applied.recorder.steps('toolCall')[0]?.name, 'search')
    for (const answer of [request('all'), request(inputs, 'steps/message'), request([{ value: 1 }])]) {
      const refused = await perform('toolCall', 'toolCallRequest', { handler: () => answer })
      deepEqual(
        [refused.effects, refused.recorder.decisions().at(-1)?.reasonCodes],
        [[], ['invalid_modification']],
      )
    }
  })

  verifies('aos.decision.C4', 'wire names reach the same hook', async () => {
    assertDenied(await perform('toolCall', 'steps/toolCallRequest', { handler: () => deny('no') }), 'no')
    assertDenied(await perform('mcpOutbound', 'protocols/MCP', { handler: () => deny('no') }), 'no')
    for (const name of [
      'protocols/A2A',
      'message/send',
      'tasks/get',
    ] as const satisfies readonly HookNameInput[]) {
      assertDenied(await perform('a2aOutbound', name, { handler: () => deny('no') }), 'no')
    }
    const hooks: Record<string, () => HookAnswer> = { 'steps/memoryStore': () => deny('no') }
    const { agent } = guardedAgent((aos) => aos.memoryStore(['x'], () => 'stored'), { hooks })
    deepEqual(
      agent.describe().hooks.map(({ hook }) => hook),
      ['memoryStore'],
    )
  })

  verifies('aos.decision.C5', 'nine hooks, of which five are published', () => {
    const all = describeHooks('all')
    const further = ['toolCallResult', 'memoryContextRetrieval', 'mcp', 'a2a']
    deepEqual(Object.keys(all), [...Object.keys(describeHooks()), ...further])
    for (const name of Object.keys(all))
      guardedAgent(() => 1).agent.registerHook(name as never, () => undefined)
  })

  verifies('aos.decision.C21', 'user runs and autonomous ones', async () => {
    const seen: unknown[] = []
    const { agent } = guardedAgent(async (aos) => {
      await aos.trigger({ type: 'autonomous', event: { type: 'mail', id: 'm1' }, content: 'a mail came' })
    })
    agent.registerHook('agentTrigger', ({ trigger }) => {
      seen.push([trigger?.type, trigger?.event, trigger?.content])
    })
    await agent.run('go')
    deepEqual(seen, [
      ['user', undefined, 'go'],
      ['autonomous', { type: 'mail', id: 'm1' }, 'a mail came'],
    ])
  })
})
