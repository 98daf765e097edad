// Records of actions: the envelope and the keys, by themselves.
import {
  accessDecision,
  agentAction,
  createKeySet,
  didKeyOf,
  documentDigest,
  generatePeacKey,
  issue,
  issueClaims,
  peacIssuerDocument,
  readKeySet,
  toPeacKey,
  toPrivateJwk,
  verify,
  type PeacClaims,
  type VerifyOptions,
} from '@aos/records/peac'
import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { BASE, codeOf, good, HEADER, judge, KEY, NOW, signed } from '../support/peac-cases.ts'
import { verifies } from './verifies.ts'

describe('the envelope', () => {
  verifies('peac.header', 'written in one form, read in two', () => {
    const { jws } = issue(good())
    const [header = ''] = jws.split('.')
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual(HEADER)
    expect(judge(signed(), {}, { ...HEADER, typ: 'application/interaction-record+jwt' }).valid).toBe(true)
    const codes = [{ typ: 'JWT' }, { alg: 'ES256' }, { kid: '' }, { kid: 'é'.repeat(129) }, { kid: 7 }].map(
      (change) => codeOf(judge(signed(), {}, { ...HEADER, ...change })),
    )
    expect(codes).toEqual([
      'E_INVALID_FORMAT',
      'E_INVALID_FORMAT',
      ...Array<string>(3).fill('E_JWS_MISSING_KID'),
    ])
    expect(codeOf(judge(signed(), {}, { alg: 'EdDSA', kid: KEY.kid }))).toBe('E_INVALID_FORMAT')
    expect(codeOf(judge(signed(), { mode: 'interop' }, { alg: 'EdDSA', kid: KEY.kid }))).toBe(
      'valid typ_missing',
    )
    expect(codeOf(judge({ ...signed(), peac_version: '0.1' }))).toBe('E_WIRE_VERSION_MISMATCH')
  })

  verifies('peac.header.hardening', 'by its own code', () => {
    const codes = [
      { jwk: {} },
      { x5c: [] },
      { x5u: 'u' },
      { jku: 'u' },
      { crit: [] },
      { b64: false },
      { zip: 'DEF' },
    ].map((change) => codeOf(judge(signed(), {}, { ...HEADER, ...change })))
    expect(codes).toEqual([
      ...Array<string>(4).fill('E_JWS_EMBEDDED_KEY'),
      'E_JWS_CRIT_REJECTED',
      'E_JWS_B64_REJECTED',
      'E_JWS_ZIP_REJECTED',
    ])
  })

  verifies('peac.i-json', 'before anything else is believed', () => {
    const claims = JSON.stringify(signed()).slice(0, -1)
    const raw = (more: string): string => codeOf(judge(`${claims},${more}}`))
    expect(raw('"jti":"j2"')).toBe('E_IJSON_DUPLICATE_MEMBER_NAME')
    expect(raw('"j\\u0074i":"j2"')).toBe('E_IJSON_DUPLICATE_MEMBER_NAME')
    expect(raw('"x":"\\ud800"')).toBe('E_IJSON_INVALID_STRING')
    expect(raw('"x":"\\uffff"')).toBe('E_IJSON_INVALID_STRING')
    expect(raw('"x":9007199254740992')).toBe('E_IJSON_NUMBER_OUT_OF_RANGE')
    expect(raw('"x":9007199254740991.5')).toBe('E_IJSON_NUMBER_OUT_OF_RANGE')
    expect(raw('"x":01')).toBe('E_INVALID_FORMAT')
    expect(raw(`"x":${'['.repeat(5_000)}${']'.repeat(5_000)}`)).toBe('E_CONSTRAINT_VIOLATION')
    for (const sub of ['\ud800', '\uffff']) expect(() => issue({ ...good(), sub })).toThrow(/plain JSON/)
    for (const iat of [Number.NaN, 1e300, 1.5])
      expect(() => issue({ ...good(), iat })).toThrow(/would be refused/)
    expect(() => issue({ ...good(), extensions: { 'a.b/c': new Date() } })).toThrow(/plain JSON/)
  })

  verifies('peac.limits', 'each by itself', () => {
    let deep: unknown = 1
    for (let depth = 0; depth < 40; depth++) deep = [deep]
    const wide = Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`k${index}`, 1]))
    for (const content of [deep, wide, 'x'.repeat(65_537), Array(10_001).fill(1)]) {
      expect(
        codeOf(
          judge(signed({ extensions: { ...agentAction('denied', BASE).extensions, 'a.b/c': content } })),
        ),
      ).toBe('E_CONSTRAINT_VIOLATION')
    }
    const big = { 'a.b/c': ['x'.repeat(60_000), 'x'.repeat(60_000)] }
    expect(codeOf(judge(signed({ extensions: { ...agentAction('denied', BASE).extensions, ...big } })))).toBe(
      'E_INVALID_FORMAT',
    )
    expect(codeOf(verify('a'.repeat(300_000), { jwk: KEY.publicJwk }))).toBe('E_INVALID_FORMAT')
    expect(() => issue({ ...good(), purpose_declared: 'x'.repeat(257) })).toThrow(/\/purpose_declared/)
  })

  verifies('peac.claims', 'nothing missing, nothing more, and one form only', () => {
    const wrong: readonly object[] = [
      ...['kind', 'type', 'iss', 'iat', 'jti'].map((name) => ({ [name]: undefined })),
      ...['https://Example.com', 'https://example.com/', 'https://example.com:443', 'http://example.com'].map(
        (iss) => ({ iss }),
      ),
      ...[
        'did:web:example.com#a',
        'did:web:example.com/a',
        'spiffe://example.com',
        'https://a@example.com',
      ].map((iss) => ({ iss })),
      ...['', 'payment', '/payment', 'example/x', 'a.b/', 'a.b/c/d'].map((type) => ({ type })),
      ...[[], ['safety', 'access'], ['access', 'access'], ['fun']].map((pillars) => ({ pillars })),
      { kind: 'opinion' },
      { iat: 1.5 },
      { jti: '' },
      { aud: 'you' },
      { sub: 'x'.repeat(2_049) },
      { occurred_at: '2026-11-21T00:00:00' },
      { occurred_at: '2026-02-29T00:00:00Z' },
      { kind: 'challenge' },
      { actor: { id: 'a', proof_type: 'did', origin: 'https://example.com/path' } },
      { policy: { digest: 'sha256:abc' } },
      { policy: { digest: documentDigest({}), uri: 'http://example.com' } },
      { representation: { content_type: 'text' } },
    ]
    for (const change of wrong) {
      expect({ change, code: codeOf(judge(signed({ ...change }))) }).toEqual({
        change,
        code: 'E_INVALID_FORMAT',
      })
    }
    const actor = { id: 'a', proof_type: 'did', origin: 'https://example.com:8443' } as const
    const representation = {
      content_hash: documentDigest({}),
      content_type: 'text/plain; charset=utf-8',
      content_length: 0,
    }
    const all = { actor, representation, purpose_declared: 'audit', occurred_at: '2024-02-29T23:59:59+05:30' }
    expect(codeOf(judge(signed(all)))).toBe('valid')
  })

  verifies('peac.groups', 'closed where they are known, kept where they are not', () => {
    const extensions = agentAction('denied', BASE).extensions
    const code = (more: object): string => codeOf(judge(signed({ extensions: { ...extensions, ...more } })))
    expect(code({ 'com.example/note': { any: 'thing' } })).toBe('valid unknown_extension_preserved')
    expect(code({ 'Com.Example/note': {} })).toBe('E_INVALID_FORMAT')
    const correlation = 'org.peacprotocol/correlation'
    expect(code({ [correlation]: { trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16) } })).toBe('valid')
    for (const wrong of [{ trace_id: 'A'.repeat(32) }, { span_id: 'b' }, { more: 1 }, []]) {
      expect(code({ [correlation]: wrong })).toBe('E_INVALID_FORMAT')
    }
    const answer = judge(signed({ extensions: { ...extensions, 'com.example/note': {} } }))
    expect(answer.valid && answer.unchecked).toEqual(['com.example/note'])
    expect(() =>
      issue({ ...good(), ...accessDecision({ resource: 'r', action: 'a', decision: 'modify' as never }) }),
    ).toThrow(/decision must be one of: allow, deny, review/)
  })

  verifies('peac.binding', 'or by name of what is not', () => {
    const { iss } = signed() as unknown as PeacClaims
    expect(codeOf(judge(signed(), { issuer: iss }))).toBe('valid')
    expect(codeOf(judge(signed(), { issuer: 'https://example.com' }))).toBe('E_INVALID_ISSUER')
    expect(codeOf(judge(signed({ sub: 'urn:a' }), { subject: 'urn:a' }))).toBe('valid')
    expect(codeOf(judge(signed(), { subject: 'urn:a' }))).toBe('E_INVALID_SUBJECT')
    const policy = { rules: ['b', 'a'], id: 'p' }
    const bound = signed({ policy: { digest: documentDigest({ id: 'p', rules: ['b', 'a'] }) } })
    expect(judge(bound, { policy })).toMatchObject({ valid: true, policy: 'verified' })
    expect(judge(bound)).toMatchObject({ valid: true, policy: 'unavailable' })
    expect(codeOf(judge(bound, { policy: { id: 'q' } }))).toBe('E_POLICY_BINDING_FAILED')
    expect(codeOf(judge(bound, { policy: 'sha256:abc' }))).toBe('E_INVALID_FORMAT')
  })

  verifies('peac.times', 'five minutes are allowed to clocks', () => {
    expect(codeOf(judge(signed(), { now: NOW - 300 }))).toBe('valid')
    expect(codeOf(judge(signed(), { now: NOW - 301 }))).toBe('E_NOT_YET_VALID')
    expect(codeOf(judge(signed(), { now: NOW - 61, maxSkewSeconds: 60 }))).toBe('E_NOT_YET_VALID')
    expect(codeOf(judge(signed({ occurred_at: '2026-11-21T00:05:01Z' })))).toBe('E_OCCURRED_AT_FUTURE')
    expect(codeOf(judge(signed({ occurred_at: '2026-11-21T00:00:01Z' })))).toBe('valid occurred_at_skew')
  })

  verifies('peac.type-group', 'and other groups do not stand in for it', () => {
    const none = signed({ extensions: {} })
    const other = signed({ extensions: { 'org.peacprotocol/correlation': {} } })
    expect([none, other].map((claims) => codeOf(judge(claims)))).toEqual([
      'E_EXTENSION_GROUP_REQUIRED',
      'E_EXTENSION_GROUP_MISMATCH',
    ])
    expect([none, other].map((claims) => codeOf(judge(claims, { mode: 'interop' })))).toEqual([
      'valid extension_group_missing',
      'valid extension_group_mismatch',
    ])
    expect(codeOf(judge(signed({ type: 'com.example/custom' })))).toBe('valid type_unregistered')
    expect(() => issue({ ...good(), extensions: {} })).toThrow(/E_EXTENSION_GROUP_REQUIRED/)
  })

  verifies('peac.order', 'so that the same claims give the same text', () => {
    const claims = issue(good()).claims
    const { jws } = issueClaims(claims, KEY)
    const reversed = Object.fromEntries(Object.entries(claims).toReversed()) as unknown as PeacClaims
    expect(issueClaims(reversed, KEY).jws).not.toBe(jws)
    expect(issue({ ...good() }).jws).toBe(jws)
    // the very bytes: what was signed once must come out the same for good
    expect(issue(good()).ref).toBe('sha256:f445e9f166031a03c61b29c0cbc0863eddafbe779ba91328c56784356f83fb19')
    expect(Object.keys(claims)).toEqual([
      'peac_version',
      'kind',
      'type',
      'iss',
      'iat',
      'jti',
      'pillars',
      'occurred_at',
      'extensions',
    ])
  })

  verifies('peac.tamper', 'wherever the byte is, and whatever it becomes', () => {
    const { jws } = issue(good())
    fc.assert(
      fc.property(fc.nat(jws.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = Buffer.from(jws, 'latin1')
        bytes[at] = (bytes[at] ?? 0) ^ change
        expect(verify(bytes.toString('latin1'), { jwk: KEY.publicJwk, now: NOW }).valid).toBe(false)
      }),
      { numRuns: 500 },
    )
    for (const text of ['', '.', '..', 'a.b.c', `${jws}.`, `${jws}=`, ` ${jws}`, jws.slice(0, -1)]) {
      expect(verify(text, { jwk: KEY.publicJwk, now: NOW }).valid).toBe(false)
    }
    expect(verify(undefined as never, { jwk: KEY.publicJwk }).valid).toBe(false)
    expect(codeOf(verify(jws, { jwk: generatePeacKey().publicJwk, now: NOW }))).toBe('E_INVALID_SIGNATURE')
  })
})

