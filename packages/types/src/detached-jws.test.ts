import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { signDetached, verifyDetached } from './detached-jws.ts'
import { generateSigningKey, keyThumbprint } from './signing.ts'

const { privateKey, publicKey } = generateSigningKey()

function decode(part: string | undefined): unknown {
  return JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'))
}

describe('a detached JWS', () => {
  test('is of one text and one key', () => {
    const jws = signDetached('a text', privateKey)
    expect(verifyDetached('a text', jws, publicKey)).toBe(true)
    expect(verifyDetached('a text', jws, privateKey)).toBe(true)
    expect(verifyDetached('b text', jws, publicKey)).toBe(false)
    expect(verifyDetached('a text', jws, generateSigningKey().publicKey)).toBe(false)
    expect(decode(jws.split('.')[0])).toEqual({ alg: 'EdDSA', kid: keyThumbprint(publicKey) })
    expect(signDetached('a text', privateKey)).toBe(jws)
  })

  test('signs as RFC 8037 has it: what stands between the dots counts', () => {
    // key and message of RFC 8037, appendix A
    const key = createPrivateKey({
      format: 'jwk',
      key: {
        kty: 'OKP',
        crv: 'Ed25519',
        d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
        x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
      },
    })
    const [header = '', , signature = ''] = signDetached('Example of Ed25519 signing', key).split('.')
    expect(decode(header)).toEqual({ alg: 'EdDSA', kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k' })
    const input = `${header}.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc`
    expect(sign(null, Buffer.from(input), key).toString('base64url')).toBe(signature)
  })

  test('any other byte, part or algorithm is none', () => {
    const jws = signDetached('a text', privateKey)
    for (let at = 0; at < jws.length; at++) {
      const other = jws[at] === 'A' ? 'B' : 'A'
      const changed = jws.slice(0, at) + other + jws.slice(at + 1)
      expect([at, verifyDetached('a text', changed, publicKey)]).toEqual([at, false])
    }
    const [header = '', , signature = ''] = jws.split('.')
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const wrong = [
      '',
      'x',
      '..',
      `${header}.${signature}`,
      `${jws}.`,
      `${header}.YQ.${signature}`,
      `${header}..${signature}=`,
      `${header}..`,
    ]
    for (const text of wrong) expect([text, verifyDetached('a text', text, publicKey)]).toEqual([text, false])
    for (const head of [{ alg: 'none' }, { alg: 'HS256' }, { alg: 'EdDSA', crit: ['b64'], b64: false }]) {
      const input = `${encode(head)}.${Buffer.from('a text').toString('base64url')}`
      const made = `${encode(head)}..${sign(null, Buffer.from(input), privateKey).toString('base64url')}`
      expect(verifyDetached('a text', made, publicKey)).toBe(false)
    }
  })

  test('a key of another kind is refused', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
    expect(() => signDetached('a text', rsa.privateKey)).toThrow(/no private Ed25519 key/)
    expect(() => verifyDetached('a text', signDetached('a text', privateKey), rsa.publicKey)).toThrow(
      /no public Ed25519 key/,
    )
  })
})
