import fc from 'fast-check'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { deferred, guardedAgent, outcomeOf } from '../../../../test/support/guarded-agent.ts'
import { recordedSpans, spanText } from '../../../../test/support/recorded-spans.ts'
import { allow, ask, deny, modify, type AOSOptions, type GuardedRun } from '../index.ts'

const CANARY = 'sk-ant-api03-Zk4q8WmT2vXc7LpR9sNdB1yH'
const CARD = '4111 1111 1111 1111'

interface Output {
  readonly text: string
  readonly steps: readonly string[]
}

/** Runs an agent under every observer there is, and gives everything that left it as text. */
async function outputOf(
  work: (aos: GuardedRun) => unknown,
  options: AOSOptions = {},
  arm?: (agent: ReturnType<typeof guardedAgent>['agent']) => void,
): Promise<Output> {
  const recorded = recordedSpans()
  const { agent, recorder } = guardedAgent(work, { tracerProvider: recorded.provider, ...options })
  const runs: unknown[] = []
  agent.on('run', (run) => void runs.push(run))
  arm?.(agent)
  await outcomeOf(agent.run('go'))
  await new Promise(setImmediate)
  const text = JSON.stringify([recorder.events, runs]) + recorded.spans().map(spanText).join('\n')
  ok(runs.length > 0 && recorded.spans().length > 0)
  return {
    text,
    steps: recorder.steps().flatMap(({ content }) => [content.input ?? '', content.output ?? '']),
  }
}

const callWith =
  (parameters: unknown, result: unknown) =>
  (aos: GuardedRun): Promise<unknown> =>
    aos.toolCall({ toolName: 'search', parameters }, () => result)

/** Hostile shapes around a secret. */
function shapes(secret: string, filler: string): readonly (() => unknown)[] {
  const circular: Record<string, unknown> = { note: `${filler} ${secret}` }
  circular['self'] = circular
  const throwing = {
    fine: secret,
    get bad(): string {
      throw new Error(secret)
    },
  }
  const proxy = new Proxy(
    { note: secret },
    {
      ownKeys: () => {
        throw new Error(secret)
      },
    },
  )
  const error = Object.assign(new TypeError(`failed with ${secret}`), { detail: secret })
  const values: readonly unknown[] = [
    secret,
    `${filler} ${secret} ${filler}`,
    { [filler]: { deep: [[secret]] } },
    { headers: { authorization: `Bearer ${secret}` }, password: `pw-${CANARY.slice(-8)}` },
    circular,
    throwing,
    proxy,
    new Map([[filler, secret]]),
    new Set([secret]),
    { big: 1n, symbol: Symbol(secret), fn: () => secret, note: secret },
    { toJSON: () => secret },
    { toString: () => secret, [Symbol.toPrimitive]: () => secret },
    [`${'x'.repeat(8180)} ${secret}`],
    { note: ' '.repeat(8192 - secret.length / 2) + secret },
    new TextEncoder().encode(secret),
    new URL(`https://user:${secret}@example.com/?key=${secret}`),
    error,
    Object.create(null, { note: { value: secret, enumerable: true } }),
    Array.from({ length: 3000 }, () => ({ secret })),
  ]
  return values.map((value) => () => value)
}

