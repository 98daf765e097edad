import { describe, expect, test } from 'vitest'
import { contentDigest, isDigestOf } from './content-digest.ts'
import { requestValues, responseValues, signatureBase, type ComponentValue } from './signature-base.ts'
import { toCheckingKeys, toSigningKey, type SignatureKey } from './signature-key.ts'
import { parseByteMembers, parseNameMembers, writeBytes, writeNames } from './structured-field.ts'

// RFC 9421, B.1.4 and B.1.5: published to be known by everybody
const ED25519: SignatureKey = {
  algorithm: 'ed25519',
  key: {
    kty: 'OKP',
    crv: 'Ed25519',
    d: 'n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU',
    x: 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs',
  },
}
const SHARED: SignatureKey = {
  algorithm: 'hmac-sha256',
  key: Buffer.from(
    'uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==',
    'base64',
  ),
}

const REQUEST = {
  method: 'POST',
  targetUri: 'https://example.com/foo?param=Value&Pet=dog',
  headers: {
    date: 'Tue, 20 Apr 2021 02:07:55 GMT',
    'content-type': 'application/json',
    'content-length': '18',
  },
}

// derived components of which guardian messages make no use
const values: ComponentValue = (name) => {
  if (name.name === '@authority') return 'example.com'
  return name.name === '@path' ? '/foo' : requestValues(REQUEST)(name)
}

function coveredOf(input: string): NonNullable<ReturnType<typeof parseNameMembers>> {
  const members = parseNameMembers(input)
  if (members === undefined) throw new Error('not readable')
  return members
}

describe('the examples of RFC 9421', () => {
  test.each([
    {
      section: 'B.2.5, HMAC',
      key: SHARED,
      keyId: 'test-shared-secret',
      input: 'sig=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
      signature: ':pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:',
    },
    {
      section: 'B.2.6, Ed25519',
      key: ED25519,
      keyId: 'test-key-ed25519',
      input:
        'sig=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
      signature: ':wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:',
    },
  ])('$section: sign and check', ({ key, keyId, input, signature }) => {
    const covered = coveredOf(input).get('sig')
    if (covered === undefined) throw new Error('no signature')
    const base = signatureBase(covered, values) ?? ''
    expect(base.split('\n').at(-1)).toBe(`"@signature-params": ${input.slice('sig='.length)}`)
    expect(writeBytes(toSigningKey(keyId, key).sign(base))).toBe(signature)
    const bytes = parseByteMembers(`sig=${signature}`)?.get('sig') ?? Buffer.alloc(0)
    const checking = toCheckingKeys({ [keyId]: key }).get(keyId)
    expect(checking?.isSignatureOf(base, bytes)).toBe(true)
    expect(checking?.isSignatureOf(`${base} `, bytes)).toBe(false)
    expect(checking?.isSignatureOf(base, bytes.subarray(1))).toBe(false)
  })

  test('2.5: the base has one line for each component and ends with the parameters', () => {
    const input = 'sig1=("@method" "@target-uri" "content-type");created=1618884473;keyid="test-key-rsa-pss"'
    const covered = coveredOf(input).get('sig1')
    expect(covered && signatureBase(covered, values)).toBe(
      [
        '"@method": POST',
        '"@target-uri": https://example.com/foo?param=Value&Pet=dog',
        '"content-type": application/json',
        '"@signature-params": ("@method" "@target-uri" "content-type");created=1618884473;keyid="test-key-rsa-pss"',
      ].join('\n'),
    )
  })

  test('2.4: components of the request are named with `req`', () => {
    const covered = coveredOf('r=("@status" "content-type" "@method";req "content-type";req)').get('r')
    const response = { status: 503, headers: { 'content-type': 'text/plain' } }
    expect(covered && signatureBase(covered, responseValues(response, REQUEST))).toBe(
      [
        '"@status": 503',
        '"content-type": text/plain',
        '"@method";req: POST',
        '"content-type";req: application/json',
        '"@signature-params": ("@status" "content-type" "@method";req "content-type";req)',
      ].join('\n'),
    )
  })
})

describe('the examples of RFC 9530', () => {
  test.each([
    ['{"hello": "world"}\n', 'sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:'],
    ['', 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'],
    ['"world"}\n', 'sha-256=:jjcgBDWNAtbYUXI37CVG3gRuGOAjaaDRGpIUFsdyepQ=:'],
  ])('the digest of %j', (body, digest) => {
    expect(contentDigest(Buffer.from(body))).toBe(digest)
    expect(isDigestOf(digest, Buffer.from(body))).toBe(true)
    expect(isDigestOf(digest, Buffer.from(`${body}.`))).toBe(false)
    expect(isDigestOf(`sha-512=:AAAA:, ${digest}`, Buffer.from(body))).toBe(true)
    expect(isDigestOf(`${digest}, ${digest}`, Buffer.from(body))).toBe(false)
    expect(isDigestOf('sha-256=:AAAA:', Buffer.from(body))).toBe(false)
    expect(isDigestOf('sha-512=:AAAA:', Buffer.from(body))).toBe(false)
  })
})

describe('a signature base', () => {
  const baseOf = (list: string, valueOf: ComponentValue): string | undefined => {
    const covered = coveredOf(`s=${list}`).get('s')
    return covered && signatureBase(covered, valueOf)
  }

  test.each([
    '("@method" "@method")',
    '("absent")',
    '("@status")',
    '("@method";req)',
    '("constructor")',
    '("Date")',
  ])('is not made of %s', (list) => expect(baseOf(list, requestValues(REQUEST))).toBeUndefined())

  test('is not made of a value that could say other lines of it, or is not ASCII', () => {
    for (const value of ['a\n"@method": GET', 'a\r', 'ü', '\0'])
      expect(baseOf('("x")', requestValues({ ...REQUEST, headers: { x: value } }))).toBeUndefined()
    expect(baseOf('("x")', requestValues({ ...REQUEST, headers: { x: '\t a b  ' } }))).toContain('"x": a b\n')
  })

  test('knows no parameter but `req`', () => {
    const response = { status: 200, headers: { x: '1' } }
    for (const list of ['("x";sf)', '("x";req;sf)', '("x";req="1")', '("x";key="a")'])
      expect(baseOf(list, responseValues(response, { ...REQUEST, headers: { x: '1' } }))).toBeUndefined()
    expect(baseOf('("@status")', responseValues({ ...response, status: 99 }, REQUEST))).toBeUndefined()
  })

  test('writes what it was given in canonical form', () => {
    const covered = coveredOf('s=(  "a"   "b" );x=1;  y="q\\"\\\\";z').get('s')
    expect(covered && writeNames(covered)).toBe('("a" "b");x=1;y="q\\"\\\\";z')
  })
})
