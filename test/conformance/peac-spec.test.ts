// Outside data about PEAC records, found through AOS_SPEC_DIR: golden records, fixtures and vectors written by others.
import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { canonicalJson } from '@agent-run/types'
import { issue, issueClaims, verify, type PeacClaims, type PeacPublicJwk } from '@aos/records/peac'
import { describe, expect, test } from 'vitest'
import { isSignature } from '../../packages/records/src/peac/wire/ed25519-profile.ts'
import { parseIJson } from '../../packages/records/src/peac/wire/i-json.ts'
import { keyFromSeed, rawKey, signAnything } from '../../packages/records/src/testing/peac-keys.ts'
import { officialPackagesRun } from '../support/official-peac.ts'

const spec = process.env['AOS_SPEC_DIR']

function read<T>(...path: string[]): T {
  return JSON.parse(readFileSync(join(spec ?? '', 'peac', ...path), 'utf8')) as T
}

interface Golden {
  readonly seed_hex: string
  readonly public_jwk: PeacPublicJwk
  readonly policy_document: object
  readonly now: number
  readonly records: readonly {
    readonly name: string
    readonly claims: PeacClaims
    readonly jws: string
    readonly receipt_ref: string
  }[]
}

interface Negative {
  readonly cases: readonly {
    readonly name: string
    readonly jws: string
    readonly reference: { readonly verifyLocal: string; readonly layer3: readonly string[] | string }
  }[]
}

describe.skipIf(spec === undefined)('PEAC data of others (needs AOS_SPEC_DIR)', () => {
  test('golden records come out byte for byte, and are valid without a warning', () => {
    const golden = read<Golden>('golden', 'agent-action-golden.json')
    const key = keyFromSeed(golden.seed_hex)
    expect(key.publicJwk).toEqual(golden.public_jwk)
    expect(golden.records.length).toBe(7)
    for (const { claims, jws, receipt_ref: ref } of golden.records) {
      expect(issueClaims(claims, key)).toEqual({ jws, ref, claims })
      const { peac_version: _version, ...rest } = claims
      expect(issue({ ...rest, key }).jws).toBe(jws)
      const { now, policy_document: policy } = golden
      const answer = verify(jws, { jwk: golden.public_jwk, issuer: claims.iss, policy, now })
      expect(answer).toMatchObject({ valid: true, ref, warnings: [], policy: 'verified', unchecked: [] })
    }
  })

  test('bad records are refused with the code of the layer that finds it', () => {
    const { public_jwk: jwk, now } = read<Golden>('golden', 'agent-action-golden.json')
    const { cases } = read<Negative>('golden', 'agent-action-negative.json')
    expect(cases.length).toBe(16)
    for (const { name, jws, reference } of cases) {
      const { verifyLocal: envelope, layer3: content } = reference
      const code = envelope === 'valid' ? content[0] : envelope
      expect({ name, ...verify(jws, { jwk, now }) }).toMatchObject({ name, valid: false, code })
    }
  })

  test('signatures are of the PEAC profile of Ed25519', () => {
    const { vectors } = read<{ vectors: readonly EdVector[] }>(
      'vectors',
      'ed25519-peac-profile',
      'vectors.json',
    )
    expect(vectors.length).toBe(14)
    for (const {
      id,
      public_key_hex: x,
      signature_hex: s,
      message_hex: m,
      peac_expected: expected,
    } of vectors) {
      expect({ id, accepted: isGenuine(x, s, m) }).toEqual({ id, accepted: expected.accepted })
    }
  })

  test('I-JSON is told from other JSON', () => {
    const { vectors } = read<{ vectors: readonly JsonVector[] }>('vectors', 'ijson-raw-input.json')
    expect(vectors.length).toBe(47)
    for (const { id, input_b64: input, expected } of vectors) {
      const parsed = parseIJson(Buffer.from(input, 'base64url'))
      expect({ id, accepted: parsed.ok, ...(parsed.ok ? {} : { code: parsed.code }) }).toEqual({
        id,
        ...expected,
      })
    }
  })

  test('headers that could mislead are refused', () => {
    const key = keyFromSeed('11'.repeat(32))
    const { vectors } = read<{ vectors: readonly JoseVector[] }>('vectors', 'jose-hardening.json')
    expect(vectors.length).toBe(8)
    for (const { id, input, expected } of vectors) {
      const jws = signAnything(input.header, input.payload, key)
      const code = expected.errors[0]?.code.replace('CRYPTO_', 'E_')
      expect({ id, ...verify(jws, { jwk: key.publicJwk }) }).toMatchObject({ id, valid: false, code })
    }
  })

  test('RFC 8785 texts', () => {
    const { vectors } = read<{ vectors: readonly { input: unknown; canonical: string }[] }>(
      'vectors',
      'jcs-extended.json',
    )
    expect(vectors.length).toBe(6)
    expect(vectors.map(({ input }) => canonicalJson(input))).toEqual(
      vectors.map(({ canonical }) => canonical),
    )
  })

  test('signatures of the older wire format are read the same way', () => {
    const { vectors } = read<{ vectors: readonly JwsVector[] }>('golden', 'crypto-golden-vectors.json')
    expect(vectors.length).toBe(2)
    for (const { seed_hex: seed, header, payload, jws } of vectors) {
      const key = keyFromSeed(seed)
      expect(signAnything(header, payload, key)).toBe(jws)
      expect(verify(jws, { jwk: key.publicJwk })).toMatchObject({
        valid: false,
        code: 'E_UNSUPPORTED_WIRE_VERSION',
      })
    }
  })
})