describe('previews', () => {
  verifies('aos-sdk.privacy.preview', 'of the longest texts, by code point', async () => {
    const { steps } = await outputOf(callWith('😀'.repeat(3000), { text: 'word '.repeat(100_000) }))
    ok(steps.length > 0)
    for (const text of steps) ok(Array.from(text).length <= 500, String(Array.from(text).length))
    ok(steps.some((text) => Array.from(text).length === 500))
  })

  verifies('aos-sdk.privacy.off', 'neither previews nor thoughts; decisions stay', async () => {
    const work = async (aos: GuardedRun): Promise<unknown> => {
      aos.reasoning('private thought', { action: 'tool_call', tool: 'search' })
      await aos.model({ model: 'm', messages: ['private prompt'] }, () => 'private answer')
      return callWith({ query: 'private query' }, 'private result')(aos)
    }
    const { text, steps } = await outputOf(work, { capture: 'off' }, (agent) =>
      agent.registerHook('toolCallRequest', () => allow('because')),
    )
    deepEqual([text.includes('private'), text.includes('because'), steps.join('')], [false, true, ''])
    const preview = await outputOf(work)
    for (const word of [
      'private thought',
      'private prompt',
      'private answer',
      'private query',
      'private result',
    ])
      ok(preview.text.includes(word), word)
  })

  verifies(
    'aos-sdk.privacy.digest',
    'equal values have equal digests under one key, and none without it',
    async () => {
      const digests = async (digestKey: string): Promise<readonly (string | undefined)[]> => {
        const { agent, recorder } = guardedAgent(callWith({ query: 'x' }, 'r'), { digestKey })
        agent.registerHook('toolCallRequest', () => modify({ query: 'y' }))
        await agent.run('go')
        const [decision] = recorder.decisions()
        return [decision?.valueDigest, decision?.modifiedDigest]
      }
      const [one, again, other] = [await digests('k1'), await digests('k1'), await digests('k2')]
      deepEqual(one, again)
      ok(one[0] !== undefined && one[0] !== one[1] && one[0] !== other[0])
      const recorded = recordedSpans()
      await guardedAgent(() => 'x', {
        user: { id: 'alice-4711' },
        tracerProvider: recorded.provider,
      }).agent.run('go')
      const span = recorded.only('invoke_agent worker')
      ok(!spanText(span).includes('alice-4711') && typeof span.attributes['aos.user.id_hash'] === 'string')
    },
  )
})

