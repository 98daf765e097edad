import { AOSInstrument, deny, modify } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { MemorySaver } from '@langchain/langgraph'
import { createDeepAgent } from 'deepagents'
import { todoListMiddleware } from 'langchain'
import { expect, test } from 'vitest'
import { verifies } from '../../conformance/verifies.ts'
import { ask, lastText, readAll, ScriptedModel, searchTool, type Turn } from './kit.ts'

// an agent of deepagents: a plan, files, and subagents that are given a task, all as tools

const NOTES = '/notes.md'

function called(tool: string, args: object): Turn {
  return { calls: [{ tool, args }] }
}

interface Parts {
  readonly turns: readonly Turn[]
  readonly subagent?: readonly Turn[]
}

function deepAgent({ turns, subagent = [] }: Parts) {
  const { search, done } = searchTool()
  const recorder = stepRecorder()
  const [model, helper] = [new ScriptedModel(...turns), new ScriptedModel(...subagent)]
  const original = createDeepAgent({
    model,
    tools: [search],
    middleware: [todoListMiddleware()] as never[],
    name: 'deep',
    subagents: [
      {
        name: 'helper',
        description: 'helps',
        systemPrompt: 'You help.',
        model: helper,
        tools: [search],
      },
    ],
    checkpointer: new MemorySaver(),
  })
  const agent = new AOSInstrument(original, { sinks: [recorder] })
  const seen: string[] = []
  agent.registerHook('toolCallRequest', ({ toolName }) => {
    seen.push(String(toolName))
  })
  return { agent, model, helper, done, seen, recorder }
}

const thread = { configurable: { thread_id: 't-1' } }

test('tools, the plan and files are judged, and what is decided is executed', async () => {
  const { agent, model, done, seen, recorder } = deepAgent({
    turns: [
      called('write_todos', { todos: [{ content: 'look', status: 'pending' }] }),
      called('search', { query: 'bees' }),
      called('write_file', { file_path: NOTES, content: 'my card 4711' }),
      called('read_file', { file_path: NOTES }),
      { text: 'done' },
    ],
  })
  agent.registerHook(
    'toolCallRequest',
    ({ parameters }) =>
      modify({ ...parameters, content: String(parameters['content']).replace('4711', '[gone]') }),
    { match: 'write_file' },
  )
  const result = await agent.invoke(ask(), thread)
  expect(lastText(result)).toBe('done')
  expect(result).toMatchObject({ todos: [{ content: 'look' }] })
  // what a handler changed is judged again by those before it
  expect(seen).toEqual(['write_todos', 'search', 'write_file', 'write_file', 'read_file'])
  expect(done).toEqual(['bees'])
  expect(JSON.stringify(result)).not.toContain('4711')
  expect(JSON.stringify((result as { files?: unknown }).files)).toContain('my card [gone]')
  expect(model.lastPrompt).toContain('my card [gone]')
  await recorder.ended(1)
  expect(recorder.runs()).toMatchObject([{ status: 'completed', toolCalls: 4, modelCalls: 5 }])
})

test('a file that may not be written is not, and one that may not be read is not told', async () => {
  const { agent, model } = deepAgent({
    turns: [
      called('write_file', { file_path: NOTES, content: 'the secret' }),
      called('write_file', { file_path: '/other.md', content: 'nothing' }),
      called('read_file', { file_path: NOTES }),
      { text: 'done' },
    ],
  })
  agent.registerHook(
    'toolCallRequest',
    ({ parameters }) => (parameters['file_path'] === '/other.md' ? deny('no such file') : undefined),
    { match: 'write_file' },
  )
  agent.registerHook('toolCallResult', () => deny('not to be read'), { match: 'read_file' })
  const result = (await agent.invoke(ask(), thread)) as object as { files: Record<string, unknown> }
  expect(Object.keys(result.files)).toEqual([NOTES])
  expect(model.lastPrompt).toContain('Denied: no such file')
  const [, , , , , , read] = (result as object as { messages: { text: string }[] }).messages
  expect(read?.text).toContain('Denied: not to be read')
})

for (const entry of ['invoke', 'stream', 'v2', 'v3'] as const)
  verifies('aos-sdk.langchain.nested', `a subagent of deepagents (${entry})`, async () => {
    const { agent, model, helper, done, seen, recorder } = deepAgent({
      turns: [called('task', { description: 'look up', subagent_type: 'helper' }), { text: 'done' }],
      subagent: [
        called('search', { query: 'evil' }),
        called('search', { query: 'fine' }),
        { text: 'secret found' },
      ],
    })
    agent.registerHook('toolCallRequest', ({ parameters }) =>
      parameters['query'] === 'evil' ? deny('not that') : undefined,
    )
    agent.registerHook(
      'toolCallResult',
      ({ result }) => modify(String(JSON.stringify(result)).replaceAll('secret', 'clean')),
      {
        match: 'task',
      },
    )
    let all = ''
    if (entry === 'invoke') all = JSON.stringify(await agent.invoke(ask(), thread))
    else if (entry === 'stream')
      all = await readAll(await agent.stream(ask(), { ...thread, streamMode: ['values', 'updates'] }))
    else {
      const events: unknown = agent.streamEvents(ask(), { ...thread, version: entry as 'v2' })
      all = await readAll((await events) as AsyncIterable<unknown>)
    }
    expect(all).toContain('done')
    expect([seen, done]).toEqual([['task', 'search', 'search'], ['fine']])
    expect(helper.lastPrompt).toContain('Denied: not that')
    expect(model.lastPrompt).toContain('clean found')
    await recorder.ended(1)
    expect(recorder.steps('toolCall').map(({ name, status }) => [name, status])).toEqual([
      ['search', 'denied'],
      ['search', 'ok'],
      ['task', 'ok'],
    ])
  })

test('a subagent that may not be given a task is not asked', async () => {
  const { agent, model, helper } = deepAgent({
    turns: [called('task', { description: 'look up', subagent_type: 'helper' }), { text: 'done' }],
  })
  agent.registerHook('toolCallRequest', () => deny('work alone'), { match: 'task' })
  expect(lastText(await agent.invoke(ask(), thread))).toBe('done')
  expect(helper.prompts).toEqual([])
  expect(model.lastPrompt).toContain('Denied: work alone')
})

test('answers are judged before they leave, and the error of a handler leaves as it is', async () => {
  const answered = deepAgent({ turns: [{ text: 'a secret' }] })
  answered.agent.registerHook('message', ({ message }) =>
    message?.role === 'agent' ? modify('clean') : undefined,
  )
  const all = await readAll(
    await answered.agent.stream(ask(), { ...thread, streamMode: ['messages', 'values', 'updates'] }),
  )
  expect(all).toContain('clean')
  expect(all).not.toContain('secre')

  const error = new Error('Denied: too expensive')
  const { agent, done } = deepAgent({
    turns: [called('task', { description: 'look up', subagent_type: 'helper' })],
    subagent: [called('search', { query: 'x' })],
  })
  agent.registerHook(
    'toolCallRequest',
    () => {
      throw error
    },
    { match: 'search' },
  )
  await expect(agent.invoke(ask(), thread)).rejects.toBe(error)
  expect(done).toEqual([])
})
