import { verifies } from '../../../../test/conformance/verifies.ts'
import { denied, guardianClients } from '../../../../test/support/guardian-clients.ts'
import {
  type Reply,
  alive,
  allows,
  hangs,
  replies,
  repliesError,
  repliesStatus,
  sendJson,
  startScriptedGuardian,
} from '../../../../test/support/scripted-guardian.ts'
import { wireStep } from '../../../../test/support/wire-step.ts'
import { codecOf } from '../wire/codecs.ts'
import { type GuardianClientOptions, createGuardianClient } from './guardian-client.ts'
import { isAosError } from '@aos/sdk'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const { guardianWith, clientOf } = guardianClients()

describe('failing open', () => {
  const failOpen = {
    toolCallRequest: { reason: 'reading is harmless', tools: ['read_page'] },
    knowledgeRetrieval: { reason: 'search must go on' },
  }

  verifies(
    'guardian.client.fail-open',
    'allows at the hooks and for the tools that are named, with the reason',
    async () => {
      const client = clientOf(await guardianWith(repliesStatus(429)), { failOpen })
      expect(await client.decide(wireStep({ toolName: 'read_page' }))).toMatchObject({
        decision: 'allow',
        reasonCode: ['guardian_overloaded', 'fail_open'],
        data: { failOpen: 'reading is harmless' },
      })
      expect(await client.decide(wireStep({ hook: 'knowledgeRetrieval', value: [] }))).toMatchObject({
        decision: 'allow',
        data: { failOpen: 'search must go on' },
      })
      expect(await client.decide(wireStep())).toMatchObject(denied('guardian_overloaded'))
      expect(await client.decide(wireStep({ hook: 'memoryStore', value: ['a'] }))).toMatchObject(
        denied('guardian_overloaded'),
      )
      expect(client.stats()).toMatchObject({
        failedOpen: 2,
        decisions: 0,
        failures: { guardian_overloaded: 4 },
      })
    },
  )

  verifies('guardian.client.fail-open', 'allows where the breaker is open, and at the deadline', async () => {
    const client = clientOf(await guardianWith(hangs), { failOpen, timeoutMs: 20, breaker: { failures: 1 } })
    const step = wireStep({ toolName: 'read_page' })
    expect(await client.decide(step)).toMatchObject({ reasonCode: ['guardian_timeout', 'fail_open'] })
    expect(await client.decide(step)).toMatchObject({ reasonCode: ['guardian_circuit_open', 'fail_open'] })
  })

  const spoiled: Record<string, [Reply, Partial<GuardianClientOptions>, string]> = {
    'is not one': [replies({ decision: 'maybe', message: '' }), {}, 'guardian_invalid_response'],
    'is an error': [repliesError(-32603), {}, 'guardian_error'],
    'refuses this client': [repliesStatus(403), {}, 'guardian_unauthorized'],
    'is too large': [allows, { maxResponseBytes: 10 }, 'guardian_response_too_large'],
    'was never asked for, for the request is too large': [
      allows,
      { maxRequestBytes: 10 },
      'guardian_request_too_large',
    ],
    'does not know the method': [repliesError(-32601), {}, 'guardian_method_not_found'],
  }

  for (const [what, [reply, options, code]] of Object.entries(spoiled)) {
    verifies('guardian.client.fail-open', `denies all the same where the answer ${what}`, async () => {
      const client = clientOf(await guardianWith(reply), { failOpen, ...options })
      expect(await client.decide(wireStep({ toolName: 'read_page' }))).toMatchObject(denied(code))
      expect(client.stats().failedOpen).toBe(0)
    })
  }

  test('allows at hooks that the guardian does not know where that is said', async () => {
    const client = clientOf(await guardianWith(repliesError(-32601)), {
      unknownMethod: { action: 'allow', reason: 'it judges tools only' },
    })
    expect(await client.decide(wireStep())).toMatchObject({
      decision: 'allow',
      reasonCode: ['guardian_method_not_found', 'fail_open'],
      data: { failOpen: 'it judges tools only' },
    })
  })
})

