import { deepEqual, equal, notEqual, ok, rejects, throws } from 'node:assert/strict'
import { describe } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { guardedAgent, outcomeOf } from '../../../../test/support/guarded-agent.ts'
import {
  AOSInstrument,
  AosDeniedError,
  AosError,
  defineAdapter,
  deny,
  instrument,
  isAosError,
  isDenied,
  tool,
  viewOf,
  type GuardedRun,
} from '../index.ts'

class Counter {
  #count = 0
  label = 'counter'
  get count(): number {
    return this.#count
  }
  set count(count: number) {
    this.#count = count
  }
}

defineAdapter({
  name: 'a counter',
  recognises: (agent) => agent instanceof Counter,
  describe: () => ({
    framework: '@test/counter',
    frameworkVersion: '1.2.3',
    name: 'counter',
    components: [],
    coverage: [],
  }),
  bind: (_agent, host) => ({
    members: { label: 'gated' },
    run: async (_input, options) => {
      const run = host.startRun(options)
      run.end('completed')
      return run.session.id
    },
  }),
})

const answer = async (_input: unknown, aos: GuardedRun): Promise<unknown> =>
  aos.toolCall({ toolName: 'search', parameters: {} }, () => 'found')

describe('the proxy', () => {
  verifies(
    'aos-sdk.instrument.proxy',
    'same class, private members work, and the original stays as it was',
    () => {
      const counter = new Counter()
      const before = Object.getOwnPropertyNames(counter)
      const agent = new AOSInstrument(counter)
      ok(agent instanceof Counter)
      ok(agent instanceof AOSInstrument)
      ok(!(counter instanceof AOSInstrument))
      agent.count = 7
      deepEqual([agent.count, counter.count, agent.label, counter.label], [7, 7, 'gated', 'counter'])
      deepEqual(Object.getOwnPropertyNames(counter), before)
      deepEqual(['run' in agent, 'run' in counter, 'label' in agent], [true, false, true])
      equal(agent.unwrap(), counter)
      const description = agent.describe()
      deepEqual([description.adapter, description.runtime], ['a counter', '@test/counter@1.2.3'])
    },
  )

  verifies('aos-sdk.instrument.twice', 'given back, or refused with options', () => {
    const agent = new AOSInstrument(answer)
    equal(new AOSInstrument(agent), agent)
    equal(instrument(agent), agent)
    equal(new AOSInstrument(agent.withSession('s')).unwrap(), answer)
    throws(() => new AOSInstrument(agent, { capture: 'off' }), { code: 'already_instrumented' })
    notEqual(new AOSInstrument(agent.unwrap(), { capture: 'off' }), agent)
  })

  verifies(
    'aos-sdk.instrument.independent',
    'the hooks and the kill switch of one do not reach the other',
    async () => {
      const first = new AOSInstrument(answer)
      const second = new AOSInstrument(answer)
      first.registerHook('toolCallRequest', () => deny('no'))
      await rejects(first.run('go'), { code: 'denied' })
      equal(await second.run('go'), 'found')
      second.stop('x')
      first.resume()
      await rejects(second.run('go'), { message: /was stopped/ })
    },
  )

  verifies('aos-sdk.instrument.proxy', 'what is no agent is refused, with what is supported', () => {
    for (const wrong of [null, undefined, 7, 'agent'])
      throws(() => new AOSInstrument(wrong as never), { code: 'unsupported_agent' })
    throws(
      () => new AOSInstrument({} as never),
      (error) => isAosError(error, 'unsupported_agent') && /function \(input, aos\)/.test(error.why ?? ''),
    )
    throws(() => new AOSInstrument(class Agent {} as never), { code: 'unsupported_agent' })
  })
})

describe('views', () => {
  verifies('aos-sdk.instrument.views', 'one set of hooks, a session, user and tracer each', async () => {
    const { agent, recorder } = guardedAgent(() => undefined)
    const seen: unknown[] = []
    agent.registerHook(
      'agentTrigger',
      ({ session, user }) => void seen.push([session.id, session.generated, user?.id]),
    )
    const view = agent.withSession({ id: 's1', user: { id: 'u1' } })
    await view.run('go')
    await view.withSession('s2').run('go')
    await viewOf(view, { user: { id: 'u2' } }).run('go')
    await viewOf(agent, { session: 's3' }).run('go', { session: 's4', user: { id: 'u4' } })
    await agent.run('go')
    deepEqual(seen.slice(0, 4), [
      ['s1', false, 'u1'],
      ['s2', false, 'u1'],
      ['s1', false, 'u2'],
      ['s4', false, 'u4'],
    ])
    deepEqual([Reflect.get(Object(seen[4]), 1), Reflect.get(Object(seen[4]), 2)], [true, undefined])
    equal(recorder.runs().length, 5)
    view.registerHook('message', () => undefined)
    equal(agent.describe().hooks.length, 2)
    ok(view instanceof AOSInstrument)
    throws(() => agent.withSession(''), { code: 'invalid_options' })
    throws(() => viewOf(answer, { session: 's' }), { code: 'not_instrumented' })
  })
})

