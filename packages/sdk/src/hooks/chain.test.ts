import { describe, expect, test, vi } from 'vitest'
import { allow, ask, deny, modify } from './answer.ts'
import { runChain, type ChainInput, type Judgement } from './chain.ts'
import type { HookContext, HookSubject } from './hook-context.ts'
import type { HookName } from './hook-names.ts'
import { trackVerdict } from './hook-scope.ts'
import { judgedValue, settledValue } from './judged-value.ts'
import { HookRegistry, type HookHandler, type HookOptions } from './registry.ts'

const subject: HookSubject = {
  hook: 'toolCallRequest',
  decisionId: 'd1',
  stepId: 's1',
  turnId: 't1',
  runId: 'r1',
  agent: { id: 'a', name: 'a' },
  session: { id: 'sess', generated: false },
  toolName: 'search',
  enforceable: true,
}

type Entry = HookHandler | readonly [HookHandler, HookOptions]

interface Setup {
  readonly value?: unknown
  readonly hook?: HookName
  readonly input?: Partial<ChainInput>
}

async function judge(entries: readonly Entry[], setup: Setup = {}): Promise<Judgement> {
  const { value = { query: 'x' }, hook = 'toolCallRequest', input = {} } = setup
  const registry = new HookRegistry(5000, () => undefined)
  for (const entry of entries) {
    if (typeof entry === 'function') registry.add(hook, entry)
    else registry.add(hook, entry[0], entry[1])
  }
  const chain: ChainInput = {
    subject: { ...subject, hook },
    registrations: registry.for(hook),
    now: () => 0,
    onLate: () => undefined,
    ...input,
  }
  return await runChain(chain, judgedValue(value))
}

async function outcome(
  entries: readonly Entry[],
  setup?: Setup,
): Promise<[string, string | undefined, unknown]> {
  const judgement = await judge(entries, setup)
  return [judgement.verdict, judgement.reasonCodes[0], settledValue(judgement.value)]
}

const original = { query: 'x' }

describe('forms of an answer', () => {
  test.each<[string, unknown, string]>([
    ['allow()', allow(), 'allow'],
    ['deny()', deny('no'), 'deny'],
    ['ask()', ask('sure?'), 'ask'],
    ['a wire decision', { decision: 'deny', message: 'no' }, 'deny'],
    ['the landing form', { action: 'DENY', reason: 'no' }, 'deny'],
    ['permit', { decision: 'permit', message: '' }, 'allow'],
    ['block', { decision: 'Block', message: '' }, 'deny'],
    ['both views that agree', { decision: 'allow', action: 'ALLOW' }, 'allow'],
    ['nothing', undefined, 'abstain'],
  ])('%s', async (_name, answer, verdict) => {
    expect((await outcome([() => answer as never]))[0]).toBe(verdict)
    expect((await outcome([async () => answer as never]))[0]).toBe(verdict)
  })

  test.each<[string, unknown]>([
    ['null', null],
    ['true', true],
    ['false', false],
    ['0', 0],
    ['a text', 'allow'],
    ['an empty object', {}],
    ['a list', []],
    ['an unknown word', { decision: 'ALLOWED' }],
    ['a word with blanks', { decision: ' allow ' }],
    ['a look-alike letter', { decision: 'аllow' }],
    ['a number as decision', { decision: 1 }],
    ['views that contradict each other', { decision: 'allow', action: 'DENY' }],
    ['null as decision', { decision: null, action: 'ALLOW' }],
    [
      'a getter that throws',
      {
        get decision(): string {
          throw new Error('hostile')
        },
      },
    ],
    ['a function', () => allow()],
    ['a symbol', Symbol('allow')],
  ])('%s is a deny invalid_decision', async (_name, answer) => {
    expect(await outcome([() => answer as never])).toEqual(['deny', 'invalid_decision', original])
    expect(await outcome([async () => answer as never])).toEqual(['deny', 'invalid_decision', original])
  })

  test('a modified request changes its own member only', async () => {
    const request = {
      method: 'steps/toolCallRequest',
      params: { toolCallRequest: { toolId: 'other', inputs: [{ name: 'query', value: 'safe' }] } },
    }
    const answer = { decision: 'modify', message: 'm', modifiedRequest: request }
    expect(await outcome([() => answer])).toEqual(['modify', undefined, { query: 'safe' }])
    const foreign = { ...answer, modifiedRequest: { ...request, method: 'steps/message' } }
    expect(await outcome([() => foreign])).toEqual(['deny', 'invalid_modification', original])
  })

  test('modify without a modification is a deny', async () => {
    expect(await outcome([() => ({ action: 'MODIFY', reason: 'r' })])).toEqual([
      'deny',
      'invalid_modification',
      original,
    ])
  })
})