interface EdVector {
  readonly id: string
  readonly public_key_hex: string
  readonly signature_hex: string
  readonly message_hex: string
  readonly peac_expected: { readonly accepted: boolean }
}

interface JsonVector {
  readonly id: string
  readonly input_b64: string
  readonly expected: { readonly accepted: boolean; readonly code?: string }
}

interface JoseVector {
  readonly id: string
  readonly input: { readonly header: object; readonly payload: object }
  readonly expected: { readonly errors: readonly { readonly code: string }[] }
}

interface JwsVector {
  readonly seed_hex: string
  readonly header: object
  readonly payload: object
  readonly jws: string
}

function isGenuine(publicKey: string, signature: string, message: string): boolean {
  const x = Buffer.from(publicKey, 'hex').toString('base64url')
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    return isSignature(Buffer.from(signature, 'hex'), Buffer.from(message, 'hex'), key)
  } catch {
    return false
  }
}

interface Fixture {
  readonly name: string
  readonly type: string
  readonly input: {
    readonly claims?: Readonly<Record<string, unknown>>
    readonly header_overrides?: Readonly<Record<string, unknown>>
    readonly options?: { readonly now?: number }
    readonly verify_options?: { readonly policyDigest?: string }
    readonly challenge_types?: readonly string[]
    readonly jws_size_exceeds_bytes?: number
  }
  readonly expected: {
    readonly valid?: boolean
    readonly error_code?: string
    readonly warnings?: readonly object[]
  }
}

const GATES = ['valid', 'invalid', 'challenge', 'warnings']
const SECTIONS = ['extensions', 'issuers', 'jose', 'occurred-at', 'pillars', 'policy-binding', 'types']
const VECTORS = ['a2a-handoff', 'agent-action', 'cli-execution', 'default-flows', 'lifecycle-observation']

const KEY = keyFromSeed('22'.repeat(32), 'test-kid')

function fixtures(file: string): readonly Fixture[] {
  return read<{ fixtures: readonly Fixture[] }>('wire-02', file).fixtures
}

interface Case {
  readonly name: string
  readonly jws: string
  readonly now: number
  readonly policy?: string
  readonly expected?: Fixture['expected']
}

function casesOf(fixture: Fixture): readonly Case[] {
  const { name, input, expected } = fixture
  const { challenge_types: kinds, claims = {} } = input
  if (kinds !== undefined)
    return kinds.map((kind) => ({ name: `${name} ${kind}`, ...signed(fixture, challenge(kind)) }))
  return [{ name, expected, ...signed(fixture, claims) }]
}

function challenge(kind: string): object {
  const problem = { status: 402, type: 'https://api.example.com/problems/x' }
  const extensions = { 'org.peacprotocol/challenge': { challenge_type: kind, problem } }
  const envelope = { peac_version: '0.2', kind: 'challenge', type: 'org.peacprotocol/access' }
  return { ...envelope, iss: 'https://api.example.com', iat: 1709500000, jti: 'chal-all', extensions }
}

