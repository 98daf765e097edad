import { deepEqual, equal, notEqual, ok } from 'node:assert/strict'
import type { AgentRun } from '@agent-run/types'
import { allow, deny } from '../../hooks/answer.ts'
import type { AdapterCase } from '../describe-adapter.ts'
import { stepRecorder } from '../step-recorder.ts'
import { countedTools } from './counted-tools.ts'

const CALLS = { calls: [{ tool: 'search', args: { query: 'x' } }] }

const recorded: AdapterCase = {
  name: 'each operation is one step of one run, with its decision, and the sequence has no gap',
  async run(subject, mode) {
    const recorder = stepRecorder()
    const { tools } = countedTools('search')
    const agent = subject.create({ tools, turns: [CALLS, { text: 'done' }], options: { sinks: [recorder] } })
    agent.instrumented.registerHook('toolCallRequest', () => allow('fine'))
    await agent.run(mode, 'go')
    await recorder.ended(1)
    const [tool, ...others] = recorder.steps('toolCall')
    deepEqual([others.length, tool?.name, tool?.status], [0, 'search', 'ok'])
    deepEqual(
      tool?.decisions.map(({ hook, verdict, enforced }) => [hook, verdict, enforced]),
      [['toolCallRequest', 'allow', 'allowed']],
    )
    if (subject.hasModel) equal(recorder.steps('modelCall').length, 2)
    deepEqual(
      recorder.events.map(({ seq }) => seq),
      recorder.events.map((_event, index) => index + 1),
    )
    equal(recorder.runs()[0]?.status, 'completed')
  },
}

const deniedRun: AdapterCase = {
  name: 'a denied call is one denied step, and the run is partial',
  async run(subject, mode) {
    const runs: AgentRun[] = []
    const { tools } = countedTools('search')
    const agent = subject.create({ tools, turns: [CALLS, { text: 'done' }] })
    const finished = new Promise<void>((resolve) => {
      agent.instrumented.on('run', (run) => {
        runs.push(run)
        resolve()
      })
    })
    agent.instrumented.registerHook('toolCallRequest', () => deny('no'))
    await agent.run(mode, 'go')
    await finished
    const calls = runs[0]?.steps.filter(({ type }) => type === 'tool_call') ?? []
    deepEqual([runs[0]?.status, runs[0]?.outcome], ['completed', 'partial'])
    deepEqual(
      calls.map(({ tool_name: name, success, error }) => [name, success, error]),
      [['search', false, 'denied by guardian: no']],
    )
    equal(
      runs[0]?.steps.some(({ type }) => type === 'tool_result'),
      false,
    )
  },
}

const failingSinks: AdapterCase = {
  name: 'sinks that throw, reject or hang change nothing',
  async run(subject, mode) {
    const { tools, done } = countedTools('search')
    const sinks = [
      {
        name: 'throws',
        accept: (): never => {
          throw new Error('sink')
        },
      },
      { name: 'rejects', accept: async (): Promise<never> => Promise.reject(new Error('sink')) },
      { name: 'hangs', accept: async (): Promise<void> => new Promise(() => undefined) },
    ]
    const agent = subject.create({ tools, turns: [CALLS, { text: 'done' }], options: { sinks } })
    equal((await agent.run(mode, 'go')).text, 'done')
    deepEqual(done['search'], ['x'])
    const stats = agent.instrumented.describe().sinks
    ok(stats.every(({ accepted }) => accepted === 0))
    ok((stats.find(({ name }) => name === 'throws')?.failed ?? 0) > 0)
  },
}

const failedTool: AdapterCase = {
  name: 'a tool that fails is an error step, and the run goes on as it would without us',
  needsModel: true,
  async run(subject, mode) {
    const recorder = stepRecorder()
    const tools = {
      search: (): never => {
        throw new Error('backend down')
      },
    }
    const agent = subject.create({ tools, turns: [CALLS, { text: 'done' }], options: { sinks: [recorder] } })
    equal((await agent.run(mode, 'go')).text, 'done')
    await recorder.ended(1)
    deepEqual(
      recorder.steps('toolCall').map(({ status, error }) => [status, error?.message]),
      [['error', 'backend down']],
    )
  },
}

const sessions: AdapterCase = {
  name: 'views share hooks and carry their session; a message allowed once in a session is not judged again',
  async run(subject, mode) {
    const recorder = stepRecorder()
    const agent = subject.create({
      tools: {},
      turns: [{ text: 'one' }, { text: 'two' }, { text: 'three' }],
      options: { sinks: [recorder], session: 'sess_1' },
    })
    const judged: string[] = []
    agent.instrumented.registerHook('message', (context) => {
      if (context.role === 'user') judged.push(`${context.sessionId} ${String(context.content)}`)
      return allow()
    })
    await agent.run(mode, 'same words')
    await agent.run(mode, 'same words')
    await agent.run(mode, 'other words')
    deepEqual(judged, ['sess_1 same words', 'sess_1 other words'])
    await recorder.ended(3)
    const starts = recorder.events.flatMap((event) => (event.type === 'run.start' ? [event.run] : []))
    deepEqual(new Set(starts.map(({ sessionId }) => sessionId)), new Set(['sess_1']))
    notEqual(starts[0]?.turnId, starts[1]?.turnId)
  },
}

const unregistered: AdapterCase = {
  name: 'a removed handler judges nothing any more',
  async run(subject, mode) {
    const { tools, done } = countedTools('search')
    const agent = subject.create({ tools, turns: [CALLS, { text: 'done' }] })
    const remove = agent.instrumented.registerHook('toolCallRequest', () => deny('no'))
    remove()
    await agent.run(mode, 'go')
    deepEqual(done['search'], ['x'])
  },
}

/** Runs, steps, sinks and sessions. */
export const lifecycleCases: readonly AdapterCase[] = [
  recorded,
  deniedRun,
  failingSinks,
  failedTool,
  sessions,
  unregistered,
]