describe('canaries', () => {
  verifies('aos-sdk.privacy.canary', 'in what goes in and comes out, in any shape', async () => {
    const filler = fc.stringMatching(/^[a-z ]{0,20}$/)
    const capture = fc.constantFrom('preview' as const, 'full' as const)
    await fc.assert(
      fc.asyncProperty(
        filler,
        fc.tuple(fc.nat(18), fc.nat(18)),
        capture,
        async (words, [first, second], mode) => {
          const all = shapes(CANARY, words)
          const [parameters, result] = [all[first]?.(), all[second]?.()]
          const kinds = { search: 'memoryStore' } as const
          for (const toolKinds of [{}, kinds]) {
            const { text } = await outputOf(
              callWith(parameters, result),
              { capture: mode, toolKinds },
              (agent) => {
                agent.registerHook('toolCallRequest', () => allow())
                agent.registerHook('toolCallResult', () => undefined)
                agent.registerHook('memoryStore', () => undefined)
              },
            )
            ok(
              !text.includes(CANARY) && !text.includes(CANARY.slice(-12)),
              `shapes ${first} and ${second}: ${text.slice(Math.max(0, text.indexOf(CANARY.slice(-12)) - 200)).slice(0, 300)}`,
            )
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  verifies(
    'aos-sdk.privacy.canary',
    'in messages, memory, knowledge, protocols, thoughts and thrown things',
    async () => {
      const secrets = `${CANARY} and ${CARD}`
      const works: readonly ((aos: GuardedRun) => unknown)[] = [
        () => secrets,
        () => Promise.reject(new Error(secrets)),
        () => Promise.reject(Object.assign(new Error('x'), { name: CANARY })),
        // a thing that is no error, as JavaScript allows
        () => Promise.reject({ toString: () => secrets } as never),
        (aos) => aos.toolCall({ toolName: 'a', parameters: {} }, () => Promise.reject(new Error(secrets))),
        (aos) =>
          aos.knowledge({ query: secrets, keywords: [secrets] }, () => [{ id: '1', content: secrets }]),
        (aos) => aos.memoryStore([secrets], () => secrets),
        (aos) => aos.memoryContext(() => [secrets]),
        (aos) => aos.protocol({ protocol: 'mcp', direction: 'inbound', message: { secrets } }, () => secrets),
        (aos) => aos.model({ model: 'm', messages: [{ role: 'user', content: secrets }] }, () => secrets),
        (aos) => aos.message({ role: 'system', content: secrets }, () => undefined),
        (aos) => aos.reasoning(secrets, { action: 'tool_call' }),
      ]
      for (const [index, work] of works.entries()) {
        const { text } = await outputOf(work)
        ok(!text.includes(CANARY) && !text.includes(CARD), `work ${index}`)
      }
    },
  )

  verifies('aos-sdk.privacy.canary', 'in what tools, models, calls and servers are called', async () => {
    const seen: unknown[] = []
    const work = async (aos: GuardedRun): Promise<unknown> => {
      const call = {
        toolName: `search_${CANARY}`,
        executionId: CANARY,
        mcpServer: `https://u:${CANARY}@x.example`,
      }
      await aos.model({ model: CANARY, provider: CANARY, messages: [] }, (_messages, report) => {
        report({ actual: CANARY, finishReasons: [CANARY] })
      })
      aos.reasoning('thought', { action: CANARY, tool: CANARY } as never)
      await aos.toolCall({ ...call, parameters: {} }, () => 'r')
      await aos.knowledge({ source: CANARY }, () => [])
      await aos.memoryStore(['x'], () => 'y', CANARY)
      return aos.protocol({ protocol: 'mcp', direction: 'outbound', server: CANARY, message: {} }, () => 'z')
    }
    const { text } = await outputOf(work, { session: CANARY }, (agent) => {
      agent.registerHook('toolCallRequest', (context) => {
        seen.push(context.toolName, context.executionId, context.mcpServer, context.sessionId)
        return allow()
      })
    })
    const leak = text.indexOf(CANARY)
    ok(leak === -1, text.slice(Math.max(0, leak - 200), leak))
    deepEqual(seen, [`search_${CANARY}`, CANARY, `https://u:${CANARY}@x.example`, CANARY])
  })

  verifies('aos-sdk.privacy.canary', 'in who acts, asks, decides and approves', async () => {
    const users: unknown[] = []
    const mail = 'alice.liddell@example.com'
    const { text } = await outputOf(
      callWith({ query: 'x' }, 'r'),
      { user: { id: mail, name: CANARY, email: mail }, onApproval: () => ({ approved: true, by: mail }) },
      (agent) => {
        agent.registerHook('toolCallRequest', ({ user }) => (users.push(user), ask('person')), {
          name: CANARY,
        })
        agent.registerHook('toolCallRequest', () => deny('no'), { name: mail, shadow: true })
        agent.registerHook('toolCallResult', () => ({ decision: 'unknown' }), {
          name: 'result',
          failOpen: { reason: `as ${mail} said` },
        })
      },
    )
    for (const secret of [mail, CANARY]) {
      const leak = text.indexOf(secret)
      ok(leak === -1, text.slice(Math.max(0, leak - 200), leak))
    }
    ok(text.includes('"userId":"[REDACTED:email]"'))
    deepEqual(users, [{ id: mail, name: CANARY, email: mail }])
    const opaque = await outputOf(callWith({}, 'r'), {
      user: { id: 'user-4711' },
      session: 'thread_8Zk4q8WmT2',
    })
    ok(opaque.text.includes('"userId":"user-4711"') && opaque.text.includes('thread_8Zk4q8WmT2'))
  })

  verifies('aos-sdk.privacy.reasons', 'of every kind of decision', async () => {
    const waited = deferred()
    const arms: readonly ((agent: ReturnType<typeof guardedAgent>['agent']) => unknown)[] = [
      (agent) => agent.registerHook('toolCallRequest', () => allow(CANARY)),
      (agent) => agent.registerHook('toolCallRequest', () => deny(CANARY, [CANARY])),
      (agent) => agent.registerHook('toolCallRequest', () => modify({ query: CANARY }, CANARY)),
      (agent) => agent.registerHook('toolCallRequest', () => ask(CANARY)),
      (agent) => agent.registerHook('toolCallRequest', () => ({ decision: CANARY })),
      (agent) =>
        agent.registerHook('toolCallRequest', () => {
          throw new Error(CANARY)
        }),
      (agent) => agent.registerHook('toolCallRequest', () => deny(CANARY, CANARY), { shadow: true }),
      (agent) => agent.registerHook('toolCallResult', () => deny(CANARY)),
      (agent) => agent.on('component', () => Promise.reject(new Error(CANARY))),
      (agent) =>
        agent.registerHook('toolCallRequest', async () => (agent.stop(CANARY), waited.resolve(), allow())),
    ]
    for (const [index, arm] of arms.entries()) {
      const { text } = await outputOf(
        callWith({ query: 'x' }, 'r'),
        { onApproval: () => Promise.reject(new Error(CANARY)) },
        arm,
      )
      ok(
        !text.includes(CANARY),
        `arm ${index}: ${text.slice(Math.max(0, text.indexOf(CANARY) - 200), text.indexOf(CANARY))}`,
      )
    }
    equal(await waited.promise, undefined)
  })
})
