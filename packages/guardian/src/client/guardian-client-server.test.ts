import { allow, ask, deny, modify } from '@aos/sdk'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { createAuthority } from '../../../../test/support/certificates.ts'
import { wireStep } from '../../../../test/support/wire-step.ts'
import type { Policy } from '../policy/policy.ts'
import { createGuardianServer, type GuardianServerOptions } from '../server/index.ts'
import {
  createMessageSigner,
  createRequestVerifier,
  createResponseSigner,
} from '../signature/message-signature.ts'
import type { CodecName } from '../wire/codec.ts'
import { codecOf } from '../wire/codecs.ts'
import { createGuardianClient, type GuardianClient, type GuardianClientOptions } from './guardian-client.ts'
import type { MessageSigner } from './message-signer.ts'

const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

let judged: string[] = []

const byTool: Policy = {
  name: 'by-tool',
  hooks: ['toolCallRequest'],
  evaluate: ({ toolName, decisionId }) => {
    judged.push(decisionId)
    if (toolName === 'drop_table') return deny('no tables are dropped', 'tables')
    if (toolName === 'send_email') return modify({ to: 'archive@example.com' }, 'to the archive')
    return toolName === 'pay' ? ask('a person must see it') : allow()
  },
}

async function serve(options: Partial<GuardianServerOptions> = {}): Promise<string> {
  judged = []
  const server = createGuardianServer({ policies: [byTool], ...options })
  closers.push(() => server.close(200))
  return server.listen()
}

function clientOf(options: Partial<GuardianClientOptions>): GuardianClient {
  const client = createGuardianClient({ codec: codecOf('aos-0.1'), timeoutMs: 5000, ...options })
  closers.push(() => client.close())
  return client
}

const shared = { keyId: 'k1', key: 'a shared secret of at least thirty-two bytes' }
const keys = { k1: { algorithm: 'hmac-sha256', key: shared.key } } as const

function signedServer(): Pick<GuardianServerOptions, 'signature'> {
  return { signature: { verifier: createRequestVerifier({ keys }), signer: createResponseSigner(shared) } }
}

const PUBLIC_URL = 'http://127.0.0.1:1/'

/** Signs for the URL under which a server is known behind a proxy. */
function publicSigner(): MessageSigner {
  const signer = createMessageSigner(shared)
  return {
    signRequest: (request) => signer.signRequest({ ...request, targetUri: PUBLIC_URL }),
    verifyResponse: (response, request) =>
      signer.verifyResponse(response, { ...request, targetUri: PUBLIC_URL }),
  }
}

/** Passes connections on; `toClient` sees each piece of an answer and says what becomes of it. */
async function proxyTo(url: string, toClient: (piece: Buffer, client: Socket) => void): Promise<string> {
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(url).port), '127.0.0.1')
    client.on('error', () => upstream.destroy())
    client.on('close', () => upstream.destroy())
    client.on('data', (piece) => void upstream.write(piece))
    upstream.on('data', (piece) => toClient(piece, client))
    upstream.on('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(async () => server.close())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}

async function expectDecisions(client: GuardianClient): Promise<void> {
  expect(await client.decide(wireStep({ toolName: 'search' }))).toMatchObject({ decision: 'allow' })
  expect(await client.decide(wireStep({ toolName: 'drop_table' }))).toMatchObject({
    decision: 'deny',
    message: 'no tables are dropped',
    reasonCode: ['tables'],
  })
  expect(await client.decide(wireStep({ toolName: 'send_email' }))).toMatchObject({
    decision: 'modify',
    modifications: { to: 'archive@example.com' },
  })
  expect(await client.decide(wireStep({ toolName: 'pay' }))).toMatchObject({ decision: 'ask' })
  expect(await client.ping()).toMatchObject({ ok: true })
  expect(client.stats()).toMatchObject({ decisions: 4, failures: {}, retries: 0 })
}

describe('a client and a server of ours', () => {
  test.each<CodecName>(['aos-0.1', 'aos-0.1-literal', 'landing'])(
    'understand each other in %s',
    async (name) => {
      await expectDecisions(clientOf({ endpoint: await serve(), codec: codecOf(name) }))
    },
  )

  test('sign both ways', async () => {
    const endpoint = await serve(signedServer())
    await expectDecisions(clientOf({ endpoint, signature: createMessageSigner(shared) }))
    expect(await clientOf({ endpoint }).decide(wireStep())).toMatchObject({
      decision: 'deny',
      reasonCode: ['guardian_unauthorized'],
    })
  })

  test('know each other by certificates', async () => {
    const authority = createAuthority('theirs')
    const endpoint = await serve({
      tls: { ...authority.issue(['127.0.0.1']), ca: authority.ca, requestCert: true },
    })
    await expectDecisions(clientOf({ endpoint, tls: { ca: authority.ca, ...authority.issue(['agent']) } }))
    const stranger = createAuthority('another').issue(['agent'])
    expect(
      await clientOf({ endpoint, tls: { ca: authority.ca, ...stranger } }).decide(wireStep()),
    ).toMatchObject({
      decision: 'deny',
      reasonCode: [expect.stringMatching(/^guardian_(?:untrusted|unavailable)$/) as string],
    })
  })

  test('meet at a unix socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'guardian-'))
    const socketPath = join(folder, 'guardian.sock')
    await serve({ socketPath })
    await expectDecisions(clientOf({ socketPath }))
    await rm(folder, { recursive: true })
  })

  for (const how of ['signed', 'unsigned']) {
    verifies(
      'guardian.client.once',
      `judge a step once where the answer is lost on the way (${how})`,
      async () => {
        const isSigned = how === 'signed'
        const server = await serve(isSigned ? { ...signedServer(), publicUrl: PUBLIC_URL } : {})
        let pieces = 0
        const endpoint = await proxyTo(server, (piece, client) => {
          if (pieces++ === 0) client.destroy()
          else client.write(piece)
        })
        const client = clientOf({ endpoint, ...(isSigned ? { signature: publicSigner() } : {}) })
        expect(await client.decide(wireStep({ toolName: 'send_email' }))).toMatchObject({
          decision: 'modify',
        })
        expect([client.stats().retries, judged]).toEqual([1, ['dec_1']])
      },
    )
  }

  verifies('guardian.client.signature', 'believe no answer that was signed for another request', async () => {
    const server = await serve({ ...signedServer(), publicUrl: PUBLIC_URL })
    let kept: Buffer | undefined
    const endpoint = await proxyTo(server, (piece, client) => {
      kept ??= piece
      client.write(kept)
    })
    const client = clientOf({ endpoint, signature: publicSigner() })
    expect(await client.decide(wireStep({ id: 1, toolName: 'search' }))).toMatchObject({ decision: 'allow' })
    expect(await client.decide(wireStep({ id: 1, toolName: 'drop_table' }))).toMatchObject({
      decision: 'deny',
      reasonCode: ['guardian_signature_invalid'],
    })
  })
})
