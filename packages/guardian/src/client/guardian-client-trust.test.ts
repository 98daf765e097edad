import { verifies } from '../../../../test/conformance/verifies.ts'
import { denied, guardianClients } from '../../../../test/support/guardian-clients.ts'
import { allows, repliesError, repliesStatus } from '../../../../test/support/scripted-guardian.ts'
import { wireStep } from '../../../../test/support/wire-step.ts'
import type { MessageSigner, SignableRequest } from './message-signer.ts'
import { describe, expect, test } from 'vitest'

const { guardianWith, clientOf } = guardianClients()

describe('bearer', () => {
  verifies(
    'guardian.client.credentials',
    'shows a token, and asks for one each time where it changes',
    async () => {
      const guardian = await guardianWith(allows)
      const tokens = ['first', 'second']
      await clientOf(guardian, { bearer: 'fixed' }).decide(wireStep())
      const client = clientOf(guardian, { bearer: async () => tokens.shift() ?? '' })
      await client.decide(wireStep())
      await client.decide(wireStep())
      expect(guardian.requests.map(({ headers }) => headers.authorization)).toEqual([
        'Bearer fixed',
        'Bearer first',
        'Bearer second',
      ])
      expect(await client.decide(wireStep())).toMatchObject(denied('guardian_credentials_failed'))
    },
  )

  const failing: Record<string, () => Promise<string>> = {
    'cannot be got': () => Promise.reject(new Error('no vault')),
    'would break the header': () => Promise.resolve('a\r\nx-admin: 1'),
    'does not come': () => new Promise(() => undefined),
  }

  for (const [what, bearer] of Object.entries(failing)) {
    verifies('guardian.client.credentials', `denies without asking where the token ${what}`, async () => {
      const guardian = await guardianWith(allows)
      const client = clientOf(guardian, { bearer, timeoutMs: 50 })
      expect(await client.decide(wireStep())).toMatchObject(denied('guardian_credentials_failed'))
      expect([guardian.requests.length, client.stats().breaker]).toEqual([0, 'closed'])
    })
  }
})

describe('signature', () => {
  const signerOf = (signer: Partial<MessageSigner>): MessageSigner => ({
    signRequest: ({ body }) => ({ signature: `of ${body.length} bytes` }),
    verifyResponse: () => undefined,
    ...signer,
  })

  verifies(
    'guardian.client.signature',
    'signs each request, a retry anew, and shows the answer before anything of it is believed',
    async () => {
      const guardian = await guardianWith([repliesStatus(503), allows])
      let nonce = 0
      const seen: [number, string, SignableRequest][] = []
      const client = clientOf(guardian, {
        bearer: 'token',
        signature: signerOf({
          signRequest: async ({ headers }) => ({
            'x-nonce': String(++nonce),
            'x-signed': headers['authorization'] ?? '',
          }),
          verifyResponse: async ({ status, body }, request) => {
            seen.push([status, Buffer.from(body).toString('utf8'), request])
            return undefined
          },
        }),
      })
      expect(await client.decide(wireStep())).toMatchObject({ decision: 'allow' })
      expect(guardian.requests.map(({ headers }) => [headers['x-nonce'], headers['x-signed']])).toEqual([
        ['1', 'Bearer token'],
        ['2', 'Bearer token'],
      ])
      expect(seen).toHaveLength(1)
      expect(seen[0]?.[0]).toBe(200)
      expect(seen[0]?.[1]).toContain('"decision":"allow"')
      expect(seen[0]?.[2]).toMatchObject({
        method: 'POST',
        targetUri: guardian.url,
        headers: { 'x-nonce': '2', 'content-type': 'application/json' },
      })
    },
  )

  const failing: Record<string, [Partial<MessageSigner>, string]> = {
    'the request cannot be signed': [
      { signRequest: () => Promise.reject(new Error('no key')) },
      'guardian_signature_failed',
    ],
    'the answer is not the guardian’s': [
      { verifyResponse: () => 'it is not signed' },
      'guardian_signature_invalid',
    ],
    'the answer cannot be checked': [
      {
        verifyResponse: () => {
          throw new Error('no key')
        },
      },
      'guardian_signature_invalid',
    ],
    'checking the answer takes too long': [
      { verifyResponse: () => new Promise(() => undefined) },
      'guardian_timeout',
    ],
  }

  for (const [what, [signer, code]] of Object.entries(failing)) {
    test(`denies where ${what}`, async () => {
      const client = clientOf(await guardianWith(allows), { signature: signerOf(signer), timeoutMs: 100 })
      expect(await client.decide(wireStep())).toMatchObject(denied(code))
    })
  }

  verifies(
    'guardian.client.signature',
    'believes no error that is not signed, not even one that would be an allow',
    async () => {
      const client = clientOf(await guardianWith(repliesError(-32601, 404)), {
        signature: signerOf({ verifyResponse: () => 'it is not signed' }),
        unknownMethod: { action: 'allow', reason: 'a test' },
      })
      expect(await client.decide(wireStep())).toMatchObject(denied('guardian_signature_invalid'))
    },
  )
})
