import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict'
import {
  allow,
  AOSInstrument,
  ask,
  deny,
  isAosError,
  isDenied,
  modify,
  type GuardedRun,
  type HookContext,
} from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { afterEach, describe, test } from 'vitest'
import { verifies } from '../../../test/conformance/verifies.ts'
import { GuardianAgent } from './guardian-agent.ts'
import type { GuardianOptions } from './guardian-options.ts'
import type { Policy } from './policy/policy.ts'
import { createGuardianServer, type GuardianServer } from './server/guardian-server.ts'

const servers: GuardianServer[] = []
const guardians: GuardianAgent[] = []

afterEach(async () => {
  await Promise.all(guardians.splice(0).map((guardian) => guardian.close()))
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

function guardianOf(options: GuardianOptions): GuardianAgent {
  const guardian = new GuardianAgent(options)
  guardians.push(guardian)
  return guardian
}

async function remote(
  policies: readonly Policy[],
  options: Partial<GuardianOptions> = {},
): Promise<GuardianAgent> {
  const server = createGuardianServer({ policies })
  servers.push(server)
  return guardianOf({ endpoint: await server.listen(), ...options })
}

const limitQuery: Policy = {
  name: 'limit-query',
  hooks: ['toolCallRequest'],
  evaluate: ({ toolName, value }) => {
    const { query } = value as { query: string }
    if (toolName === 'generate_image')
      return deny('Request exceeds cost threshold ($50 limit)', 'cost_threshold')
    if (query === 'SELECT * FROM customers')
      return modify(
        { query: 'SELECT id, name FROM customers LIMIT 100' },
        'Limited query to prevent full data exposure',
      )
    return allow()
  },
}

function database(): { readonly agent: ReturnType<typeof make>; readonly ran: unknown[] } {
  const ran: unknown[] = []
  const make_ = (): ReturnType<typeof make> => make(ran)
  return { agent: make_(), ran }
}

function make(ran: unknown[]) {
  return new AOSInstrument(async (input: { tool: string; query: string }, aos: GuardedRun) =>
    aos.toolCall({ toolName: input.tool, parameters: { query: input.query } }, (decided) => {
      ran.push(decided)
      return 'rows'
    }),
  )
}

/** The handler as the specification's TypeScript sample writes it. */
const seedHandler =
  (guardian: GuardianAgent) =>
  async (context: HookContext): Promise<unknown> => {
    const response = await guardian.evaluate({
      hook: 'toolCallRequest',
      tool: context.toolName,
      parameters: context.parameters,
      session: context.sessionId,
    })
    switch (response.action) {
      case 'DENY':
        throw new Error(`Denied: ${response.reason}`)
      case 'MODIFY':
        context.parameters = response.modifications
        break
      default:
    }
    return response
  }

describe.each(['in process', 'over HTTP'])('a guardian %s', (kind) => {
  const guard = (
    policies: readonly Policy[],
    options: Partial<GuardianOptions> = {},
  ): Promise<GuardianAgent> =>
    kind === 'in process' ? Promise.resolve(guardianOf({ policies, ...options })) : remote(policies, options)

  verifies('aos.seed.S09', "works as the specification's sample uses it", async () => {
    const guardian = await guard([limitQuery])
    const { agent, ran } = database()
    agent.registerHook('toolCallRequest', seedHandler(guardian) as never)
    await agent.run({ tool: 'database_query', query: 'SELECT * FROM customers' })
    await agent.run({ tool: 'database_query', query: 'SELECT 1' })
    deepEqual(ran, [{ query: 'SELECT id, name FROM customers LIMIT 100' }, { query: 'SELECT 1' }])
    const error: unknown = await agent
      .run({ tool: 'generate_image', query: 'x' })
      .catch((thrown: unknown) => thrown)
    equal(String(error), 'Error: Denied: Request exceeds cost threshold ($50 limit)')
    equal(ran.length, 2)
  })

  verifies('guardian.hook', 'is bound to a hook in one line', async () => {
    const guardian = await guard([limitQuery])
    const { agent, ran } = database()
    agent.registerHook('toolCallRequest', guardian.hook())
    await agent.run({ tool: 'database_query', query: 'SELECT * FROM customers' })
    deepEqual(ran, [{ query: 'SELECT id, name FROM customers LIMIT 100' }])
    const outcome: unknown = await agent
      .run({ tool: 'generate_image', query: 'x' })
      .catch((thrown: unknown) => thrown)
    ok(isDenied(outcome))
    deepEqual(
      [outcome.reason, outcome.denial.reasonCodes],
      ['Request exceeds cost threshold ($50 limit)', ['cost_threshold']],
    )
    deepEqual(guardian.stats().decisions, { allow: 0, deny: 1, modify: 1, ask: 0 })
  })

  verifies('guardian.protect', 'protects every hook, until it is taken off', async () => {
    const guardian = await guard([
      {
        name: 'words',
        hooks: ['message', 'agentTrigger'],
        evaluate: ({ value }) => (value === 'bad' ? deny('no') : undefined),
      },
      limitQuery,
    ])
    const agent = new AOSInstrument(async (input: string, aos: GuardedRun) =>
      aos.message({ role: 'user', content: input }, (content) => content),
    )
    const off = guardian.protect(agent)
    equal(await agent.run('good'), 'good')
    await rejects(agent.run('bad'), { message: 'Denied: no' })
    off()
    equal(await agent.run('bad'), 'bad')
    deepEqual(agent.describe().hooks, [])
  })

  verifies('guardian.ask', 'what it asks of a person is asked of one', async () => {
    const asked: unknown[] = []
    const guardian = await guard([
      { name: 'approval', hooks: ['toolCallRequest'], evaluate: () => ask('more than 1000 euros') },
    ])
    const agent = new AOSInstrument(
      async (_: string, aos: GuardedRun) => aos.toolCall({ toolName: 'pay', parameters: {} }, () => 'paid'),
      {
        onApproval: ({ reason }) => {
          asked.push(reason)
          return asked.length === 1
        },
      },
    )
    guardian.protect(agent)
    equal(await agent.run('x'), 'paid')
    await rejects(agent.run('x'), { code: 'denied' })
    deepEqual(asked, ['more than 1000 euros', 'more than 1000 euros'])
  })

  verifies('guardian.kill', 'a kill stops everything, model calls included, and sticks', async () => {
    const guardian = await guard([limitQuery])
    const effects: string[] = []
    const agent = new AOSInstrument(async (_: string, aos: GuardedRun) => {
      effects.push('started')
      return aos.model({ model: 'm', messages: [] }, () => effects.push('model'))
    })
    guardian.protect(agent)
    guardian.kill('incident 7')
    await rejects(agent.run('x'), { message: /incident 7/ })
    await rejects(agent.run('x'), { message: /incident 7/ })
    deepEqual(effects, [])
    guardian.revive()
    await agent.run('x')
    deepEqual(effects, ['started', 'model'])
  })

  test('answers every hook with what it judges', async () => {
    const judged: string[] = []
    const hooks = [
      'message',
      'toolCallRequest',
      'toolCallResult',
      'knowledgeRetrieval',
      'memoryStore',
      'memoryContextRetrieval',
      'mcp',
    ] as const
    const guardian = await guard([
      {
        name: 'watch',
        hooks,
        evaluate: ({ hook, value, toolName, session, user, agent }) => {
          judged.push(JSON.stringify([hook, value, toolName, session.id, user?.id, agent.name]))
          return undefined
        },
      },
    ])
    const agent = new AOSInstrument(
      async (_: string, aos: GuardedRun) => {
        await aos.message({ role: 'user', content: 'hello' }, () => undefined)
        await aos.toolCall({ toolName: 'search', parameters: { query: 'x', deep: { n: 1 } } }, () => 'found')
        await aos.knowledge({ query: 'q' }, () => [{ id: 'd1', content: 'text' }])
        await aos.memoryStore(['item'], () => undefined)
        await aos.memoryContext(() => ['item'])
        return 'done'
      },
      { agent: { name: 'worker' } },
    )
    guardian.protect(agent)
    await agent.withSession({ id: 'sess_1', user: { id: 'u1' } }).run('go')
    const whose = ['sess_1', 'u1', 'worker']
    const seen = judged.map((text) => JSON.parse(text) as unknown)
    const expected = [
      ['message', 'hello', '', ...whose],
      ['toolCallRequest', { query: 'x', deep: { n: 1 } }, 'search', ...whose],
      ['toolCallResult', 'found', 'search', ...whose],
      ['knowledgeRetrieval', [{ id: 'd1', content: 'text' }], '', ...whose],
      ['memoryStore', ['item'], '', ...whose],
      ['memoryContextRetrieval', ['item'], '', ...whose],
    ]
    for (const step of expected)
      ok(
        seen.some((one) => JSON.stringify(one) === JSON.stringify(step)),
        `${JSON.stringify(step)} is not among ${judged.join(' ')}`,
      )
  })
})

describe('a guardian agent', () => {
  verifies('guardian.records', 'records under its name, with its codes', async () => {
    const recorder = stepRecorder()
    const guardian = guardianOf({ name: 'house rules', policies: [limitQuery] })
    const agent = new AOSInstrument(
      async (_: string, aos: GuardedRun) =>
        aos.toolCall({ toolName: 'generate_image', parameters: { query: '' } }, () => 'image'),
      { sinks: [recorder] },
    )
    guardian.protect(agent)
    await rejects(agent.run('x'))
    deepEqual(
      recorder
        .decisions()
        .map(({ by, policies, verdict, reasonCodes }) => [by, policies, verdict, reasonCodes]),
      [['house rules', ['limit-query'], 'deny', ['cost_threshold']]],
    )
  })

  verifies(
    'guardian.both',
    'a local policy and a remote guardian: the stricter one wins, and both see what the other changed',
    async () => {
      const decide = async (local: Policy['evaluate'], far: Policy['evaluate']) => {
        const own: Policy = { name: 'own', hooks: ['toolCallRequest'], evaluate: local }
        const guardian = await remote([{ name: 'far', hooks: ['toolCallRequest'], evaluate: far }], {
          policies: [own],
        })
        const { decision, modifications, reasonCode } = await guardian.evaluate({
          hook: 'toolCallRequest',
          tool: 'send',
          parameters: { to: 'a' },
          session: 's',
        })
        return [decision, modifications, ...reasonCode]
      }
      deepEqual(
        await decide(
          () => allow(),
          () => deny('no', 'far'),
        ),
        ['deny', undefined, 'far'],
      )
      deepEqual(
        await decide(
          () => deny('no', 'own'),
          () => allow(),
        ),
        ['deny', undefined, 'own'],
      )
      deepEqual(
        await decide(
          () => modify({ to: 'b' }),
          () => allow(),
        ),
        ['modify', { to: 'b' }],
      )
      deepEqual(
        await decide(
          () => modify({ to: 'b' }),
          ({ value }) => (Reflect.get(value as object, 'to') === 'b' ? deny('not b', 'far') : allow()),
        ),
        ['deny', undefined, 'far'],
      )
      deepEqual(
        await decide(
          ({ value }) => (Reflect.get(value as object, 'to') === 'c' ? deny('not c', 'own') : allow()),
          () => modify({ to: 'c' }),
        ),
        ['deny', undefined, 'own'],
      )
      deepEqual(
        await decide(
          () => undefined,
          () => modify({ to: 'c' }),
        ),
        ['modify', { to: 'c' }],
      )
      equal(
        (
          await decide(
            () => ask('sure?'),
            () => modify({ to: 'c' }),
          )
        )[0],
        'ask',
      )
      deepEqual(
        await decide(
          ({ pass }) => modify({ to: pass === 'first' ? 'b' : 'd' }),
          () => modify({ to: 'c' }),
        ),
        ['deny', undefined, 'modify_did_not_settle'],
      )
    },
  )

  verifies('guardian.ignored', 'one handler that passes over its verdict is a deny', async () => {
    const guardian = guardianOf({ policies: [limitQuery] })
    const { agent, ran } = database()
    agent.registerHook('toolCallRequest', async ({ parameters, toolName }) => {
      await guardian.evaluate({ hook: 'toolCallRequest', tool: toolName, parameters })
    })
    const outcome: unknown = await agent
      .run({ tool: 'generate_image', query: 'x' })
      .catch((thrown: unknown) => thrown)
    ok(isDenied(outcome))
    deepEqual([outcome.denial.reasonCodes, ran], [['verdict_ignored'], []])
  })

  test('evaluates by hand, without any agent around', async () => {
    const guardian = guardianOf({ policies: [limitQuery] })
    const response = await guardian.evaluate({
      hook: 'steps/toolCallRequest',
      tool: 'generate_image',
      parameters: { query: '' },
    })
    deepEqual([response.action, response.reason], ['DENY', 'Request exceeds cost threshold ($50 limit)'])
    await rejects(guardian.evaluate({ hook: 'nowhere' as never }), (error) =>
      isAosError(error, 'unknown_hook'),
    )
    await rejects(guardian.evaluate(undefined as never), (error) => isAosError(error, 'invalid_options'))
  })

  verifies('guardian.closed', 'denies once it is closed', async () => {
    const guardian = guardianOf({ policies: [limitQuery] })
    await guardian.close()
    equal((await guardian.evaluate({ hook: 'message', value: 'x' })).action, 'DENY')
    guardian.revive()
    equal((await guardian.evaluate({ hook: 'message', value: 'x' })).action, 'DENY')
  })

  verifies('guardian.hook', 'a policy that learns from other hooks is not bound to one', () => {
    const learner: Policy = {
      name: 'learner',
      hooks: ['toolCallRequest', 'toolCallResult'],
      requires: ['toolCallResult'],
      evaluate: () => undefined,
    }
    const guardian = guardianOf({ policies: [learner] })
    throws(
      () => guardian.hook(),
      (error) => isAosError(error, 'invalid_policy'),
    )
    equal(typeof guardian.hook({ partial: true }), 'function')
  })

  verifies('aos.seed.S06', 'refuses options that guard nothing', () => {
    const bad: readonly unknown[] = [
      {},
      { policies: [] },
      { policies: 7 },
      { policies: ['data-protecton'] },
      { policies: [limitQuery], name: '' },
      { policies: [limitQuery], timeoutMs: 0 },
      { endpoint: 'http://guardian.example.com' },
      { endpoint: 'https://user:pass@guardian.example.com' },
      { endpoint: 'https://guardian.example.com', codec: 'aos' },
    ]
    for (const options of bad)
      throws(
        () => new GuardianAgent(options as GuardianOptions),
        (error) => isAosError(error),
        JSON.stringify(options),
      )
  })
})
