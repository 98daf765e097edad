import { generateSigningKey } from '@agent-run/types'
import fc from 'fast-check'
import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeEach, describe, expect, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import type { HeaderFields, MessageSigner, SignableRequest } from '../client/message-signer.ts'
import {
  createMessageSigner,
  createRequestVerifier,
  createResponseSigner,
  type SignedRequest,
  type SignedResponse,
} from './message-signature.ts'
import type { SignatureKey } from './signature-key.ts'

const START = 1_700_000_000_000
const SECRET = 'correct horse battery staple, and more of it'
const CLIENT: SignatureKey = { algorithm: 'hmac-sha256', key: SECRET }
const clientPair = generateSigningKey()
const guardianPair = generateSigningKey()

let at = START
let mono = 0
const clock = { now: () => mono, date: () => at }
const pass = (ms: number): void => {
  at += ms
  mono += ms
}
beforeEach(() => {
  at = START
  mono = 0
})

function unsigned(body = '{"id":1}'): SignableRequest {
  return {
    method: 'POST',
    targetUri: 'https://guardian.example/aos?x=1',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: Buffer.from(body),
  }
}

async function signed(
  signer: MessageSigner,
  request: SignableRequest = unsigned(),
): Promise<SignableRequest> {
  return { ...request, headers: { ...request.headers, ...(await signer.signRequest(request)) } }
}

const shared = {
  signer: () => createMessageSigner({ keyId: 'agent', key: SECRET, clock }),
  verifier: () => createRequestVerifier({ keys: { agent: CLIENT }, clock }),
  responses: () => createResponseSigner({ keyId: 'agent', key: SECRET, clock }),
}
const pairs: typeof shared = {
  signer: () =>
    createMessageSigner({
      keyId: 'agent',
      algorithm: 'ed25519',
      key: clientPair.privateKey,
      verifyKeys: { guardian: { algorithm: 'ed25519', key: guardianPair.publicKey } },
      clock,
    }),
  verifier: () =>
    createRequestVerifier({ keys: { agent: { algorithm: 'ed25519', key: clientPair.publicKey } }, clock }),
  responses: () =>
    createResponseSigner({ keyId: 'guardian', algorithm: 'ed25519', key: guardianPair.privateKey, clock }),
}

function answer(
  request: SignedRequest,
  sides: typeof shared = shared,
  body = '{"result":1}',
): SignedResponse {
  const response = { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) }
  const fields = sides.responses().signResponse(response, request)
  return { ...response, headers: { ...response.headers, ...fields } }
}

const codeOf = (checked: { readonly ok: boolean; readonly code?: string }): string =>
  checked.ok ? 'ok' : (checked.code ?? '')

function replaced(text: string, index: number, char: string): string {
  return text.slice(0, index) + char + text.slice(index + 1)
}

