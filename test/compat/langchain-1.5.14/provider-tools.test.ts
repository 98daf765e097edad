import { allow, AOSInstrument, deny, modify } from '@aos/sdk'
import { stepRecorder, text, toolCall, toolResult } from '@aos/sdk/testing'
import { AIMessage, AIMessageChunk, type AIMessageFields } from '@langchain/core/messages'
import { ChatGenerationChunk, type ChatResult } from '@langchain/core/outputs'
import { createAgent } from 'langchain'
import { expect, test } from 'vitest'
import { scriptedChatModel } from '../../support/langchain/scripted-model.ts'
import { modules } from './index.ts'
import { ask, lastText, readAll, ScriptedModel } from './kit.ts'

// tools that the provider executes: its answer says so, in its own form

const forms: Readonly<Record<string, object>> = {
  'blocks of LangChain': {
    content: [
      { type: 'server_tool_call', id: 'p', name: 'web_search', args: { query: 'bees' } },
      { type: 'server_tool_call_result', toolCallId: 'p', status: 'success', output: ['a secret'] },
      { type: 'text', text: 'Done.' },
    ],
  },
  'blocks of Anthropic': {
    content: [
      { type: 'server_tool_use', id: 'p', name: 'web_search', input: '{"query":"bees"}' },
      { type: 'web_search_tool_result', tool_use_id: 'p', content: ['a secret'] },
      { type: 'text', text: 'Done.' },
    ],
  },
  'outputs of OpenAI': {
    content: 'Done.',
    additional_kwargs: {
      tool_outputs: [
        { type: 'web_search_call', id: 'p', query: 'bees', status: 'completed', results: ['a secret'] },
        { type: 'computer_call', id: 'c', action: { type: 'click' } },
      ],
    },
  },
}

class Answering extends ScriptedModel {
  readonly #fields: object

  constructor(fields: object) {
    super()
    this.#fields = fields
  }

  override async _generate(): Promise<ChatResult> {
    const message = new AIMessage(this.#fields as AIMessageFields)
    return { generations: [{ text: message.text, message }] }
  }
}

function instrumented(fields: object | undefined) {
  const recorder = stepRecorder()
  const model = new Answering(fields ?? {})
  return { recorder, agent: new AOSInstrument(createAgent({ model, tools: [] }), { sinks: [recorder] }) }
}

test.each(Object.keys(forms))('a call that the provider made is a step of its own (%s)', async (form) => {
  const { agent, recorder } = instrumented(forms[form])
  const seen: unknown[] = []
  agent.registerHook('toolCallRequest', ({ toolName, parameters, enforceable }) => {
    seen.push([toolName, parameters, enforceable])
    return allow()
  })
  agent.registerHook('toolCallResult', ({ result }) => {
    seen.push(result)
  })
  const result = await agent.invoke(ask())
  expect(lastText(result)).toBe('Done.')
  expect(JSON.stringify(result)).toContain('a secret')
  expect(seen).toEqual([['web_search', { query: 'bees' }, false], ['a secret']])
  await recorder.ended(1)
  expect(recorder.steps('toolCall').map(({ name, status }) => [name, status])).toEqual([['web_search', 'ok']])
})

test.each(Object.keys(forms))(
  'a denied call of a provider has happened, and ends the run (%s)',
  async (form) => {
    const { agent, recorder } = instrumented(forms[form])
    agent.registerHook('toolCallRequest', () => deny('no searches'))
    await expect(agent.invoke(ask())).rejects.toMatchObject({ code: 'denied', reason: 'no searches' })
    await recorder.ended(1)
    const decisions = recorder.steps('toolCall').flatMap((step) => step.decisions)
    expect(decisions.map(({ verdict, enforced }) => [verdict, enforced])).toEqual([['deny', 'none']])
  },
)

test.each(Object.keys(forms))(
  'what a provider found is withheld where it may not stay (%s)',
  async (form) => {
    for (const answer of [deny('private'), modify(['nothing'])]) {
      const { agent, recorder } = instrumented(forms[form])
      agent.registerHook('toolCallResult', () => answer)
      const result = await agent.invoke(ask())
      expect(lastText(result)).toBe('Done.')
      expect(JSON.stringify(result)).not.toContain('secret')
      await recorder.ended(1)
      expect(recorder.steps('toolCall')).toHaveLength(1)
    }
  },
)

test('a search that failed at the provider is a failed step', async () => {
  const error = { type: 'web_search_tool_result_error', error_code: 'unavailable' }
  const { agent, recorder } = instrumented({
    content: [
      { type: 'server_tool_call', id: 'p', name: 'web_search', args: {} },
      { type: 'server_tool_call_result', toolCallId: 'p', status: 'error', output: error },
    ],
  })
  const result = await agent.invoke(ask())
  expect(JSON.stringify(result)).toContain('unavailable')
  await recorder.ended(1)
  expect(recorder.steps('toolCall').map(({ status }) => status)).toEqual(['error'])
})

test.each(['values', 'updates', 'messages'] as const)(
  'what a provider found leaves no stream before it is judged (%s)',
  async (streamMode) => {
    const steps = [
      [
        toolCall('web_search', { query: 'bees' }, { id: 'p', providerExecuted: true }),
        toolResult('web_search', ['a secret'], { id: 'p' }),
        text('Done.'),
      ],
    ]
    const streaming = createAgent({ model: scriptedChatModel(modules, { steps }), tools: [] })
    const kept = createAgent({ model: new OpenAi(), tools: [] })
    for (const plain of [streaming, kept]) {
      const agent = new AOSInstrument(plain)
      agent.registerHook('toolCallResult', () => deny('private'))
      const all = await readAll(await agent.stream(ask(), { streamMode }))
      expect(all).toContain('Done.')
      expect(all).not.toContain('secret')
    }
  },
)

class OpenAi extends Answering {
  constructor() {
    super(forms['outputs of OpenAI'] ?? {})
  }

  override async *_streamResponseChunks(): AsyncGenerator<ChatGenerationChunk> {
    const said = new AIMessageChunk({ content: 'Done.', id: 'm' })
    yield new ChatGenerationChunk({ text: 'Done.', message: said })
    const { additional_kwargs = {} } = forms['outputs of OpenAI'] as AIMessageFields
    const response_metadata = { output: additional_kwargs['tool_outputs'] }
    const last = new AIMessageChunk({ content: '', id: 'm', additional_kwargs, response_metadata })
    yield new ChatGenerationChunk({ text: '', message: last })
  }
}
