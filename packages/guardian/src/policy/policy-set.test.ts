import { deepEqual, equal, throws } from 'node:assert/strict'
import { allow, ask, deny, isAosError, modify, type HookAnswer } from '@aos/sdk'
import { afterEach, describe, test, vi } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { KillSwitch } from './kill-switch.ts'
import { PolicySet, type PolicySetOptions } from './policy-set.ts'
import type { Policy, PolicyContext } from './policy.ts'
import { stepOf } from '../../../../test/support/policy-step.ts'

type Evaluate = Policy['evaluate']

function policies(...evaluates: readonly Evaluate[]): readonly Policy[] {
  return evaluates.map((evaluate, at) => ({ name: `p${at}`, hooks: ['toolCallRequest'], evaluate }))
}

function decide(evaluates: readonly Evaluate[], options?: PolicySetOptions) {
  return new PolicySet(policies(...evaluates), options).decide(stepOf({ value: { to: 'a' } }))
}

const later =
  (answer: HookAnswer | undefined): Evaluate =>
  async () =>
    answer

describe('a set of policies', () => {
  afterEach(() => vi.useRealTimers())

  verifies(
    'guardian.policies.rank',
    'deny > ask > modify > allow > abstain, at once or promised',
    async () => {
      const answers = [undefined, allow('fine'), modify({ to: 'b' }), ask('sure?'), deny('no', 'mine')]
      const verdicts = ['allow', 'allow', 'modify', 'ask', 'deny']
      for (const [at, verdict] of verdicts.entries()) {
        const upTo = answers.slice(0, at + 1)
        const now = decide(upTo.map((answer) => () => answer))
        equal(now instanceof Promise, false)
        equal((await now).decision, verdict)
        equal((await decide(upTo.map(later))).decision, verdict)
        equal((await decide(upTo.toReversed().map(later))).decision, verdict)
      }
    },
  )

  test('the first deny ends it', async () => {
    const asked: string[] = []
    const response = await decide([
      () => deny('first', 'one'),
      () => {
        asked.push('second')
        return deny('second', 'two')
      },
    ])
    deepEqual(
      [response.message, response.reasonCode, response.policies, asked],
      ['first', ['one'], ['p0'], []],
    )
  })

  test('says in both vocabularies what it decided', async () => {
    const response = await decide([() => modify({ to: 'b' }, 'masked')])
    deepEqual(
      [response.decision, response.action, response.message, response.reason, response.modifications],
      ['modify', 'MODIFY', 'masked', 'masked', { to: 'b' }],
    )
  })

  verifies(
    'guardian.policies.recheck',
    'each modify goes to the next, and those before judge the final value once more',
    async () => {
      const seen: unknown[] = []
      const watch: Evaluate = ({ value, pass, decisionId }) => {
        seen.push([value, pass, decisionId])
        return undefined
      }
      const response = await decide([
        watch,
        ({ pass }) => (pass === 'first' ? modify({ to: 'b' }) : undefined),
        ({ value, pass }) => (pass === 'first' ? modify({ ...(value as object), cc: 'c' }) : undefined),
        () => allow(),
      ])
      deepEqual(response.modifications, { to: 'b', cc: 'c' })
      deepEqual(seen, [
        [{ to: 'a' }, 'first', 'dec_1'],
        [{ to: 'b', cc: 'c' }, 'recheck', 'dec_1'],
      ])
    },
  )

  test('an earlier rule holds for what a later policy made of the value', async () => {
    const forbidden: Evaluate = ({ value }) =>
      Reflect.get(value as object, 'to') === 'evil' ? deny('not there') : undefined
    equal((await decide([forbidden, () => modify({ to: 'evil' })])).decision, 'deny')
    equal((await decide([later(undefined), forbidden, later(modify({ to: 'evil' }))])).decision, 'deny')
  })

  verifies('guardian.policies.recheck', 'changing it again is a deny', async () => {
    const flip: Evaluate = ({ value }) =>
      modify({ to: Reflect.get(value as object, 'to') === 'a' ? 'b' : 'a' })
    const response = await decide([flip, () => modify({ to: 'c' })])
    deepEqual([response.decision, response.reasonCode], ['deny', ['modify_did_not_settle']])
  })

  test('an ask over a changed value carries the change', async () => {
    const response = await decide([() => modify({ to: 'b' }), () => ask('sure?')])
    deepEqual([response.decision, response.modifications], ['ask', { to: 'b' }])
  })

  verifies('guardian.policies.nonsense', 'whatever is no decision is a deny', async () => {
    const nonsense: readonly unknown[] = [
      null,
      true,
      'allow',
      7,
      {},
      { decision: 'yes' },
      { decision: 'ALLOW ' },
      { decision: 'allow', action: 'DENY' },
      { decision: 'modify' },
      [],
    ]
    for (const answer of nonsense) {
      equal((await decide([() => answer as never])).decision, 'deny', JSON.stringify(answer))
      equal((await decide([later(answer as never)])).decision, 'deny', JSON.stringify(answer))
    }
    const throwing = await decide([
      () => {
        throw new Error('secret')
      },
    ])
    deepEqual(
      [throwing.decision, throwing.reasonCode, throwing.message],
      ['deny', ['policy_error'], 'p0 failed to decide'],
    )
    equal((await decide([() => Promise.reject(new Error('x'))])).decision, 'deny')
  })

  verifies('guardian.policies.nonsense', 'one that hangs is a deny at its deadline', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const deciding = decide([() => new Promise(() => undefined)], { timeoutMs: 50 })
    await vi.advanceTimersByTimeAsync(50)
    deepEqual((await deciding).reasonCode, ['policy_timeout'])
  })

  test('judges only its own hooks and tools', async () => {
    const set = new PolicySet([
      { name: 'mail', hooks: ['toolCallRequest'], match: 'send_*', evaluate: () => deny('no mail') },
    ])
    equal((await set.decide(stepOf({ toolName: 'send_email' }))).decision, 'deny')
    equal((await set.decide(stepOf({ toolName: 'search' }))).decision, 'allow')
    equal((await set.decide(stepOf({ hook: 'message' }))).decision, 'allow')
    deepEqual(set.hooks, ['toolCallRequest'])
    const closed = new PolicySet([], { default: 'deny' })
    deepEqual((await closed.decide(stepOf({}))).reasonCode, ['no_policy_allows'])
  })

  verifies('guardian.kill', 'a kill is asked first and sticks to its scope', async () => {
    const killSwitch = new KillSwitch()
    const set = new PolicySet(
      policies(() => allow()),
      { killSwitch },
    )
    const decision = async (step: Partial<PolicyContext>) => (await set.decide(stepOf(step))).decision
    killSwitch.kill('incident', { session: 'sess_1' })
    equal(await decision({}), 'deny')
    equal(await decision({ session: { id: 'sess_2', generated: false } }), 'allow')
    equal(set.admit({ ...stepOf({}), kind: 'modelCall', name: 'm' })?.code, 'kill_switch')
    killSwitch.revive({ session: 'sess_1' })
    equal(await decision({}), 'allow')
    killSwitch.kill('both', { agent: 'agent_1', user: 'u1' })
    equal(await decision({ user: { id: 'u1' } }), 'deny')
    equal(await decision({ user: { id: 'u2' } }), 'allow')
    killSwitch.kill('all')
    equal(await decision({ user: { id: 'u2' } }), 'deny')
  })

  verifies('guardian.policies.shadow', 'a shadow policy is heard and changes nothing', async () => {
    const heard: unknown[] = []
    const set = new PolicySet(
      [{ name: 'trial', hooks: ['toolCallRequest'], shadow: true, evaluate: () => deny('would not') }],
      { onShadow: (policy, { decision }) => heard.push([policy, decision]) },
    )
    equal((await set.decide(stepOf({}))).decision, 'allow')
    await Promise.resolve()
    deepEqual(heard, [['trial', 'deny']])
  })

  test('must be policies, each with a name of its own', () => {
    const evaluate = (): undefined => undefined
    const bad: readonly unknown[] = [
      null,
      {},
      { name: 'x' },
      { name: 'x', hooks: [], evaluate },
      { name: 'x', hooks: ['nowhere'], evaluate },
      { name: '', hooks: ['message'], evaluate },
    ]
    for (const policy of bad)
      throws(
        () => new PolicySet([policy as Policy]),
        (error) => isAosError(error, 'invalid_policy'),
      )
    throws(() => new PolicySet([...policies(evaluate), ...policies(evaluate)]), /taken by another/)
  })
})