describe.each([
  ['a shared key', shared],
  ['Ed25519 keys', pairs],
])('with %s', (_name, sides) => {
  test('a request is believed, and its answer, too', async () => {
    const signer = sides.signer()
    const request = await signed(signer)
    expect(sides.verifier().verify(request)).toMatchObject({
      ok: true,
      keyId: 'agent',
      created: START / 1000,
    })
    expect(signer.verifyResponse(answer(request, sides), request)).toBeUndefined()
  })

  verifies('guardian.signature.request', 'no byte of a request can be another one', async () => {
    const request = await signed(sides.signer(), unsigned('{"id":1,"method":"steps/toolCallRequest"}'))
    const covered = ['content-type', 'content-digest', 'signature-input', 'signature'] as const
    const change = fc.record({
      part: fc.constantFrom('body', 'method', 'targetUri', ...covered),
      index: fc.nat(),
      char: fc.stringMatching(/^[\x20-\x7e]$/),
    })
    fc.assert(
      fc.property(change, ({ part, index, char }) => {
        const text = (given: string): string => replaced(given, index % given.length, char)
        const changed: SignedRequest =
          part === 'body'
            ? { ...request, body: Buffer.from(text(Buffer.from(request.body).toString())) }
            : part === 'method' || part === 'targetUri'
              ? { ...request, [part]: text(request[part]) }
              : { ...request, headers: { ...request.headers, [part]: text(request.headers[part] ?? '') } }
        fc.pre(JSON.stringify(changed) !== JSON.stringify(request))
        expect(sides.verifier().verify(changed).ok).toBe(false)
      }),
      { numRuns: 500 },
    )
    expect(sides.verifier().verify(request).ok).toBe(true)
  })

  verifies('guardian.signature.answer', 'no byte of an answer can be another one', async () => {
    const signer = sides.signer()
    const request = await signed(signer)
    const response = answer(request, sides)
    const covered = ['content-type', 'content-digest', 'signature-input', 'signature'] as const
    fc.assert(
      fc.property(
        fc.constantFrom('body', ...covered),
        fc.nat(),
        fc.stringMatching(/^[\x20-\x7e]$/),
        (part, index, char) => {
          const text = (given: string): string => replaced(given, index % given.length, char)
          const changed: SignedResponse =
            part === 'body'
              ? { ...response, body: Buffer.from(text(Buffer.from(response.body).toString())) }
              : { ...response, headers: { ...response.headers, [part]: text(response.headers[part] ?? '') } }
          fc.pre(JSON.stringify(changed) !== JSON.stringify(response))
          expect(signer.verifyResponse(changed, request)).toEqual(expect.any(String))
        },
      ),
      { numRuns: 300 },
    )
    expect(signer.verifyResponse({ ...response, status: 201 }, request)).toEqual(expect.any(String))
    expect(signer.verifyResponse(response, request)).toBeUndefined()
  })

  verifies(
    'guardian.signature.bound',
    'the answer to another request is not believed, however alike they are',
    async () => {
      const signer = sides.signer()
      const one = await signed(signer)
      const other = await signed(signer)
      expect(one.body).toEqual(other.body)
      expect(signer.verifyResponse(answer(one, sides), other)).toEqual(expect.any(String))
      expect(signer.verifyResponse(answer(other, sides), one)).toEqual(expect.any(String))
      const elsewhere = { ...one, targetUri: 'https://other.example/' }
      expect(signer.verifyResponse(answer(elsewhere, sides), one)).toEqual(expect.any(String))
    },
  )

  test('a request sent back is no answer', async () => {
    const signer = sides.signer()
    const request = await signed(signer)
    const echo = { status: 200, headers: request.headers, body: request.body }
    expect(signer.verifyResponse(echo, request)).toMatch(/does not cover "@status"/)
  })
})