describe('precedence', () => {
  const change = (context: HookContext): void => {
    context.parameters = { query: 'assigned' }
  }

  test('assigned parameters are a modify even where nothing is returned', async () => {
    expect(await outcome([change])).toEqual(['modify', undefined, { query: 'assigned' }])
  })

  test('a change in place is a modify', async () => {
    const inPlace = (context: HookContext): void => {
      context.parameters['query'] = 'in place'
    }
    expect(await outcome([inPlace])).toEqual(['modify', undefined, { query: 'in place' }])
  })

  test('parameters as left outrank modifications, which outrank allow', async () => {
    const both: HookHandler = (context) => {
      change(context)
      return { action: 'MODIFY', modifications: { query: 'returned' } }
    }
    expect(await outcome([both])).toEqual(['modify', undefined, { query: 'assigned' }])
    expect(await outcome([(context) => (change(context), allow())])).toEqual([
      'modify',
      undefined,
      { query: 'assigned' },
    ])
  })

  test('deny outranks assigned parameters, and ask asks about them', async () => {
    expect(await outcome([(context) => (change(context), deny('no'))])).toEqual(['deny', undefined, original])
    const changed = (await outcome([(context) => (change(context), allow())]))[2]
    expect(changed).not.toEqual(original)
    expect(await outcome([(context) => (change(context), ask('?'))])).toEqual(['ask', undefined, changed])
    const both = { decision: 'ask', message: '?', modifications: changed }
    expect(await outcome([() => both])).toEqual(['ask', undefined, changed])
  })

  test('a thrown error outranks everything and is handed on as it is', async () => {
    const error = new Error('Denied: Request exceeds cost threshold ($50 limit)')
    const thrower: HookHandler = (context) => {
      change(context)
      throw error
    }
    expect((await judge([thrower])).thrown?.error).toBe(error)
    expect((await judge([async () => Promise.reject(error)])).thrown?.error).toBe(error)
    expect((await judge([() => allow(), thrower, () => deny('late')])).thrown?.error).toBe(error)
  })

  test('deny > ask > modify > allow > abstain over several handlers', async () => {
    const all = [
      () => undefined,
      () => allow(),
      () => modify({ query: 'm' }),
      () => ask('?'),
      () => deny('no'),
    ]
    expect((await outcome(all))[0]).toBe('deny')
    expect((await outcome(all.slice(0, 4)))[0]).toBe('ask')
    expect((await outcome(all.slice(0, 3)))[0]).toBe('modify')
    expect((await outcome(all.slice(0, 2)))[0]).toBe('allow')
    expect((await outcome(all.slice(0, 1)))[0]).toBe('abstain')
  })

  test('the first deny ends the chain', async () => {
    const never = vi.fn(() => allow())
    await judge([() => deny('no'), never])
    expect(never).not.toHaveBeenCalled()
  })

  test('assigning what the hook does not judge throws', async () => {
    const wrong: HookHandler = (context) => {
      context.result = 'x'
    }
    expect((await judge([wrong])).thrown?.error).toMatchObject({ code: 'invalid_handler' })
  })
})

describe('one value, many judges', () => {
  test('an earlier judge sees the value a later one made, once, with the same decision id', async () => {
    const looks: [string, unknown, string][] = []
    const first: HookHandler = (context) => {
      looks.push([context.pass, context.parameters['query'], context.decisionId])
      return context.parameters['query'] === 'forbidden' ? deny('forbidden') : allow()
    }
    const second: HookHandler = (context) =>
      context.pass === 'first' ? modify({ query: 'forbidden' }) : allow()
    expect((await outcome([first, second]))[0]).toBe('deny')
    expect(looks).toEqual([
      ['first', 'x', 'd1'],
      ['recheck', 'forbidden', 'd1'],
    ])
  })

  test('a change in the second pass is a deny, the same change is not', async () => {
    let count = 0
    const restless: HookHandler = () => modify({ query: `v${count++}` })
    expect(await outcome([restless, () => modify({ query: 'final' })])).toEqual([
      'deny',
      'modify_did_not_settle',
      { query: 'final' },
    ])
    const redactor: HookHandler = () => modify({ query: 'redacted' })
    expect((await outcome([redactor, redactor]))[0]).toBe('modify')
  })

  test('changing a copy changes nobody else', async () => {
    const value = { query: 'x', nested: { list: [1] } }
    const vandal: HookHandler = (context) => {
      ;(context.parameters['nested'] as { list: number[] }).list.push(2)
      return deny('no')
    }
    await judge([vandal], { value })
    expect(value).toEqual({ query: 'x', nested: { list: [1] } })
  })

  test('each modification is validated at once', async () => {
    const never = vi.fn(() => allow())
    const validate = (value: unknown): string | undefined =>
      typeof (value as { query?: unknown }).query === 'string' ? undefined : 'query: text expected'
    const judgement = await judge([() => modify({ query: 5 }), never], { input: { validate } })
    expect([judgement.verdict, judgement.reasonCodes[0]]).toEqual(['deny', 'invalid_modification'])
    expect(judgement.reason).toContain('query: text expected')
    expect(never).not.toHaveBeenCalled()
  })

  test('a validator that throws refuses', async () => {
    const validate = (): string => {
      throw new Error('broken schema')
    }
    expect((await outcome([() => modify({ query: 'y' })], { input: { validate } })).slice(0, 2)).toEqual([
      'deny',
      'invalid_modification',
    ])
  })

  test('what JSON cannot hold is allowed or denied, not modified', async () => {
    const value = { when: new Date(0), query: 'x' }
    expect((await outcome([() => allow()], { value }))[2]).toBe(value)
    expect((await outcome([() => deny('no')], { value }))[0]).toBe('deny')
    expect((await outcome([() => modify({ query: 'y' })], { value })).slice(0, 2)).toEqual([
      'deny',
      'modify_unsupported',
    ])
    expect((await outcome([() => modify({ query: 1n })])).slice(0, 2)).toEqual([
      'deny',
      'invalid_modification',
    ])
  })
})

