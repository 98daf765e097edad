import { deepEqual, equal, match } from 'node:assert/strict'
import { afterEach, beforeEach, describe, vi } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { deferred, guardedAgent, outcomeOf } from '../../../../test/support/guarded-agent.ts'
import { assertDenied, perform, type Performed } from '../../../../test/support/operations.ts'
import { ask, modify, type ApprovalRequest, type Approver } from '../index.ts'

const asked = (onApproval?: Approver): Promise<Performed> =>
  perform('toolCall', 'toolCallRequest', {
    handler: () => ask('delete it all?'),
    options: onApproval === undefined ? {} : { onApproval },
  })

function approvalOf({ recorder }: Performed): unknown {
  const { phase, verdict, enforced, source, by, reasonCodes } =
    recorder.decisions().find((decision) => decision.phase === 'approval') ?? {}
  return { phase, verdict, enforced, source, by, reasonCodes }
}

describe('a handler that asks', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
  afterEach(() => vi.useRealTimers())

  verifies(
    'aos-sdk.approval.granted',
    'a yes, with and without a name, later than any handler may take',
    async () => {
      const performed = asked(
        async () =>
          new Promise((resolve) => setTimeout(() => resolve({ approved: true, by: 'alice' }), 60_000)),
      )
      await vi.advanceTimersByTimeAsync(60_000)
      const granted = await performed
      deepEqual([granted.effects, granted.operation], [[{ query: 'x' }], { value: { found: 'papers' } }])
      deepEqual(approvalOf(granted), {
        phase: 'approval',
        verdict: 'allow',
        enforced: 'allowed',
        source: 'approval',
        by: 'alice',
        reasonCodes: ['approved'],
      })
      deepEqual(
        granted.recorder.decisions().map(({ verdict, enforced }) => [verdict, enforced]),
        [
          ['ask', 'none'],
          ['allow', 'allowed'],
        ],
      )
      deepEqual((await asked(() => true)).effects, [{ query: 'x' }])
    },
  )

  const refusals: readonly [string, Approver | undefined, string, string][] = [
    ['a no', () => false, 'a person refused', 'approval_refused'],
    [
      'a no with a reason',
      () => ({ approved: false, by: 'bob', reason: 'not on a Friday' }),
      'not on a Friday',
      'approval_refused',
    ],
    [
      'an error',
      () => Promise.reject(new Error('chat is down')),
      'asking for approval failed: chat is down',
      'approval_failed',
    ],
    [
      'an unclear answer',
      () => 'yes' as never,
      'the approver answered neither yes nor no',
      'approval_unclear',
    ],
    [
      'a truthy answer',
      () => ({ approved: 1 }) as never,
      'the approver answered neither yes nor no',
      'approval_unclear',
    ],
    [
      'nobody to ask',
      undefined,
      'approval is needed and nobody can be asked (set onApproval)',
      'approval_unavailable',
    ],
  ]
  for (const [name, approver, reason, code] of refusals) {
    verifies('aos-sdk.approval.refused', name, async () => {
      const refused = await asked(approver)
      assertDenied(refused, reason)
      deepEqual(Reflect.get(Object(approvalOf(refused)), 'reasonCodes'), [code])
    })
  }

  verifies('aos-sdk.approval.refused', 'silence past the expiry', async () => {
    const performed = asked(() => new Promise(() => undefined))
    await vi.advanceTimersByTimeAsync(300_000)
    assertDenied(await performed, 'nobody approved in time')
  })

  verifies('aos-sdk.approval.refused', 'the run is aborted, without waiting for anybody', async () => {
    const asking = deferred()
    const controller = new AbortController()
    const effects: unknown[] = []
    const { agent, recorder } = guardedAgent(
      (aos) => outcomeOf(aos.toolCall({ toolName: 'delete', parameters: {} }, () => effects.push('gone'))),
      { onApproval: () => new Promise<boolean>(() => asking.resolve()) },
    )
    agent.registerHook('toolCallRequest', () => ask('sure?'))
    const run = outcomeOf(agent.run('go', { signal: controller.signal }))
    await asking.promise
    const reason = new Error('the user left')
    controller.abort(reason)
    // no clock runs here: neither the second an aborting run may take nor the five minutes of the person
    deepEqual(await run, { error: reason })
    deepEqual([effects, vi.getTimerCount()], [[], 0])
    deepEqual(
      recorder.decisions().map(({ phase, reasonCodes }) => [phase, reasonCodes]),
      [
        ['request', []],
        ['approval', ['approval_aborted']],
      ],
    )
  })

  verifies('aos-sdk.approval.refused', 'nobody is asked for a run that is aborted already', async () => {
    const approver = vi.fn(() => true)
    const { agent } = guardedAgent(
      (aos) => aos.toolCall({ toolName: 'delete', parameters: {} }, () => 'gone'),
      { onApproval: approver },
    )
    const controller = new AbortController()
    const reason = new Error('the user left')
    agent.registerHook('toolCallRequest', async () => {
      controller.abort(reason)
      return ask('sure?')
    })
    const run = outcomeOf(agent.run('go', { signal: controller.signal }))
    await vi.advanceTimersByTimeAsync(0)
    deepEqual(await run, { error: reason })
    equal(approver.mock.calls.length, 0)
  })

  verifies(
    'aos-sdk.approval.refused',
    'an answer after the expiry is late, an abort after it is not',
    async () => {
      const answer = deferred<boolean>()
      const { agent } = guardedAgent(
        (aos) => outcomeOf(aos.toolCall({ toolName: 'delete', parameters: {} }, () => 'gone')),
        { onApproval: () => answer.promise },
      )
      agent.registerHook('toolCallRequest', () => ask('sure?'))
      const run = agent.run('go')
      await vi.advanceTimersByTimeAsync(300_000)
      await run
      deepEqual(agent.describe().late, {})
      answer.resolve(true)
      await vi.advanceTimersByTimeAsync(0)
      deepEqual(agent.describe().late, { onApproval: 1 })
    },
  )

  verifies(
    'aos-sdk.approval.bound',
    'the person sees the final value; changing what was shown changes nothing',
    async () => {
      const requests: ApprovalRequest[] = []
      const performed = await perform('toolCall', 'toolCallRequest', {
        handler: () => ask('sure?'),
        options: {
          hooks: { toolCallRequest: () => modify({ query: 'final' }) },
          onApproval: (request) => {
            requests.push(structuredClone(request))
            Object.assign(Object(request.value), { query: 'smuggled' })
            return true
          },
        },
      })
      deepEqual([requests[0]?.value, performed.effects], [{ query: 'final' }, [{ query: 'final' }]])
      const { hook, toolName, reason, runId, executionId, valueDigest } = requests[0] ?? {}
      const [step] = performed.recorder.steps('toolCall')
      deepEqual(
        [hook, toolName, reason, runId, executionId],
        ['toolCallRequest', 'search', 'sure?', step?.runId, step?.executionId],
      )
      match(valueDigest ?? '', /^[0-9a-f]{64}$|^hmac/)
      equal(requests.length, 1)
    },
  )
})