describe('dialects', () => {
  const codec = [codecOf('aos-0.1'), codecOf('landing')]
  const landingOnly: Reply = (request, response) =>
    (request.method === 'guardian/evaluate'
      ? replies({ action: 'DENY', reason: 'as on the landing page' })
      : repliesError(-32601))(request, response)

  verifies(
    'guardian.client.dialects',
    'asks as the landing page does where the guardian knows nothing else, and remembers it',
    async () => {
      const guardian = await guardianWith(landingOnly)
      const client = clientOf(guardian, { codec, endpoint: `http://127.0.0.1:${guardian.port}` })
      for (let count = 0; count < 2; count++)
        expect(await client.decide(wireStep())).toMatchObject({
          decision: 'deny',
          message: 'as on the landing page',
        })
      expect(guardian.requests.map(({ path, method }) => [path, method])).toEqual([
        ['/', 'steps/toolCallRequest'],
        ['/evaluate', 'guardian/evaluate'],
        ['/evaluate', 'guardian/evaluate'],
      ])
    },
  )

  test('finds a guardian that listens at the path of the landing page only', async () => {
    const guardian = await guardianWith((request, response) =>
      (request.path === '/evaluate' ? landingOnly : repliesStatus(404))(request, response),
    )
    const client = clientOf(guardian, { codec, endpoint: `http://127.0.0.1:${guardian.port}` })
    expect(await client.decide(wireStep())).toMatchObject({ message: 'as on the landing page' })
    guardian.replies = [repliesStatus(404)]
    expect(await client.decide(wireStep())).toMatchObject(denied('guardian_error'))
  })

  test('says that nothing listens, which is no hook that the guardian does not know', async () => {
    const guardian = await guardianWith(repliesStatus(404))
    const client = clientOf(guardian, { codec, unknownMethod: { action: 'allow', reason: 'a test' } })
    expect(await client.decide(wireStep())).toMatchObject(denied('guardian_error'))
    expect(guardian.requests).toHaveLength(2)
  })

  verifies(
    'guardian.client.dialects',
    'denies what a guardian does not know in any dialect, and falls back from none that was understood',
    async () => {
      const guardian = await guardianWith([
        repliesError(-32601),
        repliesError(-32601),
        allows,
        repliesError(-32601),
      ])
      const client = clientOf(guardian, { codec })
      expect(await client.decide(wireStep())).toMatchObject(denied('guardian_method_not_found'))
      expect(await client.decide(wireStep())).toMatchObject({ decision: 'allow' })
      expect(await client.decide(wireStep())).toMatchObject(denied('guardian_method_not_found'))
      expect(guardian.requests).toHaveLength(4)
    },
  )

  const withoutId: Reply = (_request, response) =>
    sendJson(response, { jsonrpc: '2.0', result: { action: 'ALLOW', reason: 'no id' } })

  test('takes the landing page’s answers without an id over a connection of their own', async () => {
    const guardian = await guardianWith(withoutId)
    const client = clientOf(guardian, { codec: codecOf('landing') })
    for (let count = 0; count < 3; count++)
      expect(await client.decide(wireStep())).toMatchObject({ decision: 'allow', message: 'no id' })
    expect(guardian.connections).toBe(3)
  })

  test('takes none over a connection that has carried another answer', async () => {
    const guardian = await guardianWith([replies({ action: 'DENY', reason: 'no' }), withoutId])
    const client = clientOf(guardian, { codec: codecOf('landing') })
    await client.decide(wireStep())
    expect(await client.decide(wireStep())).toMatchObject(denied('guardian_invalid_response'))
    expect(guardian.connections).toBe(1)
  })
})

describe('masks', () => {
  verifies('guardian.client.masks', 'tell no system prompt unless asked to', async () => {
    const guardian = await guardianWith(allows)
    await clientOf(guardian).decide(wireStep())
    await clientOf(guardian, { fieldMask: { default: { instructions: 'full' } } }).decide(wireStep())
    expect(guardian.requests.map(({ text }) => text.includes('Be brief.'))).toEqual([false, true])
  })

  const changes = replies({ decision: 'modify', message: 'less', modifications: { to: 'x' } })

  verifies(
    'guardian.client.masks',
    'refuse a change of a value that the guardian has not seen whole',
    async () => {
      const guardian = await guardianWith(changes)
      const client = clientOf(guardian, { fieldMask: { toolCallRequest: { value: 'redacted' } } })
      expect(await client.decide(wireStep({ value: { to: 'Bob' } }))).toMatchObject({
        decision: 'modify',
        modifications: { to: 'x' },
      })
      expect(await client.decide(wireStep({ value: { to: 'bob@example.com' } }))).toMatchObject(
        denied('invalid_modification'),
      )
      expect(guardian.requests[1]?.text).not.toContain('bob@example.com')
    },
  )
})

