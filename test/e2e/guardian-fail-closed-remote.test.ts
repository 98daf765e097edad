import {
  createMessageSigner,
  createRequestVerifier,
  createResponseSigner,
  GuardianAgent,
  type GuardianOptions,
  type Policy,
} from '@aos/guardian'
import { createGuardianServer, type GuardianServerOptions } from '@aos/guardian/server'
import { allow, AOSInstrument, isDenied, modify, type GuardedRun } from '@aos/sdk'
import { afterEach, describe, expect, test } from 'vitest'
import { createAuthority } from '../support/certificates.ts'
import { denialCodes, PAYING_AGENTS, type MakePayingAgent } from '../support/fail-closed/agents.ts'
import { modified } from '../support/fail-closed/fault.ts'
import { outcomeOf } from '../support/guarded-agent.ts'
import { allows, hangs, startScriptedGuardian, type Reply } from '../support/scripted-guardian.ts'

// a guardian that cannot be reached, or cannot be believed to be the guardian, lets nothing run

const started: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const each of started.splice(0).toReversed()) await each.close()
})

type Options = Partial<GuardianOptions>

async function scripted(replies: Reply | Reply[]): Promise<string> {
  const server = await startScriptedGuardian(replies)
  started.push(server)
  return server.url
}

const fine: Policy = { name: 'fine', hooks: ['toolCallRequest'], evaluate: () => allow() }

async function served(options: Partial<GuardianServerOptions>): Promise<string> {
  const server = createGuardianServer({ policies: [fine], ...options })
  started.push(server)
  return server.listen()
}

const shared = { keyId: 'k1', key: 'a shared secret of at least thirty-two bytes' }
const other = { keyId: 'k1', key: 'another secret of at least thirty-two bytes' }
const keysOf = ({ key }: typeof shared) => ({ k1: { algorithm: 'hmac-sha256' as const, key } })
const ahead = { now: () => performance.now(), date: () => Date.now() + 3_600_000 }
const behind = { now: () => performance.now(), date: () => Date.now() - 3_600_000 }
const signed = (verify = shared, sign = shared, clock = {}): Partial<GuardianServerOptions> => ({
  signature: {
    verifier: createRequestVerifier({ keys: keysOf(verify), ...clock }),
    signer: createResponseSigner({ ...sign, ...clock }),
  },
})
const signature = createMessageSigner(shared)
const ours = createAuthority('our authority')
const theirs = createAuthority('another authority')

async function overTls(authority: typeof ours, names: readonly string[]): Promise<string> {
  const server = await startScriptedGuardian(allows, { tls: authority.issue(names) })
  started.push(server)
  return server.url
}

/** Gives each signature to an answer that belongs to the request before. */
function swapping(): Reply {
  const signer = createResponseSigner(shared)
  return ({ id, text, headers }, response) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id, result: { decision: 'allow', message: 'fine' } })
    const fields = { 'content-type': 'application/json' }
    const given = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)])
    const before = { ...Object.fromEntries(given), signature: 'aos=:AAAA:' }
    const request = {
      method: 'POST',
      targetUri: `http://${headers.host ?? ''}/aos`,
      headers: before,
      body: Buffer.from(text),
    }
    const answer = { status: 200, headers: fields, body: Buffer.from(body) }
    response.writeHead(200, { ...fields, ...signer.signResponse(answer, request) }).end(body)
  }
}

