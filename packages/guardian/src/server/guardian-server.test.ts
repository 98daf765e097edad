import { deepEqual, equal, match, rejects, throws } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deny, isAosError } from '@aos/sdk'
import { describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import {
  ALICE,
  auth,
  bearer,
  BOT,
  errorOf,
  guardianServers,
  noMail,
  post,
  resultOf,
  ROOT,
} from '../../../../test/support/guardian-server.ts'
import { GuardianAgent } from '../guardian-agent.ts'
import {
  createMessageSigner,
  createRequestVerifier,
  createResponseSigner,
} from '../signature/message-signature.ts'
import { createGuardianServer } from './guardian-server.ts'
import type { GuardianServerOptions } from './server-options.ts'

const { serve, later } = guardianServers()

const evaluate = (tool: string, id?: string): object => ({
  jsonrpc: '2.0',
  ...(id === undefined ? {} : { id }),
  method: 'guardian/evaluate',
  params: { hook: 'toolCallRequest', context: { tool, parameters: { to: 'x' }, session: 'sess_123' } },
})

describe('a guardian server', () => {
  verifies('aos.seed.S19', "answers the landing page's evaluation as it is printed there", async () => {
    const { url } = await serve()
    const denied = await post(`${url}/evaluate`, evaluate('send_email'))
    deepEqual(
      [denied.status, resultOf(denied)['action'], resultOf(denied)['reason']],
      [200, 'DENY', 'no mail'],
    )
    equal((denied.body as { id: unknown }).id, null)
    equal(resultOf(await post(url, evaluate('search', 'r1')))['action'], 'ALLOW')
  })

  verifies(
    'guardian.server.errors',
    'answers ping, and every fault with the error the schema names',
    async () => {
      const { url } = await serve()
      const ping = await post(url, {
        jsonrpc: '2.0',
        id: 'p',
        method: 'ping',
        params: { timestamp: new Date().toISOString() },
      })
      equal(resultOf(ping)['status'], 'connected')
      const faults: readonly [unknown, number, string][] = [
        ['{', -32700, 'Invalid JSON payload'],
        [[], -32600, 'Request payload validation error'],
        [{ jsonrpc: '2.0', id: 1 }, -32600, 'Request payload validation error'],
        [{ jsonrpc: '2.0', id: 1, method: 'steps/none' }, -32601, 'Method not found'],
        [
          { jsonrpc: '2.0', id: 1, method: 'steps/toolCallRequest', params: {} },
          -32602,
          'Invalid parameters',
        ],
      ]
      for (const [body, code, message] of faults) {
        const { status, body: answer } = await post(url, body)
        const { error } = answer as { error: { code: number; message: string } }
        deepEqual([status, error.code, error.message], [200, code, message], JSON.stringify(body))
      }
    },
  )

  verifies(
    'guardian.server.batch',
    'answers each request of a batch, and nothing to notifications',
    async () => {
      const { url } = await serve({ strict: true })
      const ping = { jsonrpc: '2.0', method: 'ping', params: { timestamp: new Date().toISOString() } }
      const batch = await post(url, [{ ...ping, id: 1 }, ping, 7, { ...ping, id: 2 }])
      deepEqual(
        (batch.body as { id: unknown }[]).map(({ id }) => id),
        [1, null, 2],
      )
      deepEqual(await post(url, ping), { status: 202, body: undefined })
      deepEqual(await post(url, evaluate('search')), { status: 202, body: undefined })
    },
  )

  verifies('guardian.server.bounds', 'takes JSON by POST only, of a bounded size', async () => {
    const { url } = await serve({ maxRequestBytes: 2000 })
    equal((await fetch(url)).status, 405)
    equal((await post(url, '{}', { 'content-type': 'text/plain' })).status, 415)
    equal((await post(url, JSON.stringify({ x: 'y'.repeat(3000) }))).status, 413)
    const chunked = await new Promise<number | undefined>((resolve, reject) => {
      const sending = httpRequest(
        url,
        { method: 'POST', headers: { 'content-type': 'application/json' } },
        (got) => {
          got.resume()
          resolve(got.statusCode)
        },
      )
      sending.on('error', reject)
      for (let sent = 0; sent < 5; sent++) sending.write('y'.repeat(1000))
      sending.end()
    })
    equal(chunked, 413)
    equal(resultOf(await post(url, evaluate('search', 'still')))['action'], 'ALLOW')
  })

  verifies('guardian.server.once', 'judges a request that is sent again once', async () => {
    let judged = 0
    const { url } = await serve({
      policies: [
        {
          name: 'count',
          hooks: ['toolCallRequest'],
          evaluate: () => deny(`the ${++judged}. time`),
        },
      ],
    })
    const first = await post(url, evaluate('search', 'same'))
    deepEqual(await post(url, evaluate('search', 'same')), first)
    equal(judged, 1)
    await post(url, evaluate('other', 'same'))
    equal(judged, 2)
  })

  verifies('guardian.server.once', 'and two requests with one id in a batch each for itself', async () => {
    const { url } = await serve()
    const { body } = await post(url, [evaluate('search', 'same'), evaluate('send_email', 'same')])
    const actions = (body as { result: { action: string } }[]).map(({ result }) => result.action)
    deepEqual(actions, ['ALLOW', 'DENY'])
  })

  verifies('guardian.server.once', 'and anew after a kill', async () => {
    const { url, server } = await serve()
    equal(resultOf(await post(url, evaluate('search', 'same')))['action'], 'ALLOW')
    server.guardian.kill('incident')
    equal(resultOf(await post(url, evaluate('search', 'same')))['action'], 'DENY')
  })

  test('is healthy without credentials, and tells what it goes by', async () => {
    const { url } = await serve({ auth })
    const { status, body } = await fetch(`${url}/health`).then(async (response) => ({
      status: response.status,
      body: (await response.json()) as Record<string, unknown>,
    }))
    deepEqual([status, body['status']], [200, 'ok'])
    match(String(body['policies']), /^[0-9a-f]{64}$/)
  })

  verifies('guardian.server.callers', 'knows its callers', async () => {
    const { url } = await serve({ auth })
    equal((await post(url, evaluate('search', '1'))).status, 401)
    equal((await post(url, evaluate('search', '1'), bearer('wrong-token-0123456789'))).status, 401)
    equal(resultOf(await post(url, evaluate('search', '1'), bearer(BOT)))['action'], 'ALLOW')
    equal(errorOf(await post(url, evaluate('search', '1'), bearer(ALICE))).code, -32001)
  })

  verifies('guardian.server.callers', 'judges only the agents a caller speaks for', async () => {
    const { url } = await serve({
      auth: { tokens: { [BOT]: { name: 'bot', roles: ['agent'], agents: ['a1'] } } },
    })
    const guardian = (id: string): GuardianAgent => {
      const made = new GuardianAgent({ endpoint: url, bearer: BOT, agent: { id, name: id } })
      later(() => made.close())
      return made
    }
    const ask_ = { hook: 'toolCallRequest', tool: 'search', parameters: {} } as const
    equal((await guardian('a1').evaluate(ask_)).action, 'ALLOW')
    equal((await guardian('a2').evaluate(ask_)).action, 'DENY')
  })

  verifies('aos.seed.S18', 'rewires only for an administrator', async () => {
    const upstream = await serve({
      policies: [{ ...noMail, evaluate: () => deny('upstream says no', 'up') }],
    })
    const { url } = await serve({ auth, upstream: { origins: [upstream.url] } })
    const register = {
      jsonrpc: '2.0',
      id: 'r',
      method: 'aos/registerHook',
      params: {
        hook: 'toolCallRequest',
        guardianEndpoint: `${upstream.url}/`,
        policies: ['data-protection'],
      },
    }
    equal(errorOf(await post(url, register, bearer(BOT))).code, -32001)
    equal(errorOf(await post((await serve()).url, register)).code, -32001)
    equal(resultOf(await post(url, evaluate('search', '1'), bearer(BOT)))['action'], 'ALLOW')
    const bad = {
      ...register,
      params: { ...register.params, guardianEndpoint: 'https://elsewhere.example.com' },
    }
    equal(errorOf(await post(url, bad, bearer(ROOT))).code, -32602)
    deepEqual(resultOf(await post(url, register, bearer(ROOT))), {
      registered: true,
      hook: 'toolCallRequest',
    })
    const denied = resultOf(await post(url, evaluate('search', '2'), bearer(BOT)))
    deepEqual([denied['action'], denied['reason']], ['DENY', 'upstream says no'])
  })

  test('creates agents as the landing page prints it, and refuses hooks that do not exist', async () => {
    const { url } = await serve({ auth })
    const create = (hooks: readonly string[]): object => ({
      jsonrpc: '2.0',
      method: 'agent/create',
      params: {
        name: 'research-assistant',
        capabilities: { tools: ['web_search'], models: ['gpt-4'], protocols: ['mcp'] },
        aos: {
          instrumentation: { enabled: true, hooks },
          trace: { format: 'opentelemetry', endpoint: 'https://telemetry.example.com/v1/traces' },
        },
      },
    })
    const made = await post(url, create(['toolCallRequest', 'message']), bearer(ROOT))
    deepEqual(resultOf(made)['agent'], { name: 'research-assistant' })
    equal(errorOf(await post(url, create(['toolCalRequest']), bearer(ROOT))).code, -32602)
    equal(errorOf(await post(url, create([]), bearer(BOT))).code, -32001)
  })

  verifies('aos.seed.S26', 'hands traces to whom it was told', async () => {
    const traces: unknown[] = []
    const { url } = await serve({ onTrace: (params) => traces.push(params) })
    const emit = {
      jsonrpc: '2.0',
      method: 'aos/trace/emit',
      params: { traceId: 't', spanId: 's', event: { type: 'agent.execution', attributes: {} } },
    }
    deepEqual(resultOf(await post(url, emit)), { accepted: true })
    deepEqual(traces, [emit.params])
    equal(errorOf(await post(url, { ...emit, params: {} })).code, -32602)
    equal(errorOf(await post((await serve()).url, emit)).code, -32601)
  })

  verifies('aos.seed.S34', 'from whom it was told to ask', async () => {
    const { url } = await serve({
      agbom: ({ format, agentId }) => (agentId === 'a1' ? { bomFormat: format } : undefined),
    })
    const bom = (agent_id: string): object => ({
      jsonrpc: '2.0',
      method: 'aos/agbom/generate',
      params: { format: 'cyclonedx', agent_id },
    })
    deepEqual(resultOf(await post(url, bom('a1'))), { bomFormat: 'cyclonedx' })
    equal(errorOf(await post(url, bom('a2'))).code, -32602)
    equal(errorOf(await post((await serve()).url, bom('a1'))).code, -32601)
  })

  test('stops and revives over HTTP', async () => {
    const { url } = await serve({ auth })
    const agent = async (): Promise<unknown> =>
      resultOf(await post(url, evaluate('search', String(Math.random())), bearer(BOT)))['action']
    equal((await post(`${url}/kill`, { reason: 'x' }, bearer(BOT))).status, 403)
    equal((await post(`${url}/kill`, { reason: 'x' })).status, 401)
    equal((await post(`${url}/kill`, {}, bearer(ROOT))).status, 400)
    equal((await post(`${url}/kill`, { reason: 'x', session: 7 }, bearer(ROOT))).status, 400)
    equal(await agent(), 'ALLOW')
    equal((await post(`${url}/kill`, { reason: 'incident', session: 'sess_123' }, bearer(ROOT))).status, 200)
    equal(await agent(), 'DENY')
    for (const body of ['', '{', '[]', '7', { sesion: 'sess_123' }, { session: '' }])
      equal((await post(`${url}/revive`, body, bearer(ROOT))).status, 400, JSON.stringify(body))
    equal(await agent(), 'DENY')
    equal((await post(`${url}/revive`, { session: 'sess_123' }, bearer(ROOT))).status, 200)
    equal(await agent(), 'ALLOW')
  })

  verifies('guardian.server.audit', 'gives out no decision it cannot keep', async () => {
    const kept: unknown[] = []
    const { url } = await serve({
      onDecision: ({ step, response, caller }) => {
        kept.push([step.toolName, response.decision, caller.name])
        if (step.toolName === 'lost') throw new Error('disk full')
      },
    })
    equal(resultOf(await post(url, evaluate('search', '1')))['action'], 'ALLOW')
    const lost = resultOf(await post(url, evaluate('lost', '2')))
    deepEqual([lost['action'], lost['reason']], ['DENY', 'the decision could not be kept'])
    deepEqual(kept, [
      ['search', 'allow', 'anonymous'],
      ['lost', 'allow', 'anonymous'],
    ])
  })

  verifies('guardian.server.signatures', 'believes signed requests only, and signs its answers', async () => {
    const key = 'a shared key of at least 32 bytes!!'
    const { url } = await serve({
      signature: {
        verifier: createRequestVerifier({ keys: { 'agent-1': { algorithm: 'hmac-sha256', key } } }),
        signer: createResponseSigner({ keyId: 'agent-1', key }),
      },
    })
    equal((await post(url, evaluate('search', '1'))).status, 401)
    const asked = { hook: 'toolCallRequest', tool: 'search', parameters: { n: 1 } } as const
    const guardian = new GuardianAgent({
      endpoint: url,
      signature: createMessageSigner({ keyId: 'agent-1', key }),
    })
    later(() => guardian.close())
    equal((await guardian.evaluate(asked)).action, 'ALLOW')
    const stranger = new GuardianAgent({
      endpoint: url,
      signature: createMessageSigner({ keyId: 'agent-1', key: 'another key of at least 32 bytes!!!' }),
    })
    later(() => stranger.close())
    equal((await stranger.evaluate(asked)).action, 'DENY')
    const unsigned = await serve()
    const careful = new GuardianAgent({
      endpoint: unsigned.url,
      signature: createMessageSigner({ keyId: 'agent-1', key }),
    })
    later(() => careful.close())
    deepEqual((await careful.evaluate(asked)).reasonCode, ['guardian_signature_invalid'])
  })

  test('listens at a unix socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'guardian-'))
    later(async () => rmSync(folder, { recursive: true }))
    const socketPath = join(folder, 'guardian.sock')
    equal((await serve({ socketPath })).url, socketPath)
    const guardian = new GuardianAgent({ socketPath })
    later(() => guardian.close())
    deepEqual(
      (await guardian.evaluate({ hook: 'toolCallRequest', tool: 'send_email', parameters: {} })).reasonCode,
      ['mail'],
    )
  })

  verifies(
    'guardian.server.shutdown',
    'answers what is under way when it is closed, and takes nothing more',
    async () => {
      let go: (() => void) | undefined
      const begun = new Promise<void>((resolve) => {
        go = resolve
      })
      let finish: (() => void) | undefined
      const waiting = new Promise<void>((resolve) => {
        finish = resolve
      })
      const { url, server } = await serve({
        policies: [
          {
            name: 'slow',
            hooks: ['toolCallRequest'],
            evaluate: async () => {
              go?.()
              await waiting
              return deny('thought about it')
            },
          },
        ],
      })
      const answer = post(url, evaluate('search', '1'))
      await begun
      const closing = server.close()
      finish?.()
      equal(resultOf(await answer)['reason'], 'thought about it')
      await closing
      await rejects(post(url, evaluate('search', '2')))
    },
  )

  verifies('guardian.server.closed-by-default', 'refuses to be open to more than it says', () => {
    const bad: readonly Partial<GuardianServerOptions>[] = [
      { host: '0.0.0.0' },
      { host: '0.0.0.0', auth },
      { host: 'guardian.example.com', auth },
      { port: 70_000 },
      { port: 1.5 },
      { socketPath: '/x', host: '127.0.0.1' },
      { auth: { tokens: { short: { name: 'x', roles: [] } } } },
      { policies: ['data-protecton'] },
      { default: 'denny' as never },
      { defualt: 'deny' } as never,
    ]
    for (const options of bad)
      throws(
        () => createGuardianServer({ policies: [noMail], ...options }),
        (error) => isAosError(error),
        JSON.stringify(options),
      )
  })
})