describe('client', () => {
  test('asks over a unix socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'guardian-'))
    const socketPath = join(folder, 'guardian.sock')
    const guardian = await startScriptedGuardian(allows, { socketPath })
    const client = createGuardianClient({ socketPath, codec: codecOf('aos-0.1') })
    expect(await client.decide(wireStep())).toMatchObject({ decision: 'allow' })
    expect(await client.decide(wireStep())).toMatchObject({ decision: 'allow' })
    expect(guardian.connections).toBe(1)
    await guardian.close()
    expect(await client.decide(wireStep())).toMatchObject(denied('guardian_unavailable'))
    await client.close()
    await rm(folder, { recursive: true })
  })

  const pings: Record<string, [Reply, object]> = {
    'is there': [alive(hangs), { ok: true, version: '0.1.0' }],
    'does not know ping': [repliesError(-32601), { ok: true }],
    'says that it is out of order': [
      replies({ status: 'error' }),
      { ok: false, code: 'guardian_unavailable' },
    ],
    'answers something else': [replies('pong'), { ok: false, code: 'guardian_invalid_response' }],
    'has failed': [repliesError(-32603), { ok: false, code: 'guardian_error' }],
    hangs: [hangs, { ok: false, code: 'guardian_timeout' }],
  }

  for (const [what, [reply, answer]] of Object.entries(pings)) {
    test(`pings a guardian that ${what}`, async () => {
      const client = clientOf(await guardianWith(reply))
      expect(await client.ping({ timeoutMs: 50 })).toMatchObject(answer)
    })
  }

  test('makes other calls, whose failures are answers, too', async () => {
    const guardian = await guardianWith([replies({ format: 'spdx' }), hangs])
    const client = clientOf(guardian)
    expect(await client.request('aos/agbom/generate', { format: 'spdx' })).toMatchObject({
      ok: true,
      message: { result: { format: 'spdx' } },
    })
    expect(guardian.requests[0]).toMatchObject({ method: 'aos/agbom/generate', params: { format: 'spdx' } })
    expect(await client.request('aos/agbom/generate', {}, { timeoutMs: 20 })).toMatchObject({
      ok: false,
      failure: { code: 'guardian_timeout' },
    })
  })

  verifies(
    'guardian.client.close',
    'ends what is under way when it closes, and takes nothing more',
    async () => {
      let answer = (): void => undefined
      const guardian = await guardianWith((request, response) => {
        answer = () => allows(request, response)
      })
      const client = clientOf(guardian)
      const decided = client.decide(wireStep())
      await guardian.received()
      const closed = client.close()
      expect(await client.decide(wireStep())).toMatchObject(denied('guardian_closed'))
      expect(await client.ping()).toMatchObject({ ok: false, code: 'guardian_closed' })
      answer()
      expect(await decided).toMatchObject({ decision: 'allow' })
      await closed
      await client.close()
    },
  )

  const unjudgeable: Record<string, () => unknown> = {
    'cannot be read': () => {
      throw new Error('no')
    },
    'is too deep': () => JSON.parse('['.repeat(200) + ']'.repeat(200)) as unknown,
  }

  for (const [what, value] of Object.entries(unjudgeable)) {
    test(`denies a value that ${what}`, async () => {
      const guardian = await guardianWith(allows)
      const step = Object.defineProperty(wireStep(), 'value', { get: value, enumerable: true })
      expect(await clientOf(guardian).decide(step)).toMatchObject(denied('guardian_request_failed'))
      expect(guardian.requests).toHaveLength(0)
    })
  }

  const codec = codecOf('aos-0.1')
  const refused: Record<string, Partial<GuardianClientOptions>> = {
    'no dialect': { codec: [] },
    'no time': { timeoutMs: 0 },
    'no number of requests': { maxInFlight: 1.5 },
    'a negative queue': { maxQueue: -1 },
    'a token with a space': { bearer: 'Bearer abc' },
    'an empty token': { bearer: '' },
    'failing open without a reason': { failOpen: { message: { reason: ' ' } } },
    'failing open for no tool': { failOpen: { toolCallRequest: { reason: 'why', tools: [] } } },
    'failing open for tools of a hook that has none': {
      failOpen: { message: { reason: 'why', tools: ['a'] } },
    },
    'failing open everywhere': { failOpen: { '*': { reason: 'why' } } as object },
    'allowing unknown methods without a reason': { unknownMethod: { action: 'allow', reason: '' } },
    'a breaker that never opens': { breaker: { failures: Infinity } },
  }

  for (const [what, options] of Object.entries(refused)) {
    test(`refuses ${what}`, () => {
      expect(() => createGuardianClient({ endpoint: 'http://localhost', codec, ...options })).toThrow(
        expect.toSatisfy((error) => isAosError(error, 'invalid_options')),
      )
    })
  }
})
