import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { allow, deny } from '../../hooks/answer.ts'
import type { HookHandler, HookOptions } from '../../hooks/registry.ts'
import type { AdapterCase } from '../describe-adapter.ts'
import { countedTools } from './counted-tools.ts'

interface Refusal {
  readonly name: string
  readonly handler: HookHandler
  readonly options?: HookOptions
}

const refusals: readonly Refusal[] = [
  { name: 'a returned deny', handler: () => deny('not allowed') },
  { name: 'the landing form of a deny', handler: async () => ({ action: 'DENY', reason: 'not allowed' }) },
  { name: 'an answer that is no decision', handler: () => 'sure' as never },
  { name: 'null', handler: () => null as never },
  {
    name: 'silence past the deadline',
    handler: () => new Promise<never>(() => undefined),
    options: { timeoutMs: 20 },
  },
  { name: 'abstaining where a decision is required', handler: () => undefined, options: { required: true } },
  {
    name: 'a modification the tool does not take',
    handler: () => ({ action: 'MODIFY', modifications: { query: 42 } }),
  },
  { name: 'a modification that is missing', handler: () => ({ action: 'MODIFY' }) },
]

const softDenials: readonly AdapterCase[] = refusals.map(({ name, handler, options }) => ({
  name: `${name} leaves the tool unexecuted and the run going`,
  async run(subject, mode) {
    const { tools, done } = countedTools('search')
    const agent = subject.create({
      tools,
      turns: [{ calls: [{ tool: 'search', args: { query: 'ssn' } }] }, { text: 'done' }],
    })
    agent.instrumented.registerHook('toolCallRequest', handler, options)
    const { text } = await agent.run(mode, 'go')
    deepEqual(done['search'], [])
    equal(text, 'done')
    if (subject.hasModel) equal(agent.modelCalls(), 2)
  },
}))

const thrown: AdapterCase = {
  name: 'a thrown error ends the run as that same object, with nothing executed and no further model call',
  async run(subject, mode) {
    const { tools, done } = countedTools('search')
    const agent = subject.create({
      tools,
      turns: [{ calls: [{ tool: 'search', args: { query: 'images' } }] }, { text: 'done' }],
    })
    const error = new Error('Denied: Request exceeds cost threshold ($50 limit)')
    agent.instrumented.registerHook('toolCallRequest', async () => {
      throw error
    })
    await rejects(agent.run(mode, 'go'), (caught) => {
      equal(caught, error)
      equal(String(caught), 'Error: Denied: Request exceeds cost threshold ($50 limit)')
      return true
    })
    deepEqual(done['search'], [])
    if (subject.hasModel) equal(agent.modelCalls(), 1)
  },
}

const thrownResult: AdapterCase = {
  name: 'an error thrown over a result ends the run as that same object',
  async run(subject, mode) {
    const { tools } = countedTools('search')
    const agent = subject.create({
      tools,
      turns: [{ calls: [{ tool: 'search', args: { query: 'x' } }] }, { text: 'done' }],
    })
    const error = new TypeError('poisoned result')
    agent.instrumented.registerHook('toolCallResult', () => {
      throw error
    })
    await rejects(agent.run(mode, 'go'), (caught) => caught === error)
    if (subject.hasModel) equal(agent.modelCalls(), 1)
  },
}

const parallel: AdapterCase = {
  name: 'calls made in parallel are judged singly',
  async run(subject, mode) {
    const { tools, done } = countedTools('search', 'delete')
    const calls = [
      { tool: 'search', args: { query: 'a' } },
      { tool: 'delete', args: { query: 'b' } },
      { tool: 'search', args: { query: 'c' } },
    ]
    const agent = subject.create({ tools, turns: [{ calls }, { text: 'done' }] })
    agent.instrumented.registerHook('toolCallRequest', (context) =>
      context.toolName === 'delete' ? deny('read only') : allow(),
    )
    equal((await agent.run(mode, 'go')).text, 'done')
    deepEqual([[...(done['search'] ?? [])].sort(), done['delete']], [['a', 'c'], []])
  },
}

const told: AdapterCase = {
  name: 'the model is told why a call was denied',
  needsModel: true,
  async run(subject, mode) {
    const { tools } = countedTools('search')
    const agent = subject.create({
      tools,
      turns: [{ calls: [{ tool: 'search', args: { query: 'x' } }] }, { text: 'done' }],
    })
    agent.instrumented.registerHook('toolCallRequest', () => deny('personal data is off limits'))
    await agent.run(mode, 'go')
    match(agent.lastPrompt(), /personal data is off limits/)
  },
}

const withheld: AdapterCase = {
  name: 'a denied result is withheld: the tool ran, and nobody sees what it found',
  async run(subject, mode) {
    const { tools, done } = countedTools('search')
    const agent = subject.create({
      tools,
      turns: [{ calls: [{ tool: 'search', args: { query: 'canary-4711' } }] }, { text: 'done' }],
    })
    agent.instrumented.registerHook('toolCallResult', () => deny('too much'))
    equal((await agent.run(mode, 'go')).text, 'done')
    deepEqual(done['search'], ['canary-4711'])
    if (subject.hasModel) ok(!agent.lastPrompt().includes('search found canary-4711'))
  },
}

const matched: AdapterCase = {
  name: 'match limits a handler to the tools it names',
  async run(subject, mode) {
    const { tools, done } = countedTools('search', 'db_delete')
    const calls = [
      { tool: 'search', args: { query: 'a' } },
      { tool: 'db_delete', args: { query: 'b' } },
    ]
    const agent = subject.create({ tools, turns: [{ calls }, { text: 'done' }] })
    agent.instrumented.registerHook('toolCallRequest', () => deny('no'), { match: 'db_*' })
    await agent.run(mode, 'go')
    deepEqual([done['search'], done['db_delete']], [['a'], []])
  },
}

const disabled: AdapterCase = {
  name: 'a disabled component is not used, and an unknown one cannot be disabled',
  async run(subject, mode) {
    const { tools, done } = countedTools('search')
    const turns = [
      { calls: [{ tool: 'search', args: { query: 'x' } }] },
      { text: 'done' },
      { calls: [{ tool: 'search', args: { query: 'y' } }] },
      { text: 'again' },
    ]
    const agent = subject.create({ tools, turns })
    await rejects(agent.instrumented.disableComponent('nope'), { code: 'unknown_component' })
    await agent.run(mode, 'go')
    await agent.instrumented.disableComponent('tool:search')
    await agent.run(mode, 'go')
    deepEqual(done['search'], ['x'])
  },
}

const killed: AdapterCase = {
  name: 'a stopped agent does nothing until it is resumed',
  async run(subject, mode) {
    const { tools, done } = countedTools('search')
    const agent = subject.create({
      tools,
      turns: [{ calls: [{ tool: 'search', args: { query: 'x' } }] }, { text: 'done' }],
    })
    agent.instrumented.stop('incident 7')
    await rejects(agent.run(mode, 'go'), {
      code: 'denied',
      message: 'Denied: the agent was stopped: incident 7',
    })
    deepEqual([done['search'], subject.hasModel ? agent.modelCalls() : 0], [[], 0])
    agent.instrumented.resume()
    equal((await agent.run(mode, 'go')).text, 'done')
  },
}

/** Denied means: it did not happen. */
export const denialCases: readonly AdapterCase[] = [
  ...softDenials,
  thrown,
  thrownResult,
  parallel,
  told,
  withheld,
  matched,
  disabled,
  killed,
]