describe('keys', () => {
  verifies('peac.keys.rotation', 'by the time of the record', () => {
    const [old, current] = [generatePeacKey({ kid: 'old' }), generatePeacKey({ kid: 'new' })]
    const keys = [
      { jwk: old.publicJwk, until: NOW },
      { jwk: current.publicJwk, from: NOW },
    ]
    const code = (
      key: typeof old,
      iat: number,
      trusted: VerifyOptions['keys'] = createKeySet(keys),
    ): string =>
      codeOf(
        verify(issue({ ...good(), key, iat, occurred_at: '2026-01-01T00:00:00Z' }).jws, {
          keys: trusted,
          now: NOW + 1_000,
        }),
      )
    expect([code(old, NOW), code(current, NOW + 5)]).toEqual(['valid', 'valid'])
    expect([code(old, NOW + 5), code(current, NOW - 5)]).toEqual(
      ['E_KEY_NOT_FOUND', 'E_KEY_NOT_FOUND'].map((name) => name),
    )
    expect(code(generatePeacKey(), NOW)).toBe('E_KEY_NOT_FOUND')
    const revoked = (reason?: 'superseded'): VerifyOptions['keys'] => [
      { jwk: old.publicJwk, revoked: { at: NOW, ...(reason === undefined ? {} : { reason }) } },
    ]
    expect([
      code(old, NOW - 5, revoked()),
      code(old, NOW - 5, revoked('superseded')),
      code(old, NOW, revoked('superseded')),
    ]).toEqual(['E_REVOKED_KEY_USED', 'valid', 'E_REVOKED_KEY_USED'])
    expect(() =>
      createKeySet([
        { jwk: old.publicJwk },
        { jwk: toPeacKey(toPrivateJwk(current), { kid: 'old' }).publicJwk },
      ]),
    ).toThrow(/two keys are called old/)
  })

  verifies('peac.keys.publish', 'and what it publishes has no private part', () => {
    const key = generatePeacKey()
    const issuer = 'https://agents.example.com'
    const jwks = createKeySet([{ jwk: toPrivateJwk(key) }]).jwks()
    expect(jwks.keys).toEqual([key.publicJwk])
    expect(JSON.stringify(jwks)).not.toContain('"d"')
    const keys = [{ jwk: key.publicJwk, revoked: { at: NOW, reason: 'superseded' } as const }]
    expect(peacIssuerDocument({ issuer, keys })).toEqual({
      version: 'peac-issuer/0.1',
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      revoked_keys: [{ kid: key.kid, revoked_at: '2026-11-21T00:00:00.000Z', reason: 'superseded' }],
    })
    const published = readKeySet(jwks, peacIssuerDocument({ issuer, keys }))
    expect([published.find(key.kid, NOW - 1).ok, published.find(key.kid, NOW).ok]).toEqual([true, false])
    expect(() => peacIssuerDocument({ issuer: 'did:key:z6Mk' })).toThrow(/https origin/)
    const did = didKeyOf(key.publicJwk)
    const { jws, claims } = issue({ ...good(), key })
    expect(claims.iss).toBe(did)
    expect(codeOf(verify(jws, { issuer: did, now: NOW }))).toBe('valid')
    expect(codeOf(verify(jws, { issuer: didKeyOf(generatePeacKey().publicJwk), now: NOW }))).toBe(
      'E_INVALID_SIGNATURE',
    )
    expect(() => verify(jws, {})).toThrow(/needs a key/)
    expect(toPeacKey(toPrivateJwk(key)).kid).toBe(key.kid)
  })
})