function signed({ name, input }: Fixture, claims: object): Omit<Case, 'name'> {
  const { header_overrides: overrides = {}, verify_options: options, jws_size_exceeds_bytes: size } = input
  const header: Record<string, unknown> = {
    typ: 'interaction-record+jwt',
    alg: 'EdDSA',
    kid: KEY.kid,
    ...overrides,
  }
  if (name.includes('typ-missing')) delete header['typ']
  for (const [member, value] of Object.entries(header)) if (value === null) delete header[member]
  const jws = signAnything(header, claims, KEY)
  return {
    jws: size === undefined ? jws : jws + 'A'.repeat(size),
    now: input.options?.now ?? 1_900_000_000,
    ...(options?.policyDigest === undefined ? {} : { policy: options.policyDigest }),
  }
}

describe.skipIf(spec === undefined)('PEAC fixtures of others (needs AOS_SPEC_DIR)', () => {
  test.each(GATES)('wire-02/%s: what the fixtures expect', (file) => {
    const cases = fixtures(`${file}.json`).flatMap(casesOf)
    expect(cases.length).toBe({ valid: 28, invalid: 27, challenge: 11, warnings: 4 }[file])
    for (const { name, jws, now, expected } of cases) {
      const mode = name.includes('interop') ? 'interop' : 'strict'
      const answer = verify(jws, { jwk: KEY.publicJwk, now, mode })
      const { valid = true, error_code: code, warnings } = expected ?? {}
      expect({ name, answer }).toMatchObject({
        name,
        answer: { valid, ...(code === undefined ? {} : { code }) },
      })
      if (warnings !== undefined && answer.valid) expect(answer.warnings).toMatchObject(warnings)
    }
  })

  describe.skipIf(!officialPackagesRun)('as the official packages judge them (need Node 22.13)', () => {
    test.each(['strict', 'interop'] as const)(
      'every fixture, %s: the same verdict, code, policy and warnings',
      async (mode) => {
        const { referenceContent, referenceVerify } =
          await import('../../packages/records/src/testing/peac-reference.ts')
        const all = [...GATES, ...SECTIONS.map((name) => `${name}.conformance`)].flatMap((file) =>
          fixtures(`${file}.json`).flatMap(casesOf),
        )
        const vectors = [...VECTORS, 'runtime-governance'].flatMap((file) =>
          read<{ vectors: readonly { id: string; input: { payload: PeacClaims } }[] }>(
            'vectors',
            `${file}.json`,
          ).vectors.map(({ id, input }): Case => ({
            name: id,
            jws: signAnything(
              { typ: 'interaction-record+jwt', alg: 'EdDSA', kid: KEY.kid },
              input.payload,
              KEY,
            ),
            now: 1_900_000_000,
          })),
        )
        expect([all.length, vectors.length]).toEqual([207, 57])
        let refusedContent = 0
        for (const { name, jws, now, policy } of [...all, ...vectors]) {
          const how = {
            now,
            mode,
            publicKey: rawKey(KEY),
            ...(policy === undefined ? {} : { policyDigest: policy }),
          }
          const reference = await referenceVerify(jws, how)
          const ours = verify(jws, {
            jwk: KEY.publicJwk,
            now,
            mode,
            ...(policy === undefined ? {} : { policy }),
          })
          const content = reference.valid ? referenceContent(claimsOf(jws)) : []
          if (content.length > 0) {
            refusedContent++
            expect({ name, valid: ours.valid, code: ours.valid ? '' : ours.code }).toEqual({
              name,
              valid: false,
              code: content[0],
            })
            continue
          }
          const told = ours.valid
            ? {
                valid: true,
                policy: ours.policy,
                warnings: ours.warnings.map(({ code, pointer }) => ({
                  code,
                  ...(pointer === undefined ? {} : { pointer }),
                })),
              }
            : { valid: false, code: ours.code, warnings: [] }
          expect({ name, ...told }).toEqual({ name, ...reference })
        }
        expect(refusedContent).toBeGreaterThanOrEqual(5)
      },
    )
  })
})

function claimsOf(jws: string): never {
  return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as never
}