describe('silence', () => {
  test('a handler that hangs is a deny at its deadline, and what it does later is only noted', async () => {
    vi.useFakeTimers()
    try {
      const late: string[] = []
      const seen: HookContext[] = []
      const signals: AbortSignal[] = []
      const hanging: HookHandler = (context) => {
        seen.push(context)
        signals.push(context.signal)
        return new Promise(() => undefined)
      }
      const pending = judge([[hanging, { timeoutMs: 50 }]], { input: { onLate: (name) => late.push(name) } })
      await vi.advanceTimersByTimeAsync(50)
      const judgement = await pending
      expect([judgement.verdict, judgement.reasonCodes[0]]).toEqual(['deny', 'handler_timeout'])
      expect(signals[0]?.aborted).toBe(true)
      const [context] = seen
      if (context !== undefined) context.parameters = { query: 'late' }
      expect(late).toEqual(['hanging'])
      expect(settledValue(judgement.value)).toEqual(original)
    } finally {
      vi.useRealTimers()
    }
  })

  test('required makes abstaining a deny', async () => {
    expect(await outcome([[() => undefined, { required: true }]])).toEqual([
      'deny',
      'decision_required',
      original,
    ])
  })

  test('failing open is by handler, with a reason, and recorded', async () => {
    const broken: Entry = [() => 'nonsense' as never, { failOpen: { reason: 'read-only tool' } }]
    const judgement = await judge([broken])
    expect([judgement.verdict, judgement.handlers[0]?.failOpen]).toEqual(['allow', 'read-only tool'])
    expect((await outcome([broken, () => deny('no')]))[0]).toBe('deny')
    const thrower: Entry = [
      () => {
        throw new Error('x')
      },
      { failOpen: { reason: 'r' } },
    ]
    expect((await judge([thrower])).thrown?.error).toBeInstanceOf(Error)
  })

  test.each<[string, Promise<unknown>]>([
    ['DENY', Promise.resolve({ action: 'DENY' })],
    ['MODIFY', Promise.resolve({ action: 'MODIFY', modifications: {} })],
    ['nonsense', Promise.resolve('?')],
  ])('abstaining over a guardian that said %s is a deny', async (_name, evaluation) => {
    const forgetful: HookHandler = async () => {
      await trackVerdict(evaluation)
    }
    expect(await outcome([forgetful])).toEqual(['deny', 'verdict_ignored', original])
  })

  test('abstaining over a guardian that is still thinking, or failed, is a deny; over its allow it is not', async () => {
    const impatient: HookHandler = () => void trackVerdict(new Promise(() => undefined))
    expect((await outcome([impatient]))[1]).toBe('verdict_ignored')
    const failed: HookHandler = async () => {
      await trackVerdict(Promise.reject(new Error('down'))).catch(() => undefined)
    }
    expect((await outcome([failed]))[1]).toBe('verdict_ignored')
    const content: HookHandler = async () => void (await trackVerdict(Promise.resolve({ action: 'ALLOW' })))
    expect((await outcome([content]))[0]).toBe('abstain')
  })
})

describe('registration', () => {
  const registry = new HookRegistry(5000, () => undefined)
  const noop: HookHandler = () => undefined

  test.each<[string, unknown, unknown, unknown]>([
    ['an unknown hook', 'toolCall', noop, {}],
    ['no function', 'message', 'fn', {}],
    ['an unknown option', 'message', noop, { priority: 1 }],
    ['a timeout of zero', 'message', noop, { timeoutMs: 0 }],
    ['failing open without a reason', 'message', noop, { failOpen: { reason: ' ' } }],
    ['an empty match', 'message', noop, { match: '' }],
  ])('%s is refused at once', (_name, ...[hook, handler, options]) => {
    expect(() => registry.add(hook, handler, options as HookOptions)).toThrow(
      expect.objectContaining({ name: 'AosError' }) as Error,
    )
  })

  test('wire names stand for their hooks, and the unregister function removes one handler', () => {
    const own = new HookRegistry(5000, () => undefined)
    const remove = own.add('steps/toolCallRequest', noop)
    own.add('toolCallRequest', noop)
    expect(own.for('toolCallRequest')).toHaveLength(2)
    remove()
    remove()
    expect(own.for('toolCallRequest')).toHaveLength(1)
    expect(() => own.add('nope', noop)).toThrow(/agentTrigger, message, toolCallRequest/)
  })
})