const FAULTS: readonly (readonly [what: string, code: string, make: () => Promise<Options>])[] = [
  [
    'refuses connections',
    'guardian_unavailable',
    async () => {
      const server = await startScriptedGuardian(allows)
      const { url } = server
      await server.close()
      return { endpoint: url }
    },
  ],
  [
    'has a certificate of another authority',
    'guardian_untrusted',
    async () => ({ endpoint: await overTls(theirs, ['127.0.0.1']), tls: { ca: ours.ca } }),
  ],
  [
    'has a certificate for another name',
    'guardian_untrusted',
    async () => ({ endpoint: await overTls(ours, ['guardian.internal']), tls: { ca: ours.ca } }),
  ],
  [
    'does not sign',
    'guardian_signature_invalid',
    async () => ({ endpoint: await scripted(allows), signature }),
  ],
  [
    'signs with another key',
    'guardian_signature_invalid',
    async () => ({ endpoint: await served(signed(shared, other)), signature }),
  ],
  [
    'knows another key of the agent',
    'guardian_unauthorized',
    async () => ({ endpoint: await served(signed(other)), signature }),
  ],
  [
    'has a clock that is ahead',
    'guardian_unauthorized',
    async () => ({ endpoint: await served(signed(shared, shared, { clock: ahead })), signature }),
  ],
  [
    'has a clock that is behind',
    'guardian_unauthorized',
    async () => ({ endpoint: await served(signed(shared, shared, { clock: behind })), signature }),
  ],
  [
    'signs for another request',
    'guardian_signature_invalid',
    async () => ({ endpoint: await scripted(swapping()), signature }),
  ],
  [
    'wants a token that is not shown',
    'guardian_unauthorized',
    async () => ({
      endpoint: await served({
        auth: { tokens: { 'a-token-of-some-length': { name: 'a', roles: ['agent'] } } },
      }),
    }),
  ],
  [
    'is asked too much at once',
    'guardian_request_too_large',
    async () => ({ endpoint: await scripted(allows), maxRequestBytes: 10 }),
  ],
  [
    'has a token that cannot be got',
    'guardian_credentials_failed',
    async () => ({ endpoint: await scripted(allows), bearer: () => Promise.reject(new Error('no vault')) }),
  ],
  [
    'changes what a local policy changes back',
    'modify_did_not_settle',
    async () => ({
      endpoint: await scripted(modified((call) => call)),
      policies: [{ ...fine, evaluate: ({ pass }) => modify({ to: pass, amount: 1 }) }],
    }),
  ],
]

async function runUnder(options: Options, make: MakePayingAgent) {
  const guardian = new GuardianAgent({ codec: 'aos-0.1', timeoutMs: 5000, ...options })
  started.push(guardian)
  const { agent, effects, recorder, run } = make()
  guardian.protect(agent, { hooks: ['toolCallRequest'] })
  await run()
  return { effects, codes: denialCodes(recorder) }
}

describe.each(PAYING_AGENTS)('%s', (_name, make) => {
  test('pays where the guardian signs its allow', async () => {
    const { effects } = await runUnder({ endpoint: await served(signed()), signature }, make)
    expect(effects).toEqual([{ to: 'acme', amount: 5 }])
  })

  test.each(FAULTS)('does not pay where the guardian %s', async (_what, code, fault) => {
    const { effects, codes } = await runUnder(await fault(), make)
    expect(effects).toEqual([])
    expect(codes).toContain(code)
  })
})

function payers(count: number) {
  const effects: unknown[] = []
  const codes: string[] = []
  const agent = new AOSInstrument(async (onEffect: () => void, aos: GuardedRun): Promise<void> => {
    const calls = Array.from({ length: count }, async (_each, at) => {
      const effect = (): void => {
        effects.push(at)
        onEffect()
      }
      const outcome = await outcomeOf(aos.toolCall({ toolName: 'pay', parameters: { at } }, effect))
      codes.push(
        'error' in outcome && isDenied(outcome.error) ? String(outcome.error.denial.reasonCodes[0]) : 'paid',
      )
    })
    await Promise.all(calls)
  })
  return { agent, effects, codes }
}

const counted = (codes: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
  return counts
}

test('a guardian that hangs denies each of 1,000 calls', async () => {
  const guardian = new GuardianAgent({ endpoint: await scripted(hangs), codec: 'aos-0.1', timeoutMs: 100 })
  started.push(guardian)
  const { agent, effects, codes } = payers(1000)
  guardian.protect(agent, { hooks: ['toolCallRequest'] })
  await agent.run(() => undefined)
  const { guardian_timeout: late = 0, guardian_queue_full: full = 0, ...others } = counted(codes)
  expect([effects, late + full, others]).toEqual([[], 1000, {}])
})

test('of 10,000 calls under way none starts after kill() has returned', async () => {
  const guardian = new GuardianAgent({
    policies: [
      {
        ...fine,
        evaluate: async ({ value }) => (Reflect.get(Object(value), 'at') % 2 === 0 ? allow() : modify(value)),
      },
    ],
  })
  started.push(guardian)
  const { agent, effects, codes } = payers(10_000)
  guardian.protect(agent, { hooks: ['toolCallRequest'] })
  let atKill = -1
  const ended = await outcomeOf(
    agent.run(() => {
      if (effects.length !== 3000) return
      guardian.kill('stop')
      atKill = effects.length
    }),
  )
  expect([atKill, effects.length, counted(codes)]).toEqual([3000, 3000, { paid: 3000, kill_switch: 7000 }])
  expect(ended).toBeDefined()
})