describe('describe()', () => {
  verifies('aos-sdk.instrument.describe', 'of a hand-written agent', async () => {
    const { agent } = guardedAgent(() => undefined, { agent: { id: 'a1', name: 'worker', version: '2' } })
    function piiGuard(): void {
      // abstains
    }
    agent.registerHook('message', piiGuard, { required: true, shadow: true })
    agent.registerHook('mcp', () => undefined, { failOpen: { reason: 'advisory' } })
    const { coverage, sinks, ...description } = agent.describe()
    deepEqual(description, {
      agent: { id: 'a1', name: 'worker', version: '2', provider: undefined },
      adapter: 'function (input, aos) => …',
      runtime: 'function@unknown',
      components: [],
      droppedComponents: 0,
      disabledUnseen: [],
      hooks: [
        { hook: 'message', name: 'piiGuard', required: true, shadow: true, failOpen: undefined },
        { hook: 'mcp', name: 'mcp handler', required: false, shadow: false, failOpen: 'advisory' },
      ],
      unhandled: [],
      unmatched: [],
      late: {},
    })
    deepEqual([coverage[0]?.enforcement, sinks.map(({ name }) => name)], ['bound', ['step-recorder']])
  })
})

describe('describe().unmatched', () => {
  verifies('aos-sdk.instrument.describe', 'lists only handlers that could have met a tool', async () => {
    const toolKinds = { recall: 'memoryContext' } as const
    const { agent } = guardedAgent((aos) => aos.toolCall({ toolName: 'recall', parameters: {} }, () => []), {
      toolKinds,
    })
    const hooks = [
      'agentTrigger',
      'message',
      'toolCallRequest',
      'toolCallResult',
      'knowledgeRetrieval',
      'memoryStore',
      'memoryContextRetrieval',
      'mcp',
      'a2a',
    ] as const
    for (const hook of hooks) {
      agent.registerHook(hook, () => undefined, { match: 'nothing', name: `${hook} on nothing` })
      agent.registerHook(hook, () => undefined, { match: 'rec*', name: `${hook} on recall` })
    }
    await agent.run('go')
    deepEqual(agent.describe().unmatched, [
      'toolCallRequest on nothing',
      'toolCallResult on nothing',
      'memoryContextRetrieval on nothing',
    ])
  })
})

describe('tool(fn)', () => {
  verifies(
    'aos-sdk.instrument.ambient-tool',
    'judged where it is called, refused where nobody judges',
    async () => {
      const effects: unknown[] = []
      async function fetchPage(parameters: { readonly url: string }): Promise<string> {
        effects.push(parameters.url)
        return 'page'
      }
      const fetchTool = tool(fetchPage)
      const { agent, recorder } = guardedAgent(async () => {
        await Promise.resolve()
        return fetchTool({ url: 'https://example.com' })
      })
      equal(await agent.run('go'), 'page')
      equal(recorder.steps('toolCall')[0]?.name, 'fetchPage')
      agent.registerHook('toolCallRequest', () => deny('no'), { match: 'fetch*' })
      await rejects(agent.run('go'), { message: 'Denied: no' })
      await rejects(fetchTool({ url: 'https://example.com' }), { code: 'no_run' })
      deepEqual(effects, ['https://example.com'])
      throws(() => tool(() => 1), { code: 'invalid_options' })
      const stored = tool(async (_item: unknown) => 1, { name: 'remember', kind: 'memoryStore' })
      const memory = guardedAgent(() => stored({ note: 1 }))
      memory.agent.registerHook('memoryStore', () => deny('not that'))
      deepEqual('error' in (await outcomeOf(memory.agent.run('go'))), true)
    },
  )
})

describe('errors', () => {
  verifies('aos-sdk.errors', 'have a code and a fix, and are recognised by brand', () => {
    const denial = { hook: 'message', reason: 'no', reasonCodes: ['pii'], decisionId: 'd', runId: 'r' }
    const denied = new AosDeniedError(denial)
    deepEqual(
      [String(denied), denied.name, denied.code, denied.denial],
      ['AOSDeniedError: Denied: no', 'AOSDeniedError', 'denied', denial],
    )
    ok(isAosError(denied, 'denied') && isDenied(denied) && !isAosError(denied, 'no_run'))
    const elsewhere = Object.defineProperty(new Error('x'), Symbol.for('aos.error'), { value: true })
    ok(isAosError(elsewhere))
    for (const other of [new Error('x'), null, 'x', { code: 'denied' }]) ok(!isAosError(other))
    const cause = new Error('why')
    const error = new AosError({
      code: 'no_run',
      message: 'nobody judges',
      why: 'because',
      fix: 'do this',
      cause,
    })
    deepEqual(
      [String(error), error.cause],
      ['AosError: nobody judges\n  why: because\n  fix: do this', cause],
    )
  })
})
