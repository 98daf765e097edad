import { deepEqual, equal, ok } from 'node:assert/strict'
import { afterEach, beforeEach, describe, vi } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { deferred, guardedAgent, outcomeOf } from '../../../../test/support/guarded-agent.ts'
import { assertDenied, perform, type Performed } from '../../../../test/support/operations.ts'
import {
  allow,
  ask,
  deny,
  modify,
  trackVerdict,
  type HookAnswer,
  type HookContext,
  type HookHandler,
  type HookOptions,
} from '../index.ts'

const judge = (handler: HookHandler, hookOptions: HookOptions = {}): Promise<Performed> =>
  perform('toolCall', 'toolCallRequest', { handler, hookOptions })

/** Judges one tool call by several handlers, in order; the tool takes a query that is a text. */
async function chain(...handlers: readonly HookHandler[]): Promise<Performed> {
  const effects: unknown[] = []
  const validate = (value: unknown): string | undefined =>
    typeof Reflect.get(Object(value), 'query') === 'string' ? undefined : 'query: text expected'
  const guarded = guardedAgent((aos) =>
    aos.toolCall({ toolName: 'search', parameters: { query: 'x' }, validate }, (given: unknown) =>
      effects.push(given),
    ),
  )
  for (const handler of handlers) guarded.agent.registerHook('toolCallRequest', handler)
  const run = await outcomeOf(guarded.agent.run('go'))
  return { ...guarded, operation: undefined, run, effects }
}

const code = ({ recorder }: Performed): string | undefined => recorder.decisions().at(-1)?.reasonCodes[0]

describe('a handler', () => {
  verifies('aos-sdk.decision.invalid', 'that answers with anything else', async () => {
    for (const answer of [
      null,
      true,
      'allow',
      {},
      { decision: 'ALLOWED' },
      { action: 1 },
      [],
      () => allow(),
    ]) {
      const denied = await judge(() => answer as never)
      deepEqual([denied.effects, code(denied)], [[], 'invalid_decision'])
    }
  })

  verifies('aos-sdk.decision.required', 'that abstains although it must decide', async () => {
    const denied = await judge(() => undefined, { required: true, name: 'pii' })
    deepEqual([denied.effects, code(denied)], [[], 'decision_required'])
    deepEqual((await judge(() => allow(), { required: true })).effects, [{ query: 'x' }])
  })

  verifies(
    'aos-sdk.decision.verdict-ignored',
    'that drops what its guardian said, or does not wait for it',
    async () => {
      const guardian = async (answer: HookAnswer): Promise<HookAnswer> => answer
      const ignored = await judge(async () => void (await trackVerdict(guardian(deny('no')))))
      const hasty = await judge(() => void trackVerdict(new Promise(() => undefined)))
      deepEqual(
        [ignored.effects, code(ignored), hasty.effects, code(hasty)],
        [[], 'verdict_ignored', [], 'verdict_ignored'],
      )
      const fine = await judge(async () => void (await trackVerdict(guardian(allow()))))
      deepEqual(fine.effects, [{ query: 'x' }])
    },
  )

  verifies('aos-sdk.decision.match', 'that is meant for some tools', async () => {
    const { agent, recorder } = guardedAgent(async (aos) => {
      for (const toolName of ['db_read', 'db_delete', 'search'])
        await outcomeOf(aos.toolCall({ toolName, parameters: {} }, () => 1))
    })
    agent.registerHook('toolCallRequest', () => deny('no'), { match: ['db_d*', 'sea?ch'], name: 'fits' })
    agent.registerHook('toolCallRequest', () => deny('no'), { match: 'drop_*', name: 'fits nothing' })
    await agent.run('go')
    deepEqual(
      recorder.steps('toolCall').map(({ name, status }) => [name, status]),
      [
        ['db_read', 'ok'],
        ['db_delete', 'denied'],
        ['search', 'denied'],
      ],
    )
    deepEqual(agent.describe().unmatched, ['fits nothing'])
  })
})

describe('several handlers', () => {
  verifies(
    'aos-sdk.decision.combine',
    'the strictest wins, and an ask is for the modified value',
    async () => {
      deepEqual(
        (
          await chain(
            () => allow(),
            () => deny('no'),
            () => allow(),
          )
        ).effects,
        [],
      )
      deepEqual(
        (
          await chain(
            () => allow(),
            () => modify({ query: 'y' }),
            () => undefined,
          )
        ).effects,
        [{ query: 'y' }],
      )
      const asked = await chain(
        () => ask('sure?'),
        () => modify({ query: 'y' }),
        () => allow(),
      )
      deepEqual([asked.effects, code(asked)], [[], 'approval_unavailable'])
      deepEqual(
        asked.recorder.decisions().map(({ verdict }) => verdict),
        ['ask', 'deny'],
      )
    },
  )

  verifies('aos-sdk.decision.recheck', 'an earlier one sees what a later one made of it', async () => {
    const seen: unknown[] = []
    const first = ({ pass, parameters, decisionId }: HookContext): HookAnswer => {
      seen.push([pass, parameters, decisionId])
      return pass === 'recheck' ? deny('not that') : allow()
    }
    const denied = await chain(first, () => modify({ query: 'worse' }))
    const [step] = denied.recorder.decisions()
    deepEqual(seen, [
      ['first', { query: 'x' }, step?.decisionId],
      ['recheck', { query: 'worse' }, step?.decisionId],
    ])
    deepEqual(denied.effects, [])
  })

  verifies('aos-sdk.decision.unsettled', 'that keep changing it', async () => {
    let count = 0
    const denied = await chain(
      () => modify({ query: `first ${++count}` }),
      () => modify({ query: `second ${++count}` }),
    )
    deepEqual([denied.effects, code(denied)], [[], 'modify_did_not_settle'])
  })

  verifies('aos-sdk.decision.validated', 'each modification must fit the tool', async () => {
    for (const value of [{ query: 7 }, {}, 'text', null]) {
      const denied = await chain(() => modify(value))
      deepEqual([denied.effects, code(denied)], [[], 'invalid_modification'])
    }
    deepEqual((await chain(() => modify({ query: 'y', more: true }))).effects, [{ query: 'y', more: true }])
  })
})

