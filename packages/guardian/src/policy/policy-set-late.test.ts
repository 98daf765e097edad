import { deepEqual, equal, throws } from 'node:assert/strict'
import { allow, ask, isAosError, modify } from '@aos/sdk'
import { describe, test } from 'vitest'
import { deferred } from '../../../../test/support/guarded-agent.ts'
import { stepOf } from '../../../../test/support/policy-step.ts'
import { KillSwitch, type KillScope } from './kill-switch.ts'
import { PolicySet } from './policy-set.ts'
import type { Policy } from './policy.ts'

const policy = (name: string, evaluate: Policy['evaluate'], more: Partial<Policy> = {}): Policy => ({
  name,
  hooks: ['toolCallRequest'],
  evaluate,
  ...more,
})

describe('a set of policies', () => {
  test('lets nobody go who was stopped while a policy thought', async () => {
    const thought = deferred()
    const set = new PolicySet([
      policy('slow', async () => {
        await thought.promise
        return allow()
      }),
    ])
    const deciding = set.decide(stepOf({}))
    set.killSwitch.kill('incident')
    thought.resolve()
    deepEqual((await deciding).reasonCode, ['kill_switch'])
  })

  test('an ask that changes the value asks about the changed one, and those before judge it', async () => {
    const both = { decision: 'ask', message: 'sure?', modifications: { to: 'b' } }
    const seen: unknown[] = []
    const watch = policy('watch', ({ value, pass }) => {
      seen.push([value, pass])
      return undefined
    })
    const set = new PolicySet([watch, policy('both', () => both)])
    const { decision, modifications } = await set.decide(stepOf({ value: { to: 'a' } }))
    deepEqual([decision, modifications], ['ask', { to: 'b' }])
    deepEqual(seen.at(-1), [{ to: 'b' }, 'recheck'])
    const flip = policy('flip', ({ pass }) => (pass === 'first' ? undefined : { ...both, modifications: 7 }))
    const unsettled = new PolicySet([flip, policy('change', () => modify({ to: 'c' }))])
    deepEqual((await unsettled.decide(stepOf({}))).reasonCode, ['modify_did_not_settle'])
    equal(
      (await new PolicySet([policy('plain', () => ask('?'))]).decide(stepOf({}))).modifications,
      undefined,
    )
  })

  test('a shadow works on a copy, and one that hears of it may fail', async () => {
    const heard = deferred()
    const shadow = policy(
      'shadow',
      ({ value }) => {
        Reflect.set(value as object, 'to', 'evil')
        return allow()
      },
      { shadow: true },
    )
    const set = new PolicySet([shadow], {
      onShadow: () => {
        heard.resolve()
        throw new Error('a listener that fails')
      },
    })
    const step = stepOf({ value: { to: 'a' } })
    equal((await set.decide(step)).decision, 'allow')
    await heard.promise
    deepEqual(step.value, { to: 'a' })
  })
})

describe('a kill switch', () => {
  test('takes no scope that it would read as a wider one', () => {
    const killSwitch = new KillSwitch()
    killSwitch.kill('incident')
    const bad: readonly unknown[] = [{ sesion: 's' }, { session: '' }, { session: 7 }, { agent: null }]
    for (const scope of bad) {
      throws(
        () => killSwitch.revive(scope as KillScope),
        (error) => isAosError(error, 'invalid_options'),
      )
      throws(
        () => killSwitch.kill('x', scope as KillScope),
        (error) => isAosError(error, 'invalid_options'),
      )
    }
    equal(killSwitch.reasonFor(stepOf({})), 'incident')
  })

  test('that is shut is revived by nobody', () => {
    const killSwitch = new KillSwitch()
    killSwitch.shut('closed')
    killSwitch.revive()
    equal(killSwitch.reasonFor(stepOf({})), 'closed')
  })
})
