import { isAosError } from '@aos/sdk'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { stepToEvaluate } from '../evaluate-input.ts'
import type { Policy, PolicyContext } from '../policy/policy.ts'
import { opaPolicy, type OpaPolicyOptions } from './opa-policy.ts'

const opened: { server: Server; policy: Policy | undefined }[] = []

afterEach(async () => {
  for (const { server, policy } of opened.splice(0)) {
    policy?.close?.()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

interface Asked {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly authorization: string | undefined
  readonly body: unknown
}

interface Opa {
  readonly policy: Policy
  readonly asked: Asked[]
  readonly connections: () => number
}

/** A real server in the place of OPA, and the policy that asks it. */
async function opa(
  reply: (response: ServerResponse, request: IncomingMessage) => void,
  options: Partial<OpaPolicyOptions> = {},
): Promise<Opa> {
  const asked: Asked[] = []
  let connections = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url, headers } = request
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString())
      asked.push({ method, url, authorization: headers.authorization, body })
      reply(response, request)
    })
  })
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const policy = opaPolicy({ url: `http://127.0.0.1:${port}`, path: 'agents/decision', ...options })
  opened.push({ server, policy })
  return { policy, asked, connections: () => connections }
}

function says(body: unknown, status = 200): (response: ServerResponse) => void {
  return (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function step(parameters: unknown = { amount: 5 }): PolicyContext {
  const input = { hook: 'toolCallRequest', tool: 'pay', session: 's1', parameters } as const
  return stepToEvaluate(input, undefined, { id: 'a1', name: 'agent' })
}

const FORMS: readonly (readonly [unknown, object])[] = [
  [true, { decision: 'allow' }],
  [false, { decision: 'deny', reasonCode: 'opa_rule' }],
  [{ allow: true }, { decision: 'allow' }],
  [
    { allow: false, reason: 'no' },
    { decision: 'deny', message: 'no' },
  ],
  [
    { decision: 'ask', message: 'sure?' },
    { decision: 'ask', message: 'sure?' },
  ],
  ['allow', { reasonCode: 'opa_error' }],
  [1, { reasonCode: 'opa_error' }],
  [null, { reasonCode: 'opa_error' }],
  [['allow'], { reasonCode: 'opa_error' }],
  [{}, { reasonCode: 'opa_error' }],
  [{ allow: 'true' }, { reasonCode: 'opa_error' }],
  [{ allow: true, decision: 'deny' }, { reasonCode: 'opa_error' }],
  [{ allow: true, deny: ['x'] }, { reasonCode: 'opa_error' }],
  [{ decision: 'ALLOW' }, { reasonCode: 'opa_error' }],
  [{ decision: 'modify', message: 'x' }, { reasonCode: 'opa_error' }],
]

describe('opaPolicy over HTTP', () => {
  test('asks the rule, with the step as its input, over one connection', async () => {
    const { policy, asked, connections } = await opa(says({ result: true }), { bearer: 't0ken' })
    for (let time = 0; time < 3; time++)
      expect(await policy.evaluate(step())).toMatchObject({ decision: 'allow' })
    expect(asked).toHaveLength(3)
    expect(asked[0]).toMatchObject({
      method: 'POST',
      url: '/v1/data/agents/decision',
      authorization: 'Bearer t0ken',
      body: {
        input: { hook: 'toolCallRequest', tool: 'pay', parameters: { amount: 5 }, session: { id: 's1' } },
      },
    })
    expect(connections()).toBe(1)
  })

  test.each(FORMS)('reads %j', async (result, answer) => {
    const { policy } = await opa(says({ result }))
    expect(await policy.evaluate(step())).toMatchObject(answer)
  })

  test('denies where there is no decision', async () => {
    const { policy } = await opa(says({ decision_id: 'd' }))
    expect(await policy.evaluate(step())).toMatchObject({ decision: 'deny', reasonCode: 'opa_undefined' })
  })

  test.each<[string, (response: ServerResponse, request: IncomingMessage) => void]>([
    ['an error of OPA', says({ code: 'internal_error', result: true }, 500)],
    ['a redirect', (response) => response.writeHead(307, { location: '/elsewhere' }).end('{"result":true}')],
    ['no JSON', (response) => response.end('{"result":true')],
    ['a member named twice', (response) => response.end('{"result":false,"result":true}')],
    ['an answer too large', says({ result: true, more: 'x'.repeat(70_000) })],
    [
      'an answer that breaks off',
      (response, { socket }) => response.write('{"result"', () => socket.destroy()),
    ],
    ['a closed connection', (_, { socket }) => socket.destroy()],
    ['no object', says([{ result: true }])],
  ])('denies at %s', async (_, reply) => {
    const { policy, asked } = await opa(reply)
    expect(await policy.evaluate(step())).toMatchObject({ decision: 'deny', reasonCode: 'opa_error' })
    expect(asked).toHaveLength(1)
  })

  test('denies when no answer comes in time', async () => {
    const { policy } = await opa(() => undefined, { timeoutMs: 30 })
    expect(await policy.evaluate(step())).toMatchObject({
      reasonCode: 'opa_error',
      message: 'The policy could not decide: no answer came within 30 ms',
    })
  })

  test('denies what JSON cannot say, and asks nothing', async () => {
    const { policy, asked } = await opa(says({ result: true }))
    expect(await policy.evaluate(step({ n: 1n }))).toMatchObject({ reasonCode: 'opa_error' })
    expect(asked).toEqual([])
  })
})

describe('opaPolicy in process', () => {
  test.each(FORMS)('reads %j, bare and in the list of compiled Rego', (result, answer) => {
    const bare = opaPolicy({ evaluate: () => result })
    const compiled = opaPolicy({ evaluate: { evaluate: () => [{ result }] } })
    expect(bare.evaluate(step())).toMatchObject(answer)
    expect(compiled.evaluate(step())).toMatchObject(answer)
  })

  test.each([
    ['undefined', () => undefined, 'opa_undefined'],
    ['an empty result set', () => [], 'opa_undefined'],
    ['two results', () => [{ result: true }, { result: true }], 'opa_error'],
  ])('denies %s', (_, evaluate, reasonCode) => {
    expect(opaPolicy({ evaluate }).evaluate(step())).toMatchObject({ decision: 'deny', reasonCode })
  })

  test('denies when it throws or rejects', async () => {
    const fail = (): never => {
      throw new Error('secret')
    }
    const answers = [
      opaPolicy({ evaluate: fail }).evaluate(step()),
      await opaPolicy({ evaluate: () => Promise.reject(new Error('secret')) }).evaluate(step()),
      opaPolicy({ evaluate: () => true, mapResult: fail }).evaluate(step()),
    ]
    for (const answer of answers) expect(answer).toMatchObject({ decision: 'deny', reasonCode: 'opa_error' })
    expect(JSON.stringify(answers)).not.toContain('secret')
  })

  test('reads other forms with mapResult', () => {
    const mapResult = (result: unknown): 'allow' | 'deny' => (result === 'yes' ? 'allow' : 'deny')
    const policy = opaPolicy({
      evaluate: () => 'yes',
      mapResult: (result) => ({ decision: mapResult(result), message: 'mapped' }),
    })
    expect(policy.evaluate(step())).toEqual({ decision: 'allow', message: 'mapped' })
  })
})

test.each<[OpaPolicyOptions, 'invalid_policy' | 'invalid_endpoint']>([
  [{}, 'invalid_policy'],
  [{ url: 'https://opa.example' }, 'invalid_policy'],
  [{ url: 'https://opa.example', path: '../policies' }, 'invalid_policy'],
  [{ url: 'https://opa.example', path: 'a', bearer: 'a\r\nb' }, 'invalid_policy'],
  [{ url: 'https://opa.example', path: 'a', timeoutMs: 0 }, 'invalid_policy'],
  [{ url: 'https://opa.example', evaluate: () => true }, 'invalid_policy'],
  [{ url: 'http://opa.example', path: 'a' }, 'invalid_endpoint'],
  [{ url: 'https://169.254.169.254', path: 'a' }, 'invalid_endpoint'],
])('refuses %j', (options, code) => {
  let thrown: unknown
  try {
    opaPolicy(options)
  } catch (error) {
    thrown = error
  }
  expect(isAosError(thrown, code)).toBe(true)
})