describe('a request verifier', () => {
  test.each(['content-digest', 'signature-input', 'signature', 'content-type'])(
    'refuses a request without its %s',
    async (name) => {
      const { [name]: _left, ...headers } = (await signed(shared.signer())).headers
      expect(shared.verifier().verify({ ...unsigned(), headers }).ok).toBe(false)
    },
  )

  test('refuses signatures that cover or say too little', async () => {
    const request = await signed(shared.signer())
    const input = request.headers['signature-input'] ?? ''
    const codes = [
      [input.replace('"@method" ', ''), 'signature_incomplete'],
      [input.replace('"@target-uri" ', ''), 'signature_incomplete'],
      [input.replace('"content-digest" ', ''), 'signature_incomplete'],
      [input.replace(/;created=\d+/, ''), 'signature_incomplete'],
      [input.replace(/;expires=\d+/, ''), 'signature_incomplete'],
      [input.replace(/;nonce="[^"]+"/, ''), 'signature_incomplete'],
      [input.replace(/;nonce="[^"]+"/, ';nonce="short"'), 'signature_incomplete'],
      [input.replace(/;keyid="[^"]+"/, ''), 'signature_incomplete'],
      [input.replace(/;alg="[^"]+"/, ''), 'signature_incomplete'],
      [input.replace(/;tag="[^"]+"/, ';tag="other"'), 'signature_incomplete'],
      [input.replace('"@method"', '"@method" "@method"'), 'signature_incomplete'],
      [input.replace('"@method"', '"@method" "x-absent"'), 'signature_incomplete'],
      [input.replace('keyid="agent"', 'keyid="__proto__"'), 'signature_key_unknown'],
      [input.replace('hmac-sha256', 'ed25519'), 'signature_key_unknown'],
      [input.replace('"@method"', '"@method" "accept"'), 'signature_wrong'],
      [`${input}, ${input.replace('aos=', 'b=')}`, 'signature_malformed'],
      [`${input}, ${input}`, 'signature_malformed'],
      [input.replace('aos=', 'b='), 'signature_malformed'],
    ] as const
    for (const [changed, code] of codes) {
      expect(changed).not.toBe(input)
      const headers = { ...request.headers, 'signature-input': changed }
      expect([changed, codeOf(shared.verifier().verify({ ...request, headers }))]).toEqual([changed, code])
    }
  })

  test('refuses the signature of another key, and an Ed25519 key taken for a shared one', async () => {
    const wrong = createMessageSigner({ keyId: 'agent', key: `${SECRET}!`, clock })
    expect(codeOf(shared.verifier().verify(await signed(wrong)))).toBe('signature_wrong')
    const pem = clientPair.publicKey.export({ type: 'spki', format: 'pem' })
    const confused = createMessageSigner({ keyId: 'agent', key: Buffer.from(pem), clock })
    expect(codeOf(pairs.verifier().verify(await signed(confused)))).toBe('signature_key_unknown')
  })

  verifies(
    'guardian.signature.replay',
    'believes a request once, and the requests of one key up to a bound',
    async () => {
      const verifier = createRequestVerifier({ keys: { agent: CLIENT }, nonceCapacity: 2, clock })
      const signer = shared.signer()
      const [one, two, three] = [await signed(signer), await signed(signer), await signed(signer)]
      expect([one, one, two, three, one].map((request) => codeOf(verifier.verify(request)))).toEqual([
        'ok',
        'nonce_replayed',
        'ok',
        'nonces_full',
        'nonce_replayed',
      ])
      pass(122_000)
      expect(codeOf(verifier.verify(await signed(signer)))).toBe('ok')
    },
  )

  test('a request that is refused does not use up its nonce', async () => {
    const verifier = shared.verifier()
    const request = await signed(shared.signer())
    expect(codeOf(verifier.verify({ ...request, body: Buffer.from('{}') }))).toBe('content_digest_wrong')
    expect(codeOf(verifier.verify(request))).toBe('ok')
  })

  test('refuses what is too old or comes from the future', async () => {
    const verifier = shared.verifier()
    const signer = shared.signer()
    const early = await signed(signer)
    pass(59_999)
    expect(codeOf(verifier.verify(await signed(signer)))).toBe('ok')
    const late = await signed(signer)
    pass(1)
    expect(codeOf(verifier.verify(early))).toBe('signature_expired')
    at -= 120_000
    expect(codeOf(verifier.verify(late))).toBe('signature_not_yet_valid')
    at = Number.NaN
    expect(codeOf(verifier.verify(late))).toBe('signature_not_yet_valid')
  })

  test('goes by its own idea of age where a signature claims to last longer', async () => {
    const patient = createMessageSigner({ keyId: 'agent', key: SECRET, maxSkewMs: 3_600_000, clock })
    const request = await signed(patient)
    const verifier = shared.verifier()
    pass(61_000)
    expect(codeOf(verifier.verify(request))).toBe('signature_expired')
  })

  verifies(
    'guardian.signature.clock',
    'believes nothing twice when the clock is set forth and back',
    async () => {
      const verifier = shared.verifier()
      const signer = shared.signer()
      const request = await signed(signer)
      expect(codeOf(verifier.verify(request))).toBe('ok')
      at += 3_600_000
      expect(codeOf(verifier.verify(await signed(signer)))).toBe('ok')
      at = START
      expect(codeOf(verifier.verify(request))).toBe('nonce_replayed')
      // long after its nonce was forgotten, the clock says again what it said then
      mono += 10_000_000
      expect(codeOf(verifier.verify(request))).toBe('nonce_replayed')
    },
  )

  test('believes nothing that an earlier verifier may have seen', async () => {
    const request = await signed(shared.signer())
    expect(codeOf(shared.verifier().verify(request))).toBe('ok')
    pass(1000)
    expect(codeOf(shared.verifier().verify(request))).toBe('signature_expired')
  })

  test('tells no secret in its sentences', async () => {
    const request = await signed(shared.signer())
    const headers = { ...request.headers, signature: 'aos=:AAAA:' }
    expect(JSON.stringify(shared.verifier().verify({ ...request, headers }))).not.toContain(SECRET)
  })
})

describe('a message signer', () => {
  test('uses a new nonce for each message, of 128 bits', async () => {
    const signer = shared.signer()
    const nonces = await Promise.all(
      Array.from(
        { length: 100 },
        async () => /nonce="([^"]+)"/.exec((await signed(signer)).headers['signature-input'] ?? '')?.[1],
      ),
    )
    expect(new Set(nonces).size).toBe(100)
    expect(Buffer.from(nonces[0] ?? '', 'base64url').length).toBe(16)
  })

  test('signs nothing that it cannot say exactly', () => {
    const signer = shared.signer()
    expect(() => signer.signRequest({ ...unsigned(), targetUri: 'https://x/\n' })).toThrow(/not ASCII/)
    expect(() => signer.signRequest({ ...unsigned(), headers: {} })).toThrow(/absent/)
  })

  test('does not believe an old answer', async () => {
    const signer = shared.signer()
    const request = await signed(signer)
    const response = answer(request)
    pass(61_000)
    expect(signer.verifyResponse(response, request)).toMatch(/expired/)
  })

  test.each([
    ['a short secret', { keyId: 'a', key: 'short' }],
    ['a public key that would sign', { keyId: 'a', algorithm: 'ed25519', key: clientPair.publicKey }],
    [
      'PEM text as a secret',
      { keyId: 'a', key: clientPair.publicKey.export({ type: 'spki', format: 'pem' }).toString() },
    ],
    ['a text that is no key', { keyId: 'a', algorithm: 'ed25519', key: 'x' }],
    [
      'an Ed25519 key without keys of the guardian',
      { keyId: 'a', algorithm: 'ed25519', key: clientPair.privateKey },
    ],
    ['no key id', { keyId: '', key: SECRET }],
    ['a key id that is not ASCII', { keyId: 'ü', key: SECRET }],
    ['a skew that is no time', { keyId: 'a', key: SECRET, maxSkewMs: Number.NaN }],
    ['no keys to check with', { keyId: 'a', key: SECRET, verifyKeys: {} }],
  ] as const)('is not made of %s', (_name, options) => {
    expect(() => createMessageSigner({ clock, ...options })).toThrow(
      expect.objectContaining({ code: 'invalid_options' }),
    )
  })
})

test('signatures survive a real connection', async () => {
  const verifier = createRequestVerifier({ keys: { agent: CLIENT } })
  const responses = createResponseSigner({ keyId: 'agent', key: SECRET })
  const server = createServer((incoming, outgoing) => {
    void bodyOf(incoming).then((body) => {
      const targetUri = `http://${incoming.headers.host}${incoming.url}`
      const request = { method: incoming.method ?? '', targetUri, headers: fieldsOf(incoming), body }
      const response = {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: Buffer.from(JSON.stringify(verifier.verify(request))),
      }
      outgoing
        .writeHead(200, { ...response.headers, ...responses.signResponse(response, request) })
        .end(response.body)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const signer = createMessageSigner({ keyId: 'agent', key: SECRET })
  const targetUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/aos?q=%20`
  const request = await signed(signer, { ...unsigned(), targetUri })
  const outgoing = httpRequest(targetUri, { method: 'POST', headers: request.headers }).end(request.body)
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  const body = await bodyOf(incoming)
  server.close()
  const response = { status: incoming.statusCode ?? 0, headers: fieldsOf(incoming), body }
  expect(JSON.parse(body.toString())).toMatchObject({ ok: true, keyId: 'agent' })
  expect(signer.verifyResponse(response, request)).toBeUndefined()
})

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function fieldsOf(message: IncomingMessage): HeaderFields {
  const fields = Object.entries(message.headersDistinct)
  return Object.fromEntries(fields.map(([name, values]) => [name, values?.join(', ') ?? '']))
}
