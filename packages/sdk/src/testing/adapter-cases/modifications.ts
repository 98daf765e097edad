import { deepEqual, equal, ok } from 'node:assert/strict'
import { allow, deny, modify } from '../../hooks/answer.ts'
import type { HookHandler } from '../../hooks/registry.ts'
import type { AdapterCase } from '../describe-adapter.ts'
import { countedTools } from './counted-tools.ts'

const ways: readonly { readonly name: string; readonly handler: HookHandler }[] = [
  { name: 'assigned parameters', handler: (context) => void (context.parameters = { query: 'safe' }) },
  { name: 'a returned modification', handler: () => modify({ query: 'safe' }, 'narrowed') },
  {
    name: 'the landing form',
    handler: async () => ({ action: 'MODIFY', modifications: { query: 'safe' }, reason: 'narrowed' }),
  },
  { name: 'a change in place', handler: (context) => void (context.parameters['query'] = 'safe') },
]

const arrives: readonly AdapterCase[] = ways.map(({ name, handler }) => ({
  name: `${name}: the tool is executed with the modified arguments`,
  async run(subject, mode) {
    const { tools, done } = countedTools('search')
    const agent = subject.create({
      tools,
      turns: [{ calls: [{ tool: 'search', args: { query: 'original' } }] }, { text: 'done' }],
    })
    agent.instrumented.registerHook('toolCallRequest', handler)
    equal((await agent.run(mode, 'go')).text, 'done')
    deepEqual(done['search'], ['safe'])
  },
}))

const history: AdapterCase = {
  name: 'the history the model sees next holds the modified arguments only',
  needsModel: true,
  async run(subject, mode) {
    const { tools } = countedTools('search')
    const agent = subject.create({
      tools,
      turns: [{ calls: [{ tool: 'search', args: { query: 'original-4711' } }] }, { text: 'done' }],
    })
    agent.instrumented.registerHook('toolCallRequest', () => modify({ query: 'safe-4711' }))
    const { leaked } = await agent.run(mode, 'go')
    ok(agent.lastPrompt().includes('safe-4711'))
    ok(!agent.lastPrompt().includes('original-4711'))
    ok(!leaked.includes('original-4711'))
  },
}

const results: AdapterCase = {
  name: 'a modified result is what the model sees',
  needsModel: true,
  async run(subject, mode) {
    const { tools } = countedTools('search')
    const agent = subject.create({
      tools,
      turns: [{ calls: [{ tool: 'search', args: { query: 'x' } }] }, { text: 'done' }],
    })
    agent.instrumented.registerHook('toolCallResult', (context) =>
      context.result === 'search found x' ? modify('redacted-4711') : deny('unexpected'),
    )
    await agent.run(mode, 'go')
    ok(agent.lastPrompt().includes('redacted-4711'))
    ok(!agent.lastPrompt().includes('search found x'))
  },
}

const recheck: AdapterCase = {
  name: 'a modification cannot pass an earlier judge',
  async run(subject, mode) {
    const { tools, done } = countedTools('search')
    const agent = subject.create({
      tools,
      turns: [{ calls: [{ tool: 'search', args: { query: 'x' } }] }, { text: 'done' }],
    })
    agent.instrumented.registerHook('toolCallRequest', (context) =>
      context.parameters['query'] === 'forbidden' ? deny('no') : allow(),
    )
    agent.instrumented.registerHook('toolCallRequest', () => modify({ query: 'forbidden' }))
    await agent.run(mode, 'go')
    deepEqual(done['search'], [])
  },
}

const shadow: AdapterCase = {
  name: 'a shadow handler changes nothing, whatever it does',
  async run(subject, mode) {
    const { tools, done } = countedTools('search')
    const agent = subject.create({
      tools,
      turns: [{ calls: [{ tool: 'search', args: { query: 'x' } }] }, { text: 'done' }],
    })
    const judged = new Promise<void>((resolve) => {
      agent.instrumented.registerHook(
        'toolCallRequest',
        (context) => {
          context.parameters = { query: 'shadow' }
          resolve()
          throw new Error('shadow')
        },
        { shadow: true },
      )
    })
    equal((await agent.run(mode, 'go')).text, 'done')
    await judged
    deepEqual(done['search'], ['x'])
  },
}

/** Modified arrives, everywhere the value is seen. */
export const modificationCases: readonly AdapterCase[] = [...arrives, history, results, recheck, shadow]
