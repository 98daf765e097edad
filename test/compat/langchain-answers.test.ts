import { AOSInstrument, deny, modify, type AOSOptions, type HookHandler } from '@aos/sdk'
import { describe, expect, test } from 'vitest'
import { verifies } from '../conformance/verifies.ts'
import type { ScriptedChatModel } from '../support/langchain/scripted-model.ts'
import type { ChatModel } from './langchain-1.5.14/index.ts'
import { ask, calls, lastText, readAll, type Turn } from './langchain-1.5.14/kit.ts'
import { kitOf } from './langchain-kit.ts'
import { LANGCHAIN_VERSIONS } from './langchain-versions.ts'

function streamedOf({ calls: made }: ScriptedChatModel): number[] {
  return made.flatMap(({ mode, index }) => (mode === 'stream' ? [index + 1] : []))
}

describe.each(LANGCHAIN_VERSIONS)('langchain $name', (version) => {
  const { AIMessage } = version.messages
  const { createAgent } = version.langchain
  const { scripted, searchTool } = kitOf(version)
  // version 3 of the event stream came later
  const EVENTS = version.version === '1.2.25' ? (['v2'] as const) : (['v2', 'v3'] as const)

  const cleaned: HookHandler = ({ message }) =>
    message?.role === 'agent' ? modify(String(message.content).replaceAll('secret', 'clean')) : undefined

  const STREAM_MODES = ['values', 'updates', 'messages', 'custom', 'debug', 'tasks', 'tools'] as const

  function agentOf(options: AOSOptions, ...turns: readonly Turn[]) {
    const { search, done } = searchTool()
    const model = scripted(...turns)
    return { agent: new AOSInstrument(createAgent({ model, tools: [search] }), options), done, model }
  }

  const TURNS: readonly Turn[] = [{ text: 'secret one', ...calls('original') }, { text: 'secret two' }]

  for (const streamMode of [...STREAM_MODES, [...STREAM_MODES]])
    verifies('aos-sdk.langchain.message.streamed', `in stream mode ${String(streamMode)}`, async () => {
      const { agent } = agentOf({}, ...TURNS)
      agent.registerHook('message', cleaned)
      expect(await readAll(await agent.stream(ask(), { streamMode: streamMode as never }))).not.toContain(
        'secret',
      )
    })

  test.each(STREAM_MODES)(
    'no arguments leave before they are decided in stream mode %s, and text is not held back',
    async (streamMode) => {
      const { agent, model } = agentOf({}, ...TURNS)
      agent.registerHook('toolCallRequest', () => modify({ query: 'safe' }))
      expect(await readAll(await agent.stream(ask(), { streamMode }))).not.toContain('original')
      expect(streamedOf(model)).toEqual(streamMode === 'messages' ? [1, 2] : [])
    },
  )

  for (const events of EVENTS)
    verifies('aos-sdk.langchain.message.streamed', `in streamEvents ${events}`, async () => {
      const { agent } = agentOf({}, ...TURNS)
      agent.registerHook('message', cleaned)
      agent.registerHook('toolCallRequest', () => modify({ query: 'safe' }))
      const stream: unknown = agent.streamEvents(ask(), { version: events as 'v2' })
      const all = await readAll((await stream) as AsyncIterable<unknown>)
      expect(all).toContain('clean two')
      expect(all).not.toContain('secret')
      expect(all).not.toContain('original')
    })

  test('text that is only observed leaves as it is said, and is changed where nobody listened', async () => {
    const observing: AOSOptions = { streamGuard: 'observe', hooks: { message: cleaned } }
    const streamed = agentOf(observing, ...TURNS)
    const all = await readAll(await streamed.agent.stream(ask(), { streamMode: ['messages', 'values'] }))
    expect(all).toContain('secret two')
    expect(streamedOf(streamed.model)).toEqual([1, 2])
    const whole = agentOf(observing, { text: 'secret' })
    expect(lastText(await whole.agent.invoke(ask()))).toBe('clean')
  })

  test('blocks of an answer are judged singly; a changed thought goes with its signature, and calls are changed everywhere', async () => {
    class BlockModel extends version.chatModels.BaseChatModel {
      override _llmType() {
        return 'blocks'
      }
      override bindTools() {
        return this
      }
      override async _generate(messages: Parameters<ChatModel['_generate']>[0]) {
        const blocks = [
          { type: 'thinking', thinking: 'secret thought', signature: 'signed' },
          { type: 'text', text: 'secret text' },
          { type: 'tool_use', id: 'c1', name: 'search', input: { query: 'original' } },
        ]
        const message = messages.some((one) => one.getType() === 'tool')
          ? new AIMessage('done')
          : new AIMessage({
              content: blocks as never,
              tool_calls: [{ id: 'c1', name: 'search', args: { query: 'original' }, type: 'tool_call' }],
              response_metadata: {
                output: [{ type: 'function_call', arguments: '{"query":"original"}' }],
              } as never,
            })
        return { generations: [{ text: message.text, message }] }
      }
    }
    const { search, done } = searchTool()
    const agent = new AOSInstrument(createAgent({ model: new BlockModel({}), tools: [search] }))
    agent.registerHook('message', cleaned)
    agent.registerHook('toolCallRequest', () => modify({ query: 'safe' }))
    const { messages } = await agent.invoke(ask())
    expect(messages[1]?.content).toEqual([
      { type: 'text', text: 'clean text' },
      { type: 'tool_use', id: 'c1', name: 'search', input: { query: 'safe' } },
    ])
    expect(done).toEqual(['safe'])
    expect(JSON.stringify(messages)).not.toContain('original')
  })

  test('a denied answer that is not to be replaced rejects, and nothing of it is streamed', async () => {
    const denying: AOSOptions = {
      onDeny: 'throw',
      hooks: { message: ({ message }) => (message?.role === 'agent' ? deny('secret') : undefined) },
    }
    await expect(agentOf(denying, { text: 'secret' }).agent.invoke(ask())).rejects.toThrow('Denied: secret')
    const chunks: unknown[] = []
    const read = async (): Promise<void> => {
      const { agent } = agentOf(denying, { text: 'secret' })
      for await (const chunk of await agent.stream(ask(), { streamMode: ['messages', 'updates'] }))
        chunks.push(chunk)
    }
    await expect(read()).rejects.toThrow('Denied: secret')
    expect(chunks).toEqual([])
  })

  test('limits hold: a call too many is denied, a model call too many ends the run', async () => {
    const turns = [calls('a'), calls('b'), { text: 'done' }]
    const few = agentOf({ limits: { toolCalls: 1 } }, ...turns)
    expect(lastText(await few.agent.invoke(ask()))).toBe('done')
    expect(few.done).toEqual(['a'])
    const once = agentOf({ limits: { modelCalls: 1 } }, ...turns)
    await expect(once.agent.invoke(ask())).rejects.toThrow('the run may use 1 model calls')
  })
})