describe('what JSON cannot hold', () => {
  class Handle {
    readonly open = new Map([['a', 1]])
  }

  verifies('aos-sdk.decision.opaque', 'arrives as it is, is denied whole, and is not modified', async () => {
    const value = { handle: new Handle(), big: 1n, when: () => 1 }
    const effects: unknown[] = []
    const { agent, recorder } = guardedAgent((aos) =>
      aos.toolCall({ toolName: 'a', parameters: value }, (given: unknown) => effects.push(given)),
    )
    const answers: HookHandler[] = [
      () => allow(),
      () => deny('no'),
      () => modify({}),
      (context) => void Object.assign(context.parameters, { big: 2 }),
    ]
    for (const answer of answers) {
      const remove = agent.registerHook('toolCallRequest', answer)
      await outcomeOf(agent.run('go'))
      remove()
    }
    equal(effects.length, 1)
    equal(effects[0], value)
    deepEqual(
      recorder.decisions().map(({ reasonCodes }) => reasonCodes[0]),
      [undefined, undefined, 'modify_unsupported', 'modify_unsupported'],
    )
    equal(value.big, 1n)
  })
})

describe('time', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => vi.useRealTimers())

  verifies(
    'aos-sdk.decision.timeout',
    'five seconds of silence deny; what follows is noted and not applied',
    async () => {
      const contexts: HookContext[] = []
      let release: ((answer: HookAnswer) => void) | undefined
      const performed = judge(
        (context) => {
          contexts.push(context)
          return new Promise<HookAnswer>((resolve) => {
            release = resolve
          })
        },
        { name: 'slow' },
      )
      await vi.advanceTimersByTimeAsync(5000)
      const denied = await performed
      assertDenied(denied, 'slow did not answer within 5000 ms')
      equal(code(denied), 'handler_timeout')
      const [context] = contexts
      ok(context?.signal.aborted)
      context.parameters = { query: 'late' }
      release?.(allow())
      await vi.advanceTimersByTimeAsync(0)
      deepEqual(
        [context.parameters, denied.agent.describe().late, denied.effects],
        [{ query: 'x' }, { slow: 2 }, []],
      )
    },
  )

  verifies(
    'aos-sdk.decision.fail-open',
    'with a reason, each time; errors and verdicts are not failures',
    async () => {
      const failOpen = { reason: 'advisory only' }
      const performed = judge(() => new Promise(() => undefined), { failOpen, timeoutMs: 50 })
      await vi.advanceTimersByTimeAsync(50)
      const opened = await performed
      const [decision] = opened.recorder.decisions()
      deepEqual(
        [opened.effects, decision?.verdict, decision?.source, decision?.failOpen],
        [[{ query: 'x' }], 'allow', 'failure_policy', 'advisory only'],
      )
      deepEqual(decision?.reasonCodes, ['handler_timeout', 'fail_open'])
      const invalid = await judge(() => 'sure' as never, { failOpen })
      deepEqual(
        [invalid.effects, invalid.recorder.decisions()[0]?.failOpen],
        [[{ query: 'x' }], 'advisory only'],
      )
      deepEqual((await judge(() => deny('no'), { failOpen })).effects, [])
      const thrown = await judge(
        () => {
          throw new Error('stop')
        },
        { failOpen },
      )
      deepEqual([thrown.effects, 'error' in thrown.run], [[], true])
    },
  )
})

describe('a shadow handler', () => {
  verifies(
    'aos-sdk.decision.shadow',
    'denies, throws, writes and hangs without effect, and is recorded',
    async () => {
      const handlers: readonly HookHandler[] = [
        () => deny('would deny'),
        () => {
          throw new Error('would throw')
        },
        (context) => {
          context.parameters = { query: 'shadowed' }
        },
        () => new Promise(() => undefined),
      ]
      const { agent, recorder } = guardedAgent((aos) =>
        aos.toolCall({ toolName: 'a', parameters: { query: 'x' } }, (given: unknown) => given),
      )
      for (const [index, handler] of handlers.entries())
        agent.registerHook('toolCallRequest', handler, {
          shadow: true,
          name: `shadow ${index}`,
          timeoutMs: 20,
        })
      const recorded = deferred()
      agent.on('event', () => {
        if (recorder.decisions().length === handlers.length) recorded.resolve()
      })
      deepEqual(await agent.run('go'), { query: 'x' })
      await recorded.promise
      const decisions = recorder.decisions().toSorted((a, b) => (a.by ?? '').localeCompare(b.by ?? ''))
      deepEqual(
        decisions.map(({ verdict, enforced, source, shadow }) => [verdict, enforced, source, shadow]),
        ['deny', 'throw', 'modify', 'deny'].map((verdict) => [verdict, 'none', 'shadow', true]),
      )
      equal(recorder.runs()[0]?.denials, 0)
    },
  )
})
