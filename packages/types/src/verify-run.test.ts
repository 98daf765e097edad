import { createHash, generateKeyPairSync, sign, type JsonWebKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { AgentRun } from './generated/types.ts'
import { canonicalJson } from './canonical-json.ts'
import { parseAgentRun } from './parse.ts'
import { childLineage, runHash } from './run-hash.ts'
import { sealRun } from './seal-run.ts'
import { generateSigningKey, keyThumbprint, signProvenance, type KeyInput } from './signing.ts'
import { verifyRun } from './verify-run.ts'

const { privateKey, publicKey } = generateSigningKey()

function plainRun(): AgentRun {
  const inputs = {
    agent_id: 'researcher',
    model: 'gpt-5',
    tools_available: ['search'],
    trigger: 'manual' as const,
  }
  return {
    ...inputs,
    id: '0199c000-0000-7000-8000-000000000001',
    status: 'completed',
    outcome: 'success',
    started_at: '2026-01-31T10:30:00.000Z',
    ended_at: '2026-01-31T10:30:02.000Z',
    duration_ms: 2000,
    steps: [
      { id: 's1', type: 'reasoning', started_at: '2026-01-31T10:30:00.000Z', tokens_used: 12, success: true },
      {
        id: 's2',
        type: 'tool_call',
        tool_name: 'search',
        started_at: '2026-01-31T10:30:01.000Z',
        success: false,
        error: 'denied by guardian: no',
      },
    ],
    cost: { input_tokens: 10, output_tokens: 2, cost_usd: 0.5 },
    tags: ['a'],
    metadata: { note: 'n' },
    provenance: {
      run_hash: runHash(inputs),
      lineage: [],
      parent_run_hash: null,
      runtime: 'aos@0.1.0',
      created_at: '2026-01-31T10:30:02.000Z',
    },
  }
}

type Path = readonly (string | number)[]

function leaves(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const entries = Object.entries(value)
  return entries.length === 0
    ? [path]
    : entries.flatMap(([key, member]) => leaves(member, [...path, Array.isArray(value) ? Number(key) : key]))
}

function holderOf(copy: unknown, path: Path): Record<string | number, unknown> {
  let holder = copy as Record<string | number, unknown>
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>
  return holder
}

function changedAt(run: AgentRun, path: Path): unknown {
  const copy: unknown = structuredClone(run)
  const holder = holderOf(copy, path)
  const last = path.at(-1) ?? ''
  holder[last] = changed(holder[last])
  return copy
}

function withoutAt(run: AgentRun, path: Path): unknown {
  const copy: unknown = structuredClone(run)
  const holder = holderOf(copy, path)
  if (Array.isArray(holder)) holder.splice(Number(path.at(-1)), 1)
  else Reflect.deleteProperty(holder, path.at(-1) ?? '')
  return copy
}

function changed(value: unknown): unknown {
  if (typeof value === 'string') return changedText(value)
  if (typeof value === 'number') return value + 1
  return typeof value === 'boolean' ? !value : 'changed'
}

function withSignature(run: AgentRun, change: (text: string) => string): AgentRun {
  return { ...run, provenance: { ...run.provenance, signature: change(run.provenance.signature ?? '') } }
}

// the last of 86 digits carries 2 bits, so the next digit decodes to the same bytes where a reader is lenient
function nextDigit(digit = ''): string {
  return String.fromCodePoint((digit.codePointAt(0) ?? 0) + 1)
}

// one other character of the same kind, so that most changed values still fit the schema
function changedText(text: string): string {
  const first = text[0] ?? ''
  return `${first === '0' ? '1' : first === 'a' ? 'b' : /\d/.test(first) ? '0' : 'a'}${text.slice(1)}`
}

describe('a sealed run', () => {
  const sealed = sealRun(plainRun(), privateKey)

  test('is verified, and nothing of it is unprotected', () => {
    const result = verifyRun(sealed, { publicKey })
    expect(result).toMatchObject({ status: 'verified', unprotected: [] })
    expect(result.checks.map(({ name }) => name)).toEqual([
      'schema',
      'run_hash',
      'run_id',
      'record_hash',
      'signature',
    ])
  })

  test('that names its key itself is whole, and said to be signed by nobody in particular', () => {
    expect(verifyRun(sealed)).toMatchObject({ status: 'untrusted', unprotected: Object.keys(sealed) })
    const forged = sealRun({ ...plainRun(), steps: [] }, generateSigningKey().privateKey)
    expect(verifyRun(forged).status).toBe('untrusted')
    expect(verifyRun(forged, { publicKey }).status).toBe('refused')
    expect(verifyRun(sealed, { keys: [] }).status).toBe('untrusted')
  })

  test.each(leaves(sealed).map((path): [string, Path] => [path.join('.'), path]))(
    'is refused when %s was changed',
    (_name, path) => {
      const result = verifyRun(changedAt(sealed, path), { publicKey })
      expect(result.status).toBe('refused')
      expect(result.checks.find(({ ok }) => !ok)?.message).toMatch(/\w/)
    },
  )

  test.each(leaves(sealed).map((path): [string, Path] => [path.join('.'), path]))(
    'is refused when %s was taken out',
    (_name, path) => {
      expect(verifyRun(withoutAt(sealed, path), { publicKey }).status).toBe('refused')
    },
  )

  test.each<[string, (run: AgentRun) => AgentRun, string]>([
    ['its steps were cut short', (run) => ({ ...run, steps: run.steps.slice(0, 1) }), 'record_hash'],
    ['all its steps are gone', (run) => ({ ...run, steps: [] }), 'record_hash'],
    [
      'a step was added',
      (run) => ({ ...run, steps: [...run.steps, { id: 's3', type: 'message', started_at: run.started_at }] }),
      'record_hash',
    ],
    ['a member was added', (run) => ({ ...run, error: 'none' }), 'record_hash'],
    ['an unknown member was added', (run) => ({ ...run, extra: 1 }) as AgentRun, 'record_hash'],
    [
      'its signature was taken off',
      (run) => ({ ...run, provenance: { ...run.provenance, signature: null } }),
      'signature',
    ],
    [
      'the provenance is that of another run',
      (run) => ({ ...run, provenance: sealRun({ ...plainRun(), id: 'other' }, privateKey).provenance }),
      'run_id',
    ],
    ['its signature got a character more', (run) => withSignature(run, (text) => `${text}!`), 'signature'],
    [
      'unused bits of its signature were set',
      (run) => withSignature(run, (text) => `${text.slice(0, -1)}${nextDigit(text.at(-1))}`),
      'signature',
    ],
    [
      'its provenance has no canonical text',
      (run) => ({
        ...run,
        provenance: { ...run.provenance, metadata: { ...run.provenance.metadata, x: '\ud800' } },
      }),
      'signature',
    ],
    [
      'another key signed it',
      (run) => ({ ...run, provenance: signProvenance(run.provenance, generateSigningKey().privateKey) }),
      'signature',
    ],
  ])('is refused when %s', (_name, tamper, check) => {
    const result = verifyRun(tamper(sealed), { publicKey })
    expect([result.status, result.checks.some(({ name, ok }) => name === check && !ok)]).toEqual([
      'refused',
      true,
    ])
  })

  test('is verified with any of several keys, and by the one it names only', () => {
    const other = generateSigningKey()
    expect(verifyRun(sealed, { keys: [other.publicKey, publicKey] }).status).toBe('verified')
    const claim = { ...plainRun().provenance, signed_by: keyThumbprint(other.publicKey) }
    const signature = sign(null, Buffer.from(canonicalJson(claim)), privateKey).toString('base64url')
    const run = { ...plainRun(), provenance: { ...claim, signature } }
    expect(verifyRun(run, { keys: [other.publicKey, publicKey] }).status).toBe('refused')
  })

  test.each<[string, KeyInput, KeyInput]>([
    [
      'PEM',
      privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
      publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    ],
    ['JWK', privateKey.export({ format: 'jwk' }), publicKey.export({ format: 'jwk' })],
    ['KeyObject', privateKey, privateKey],
  ])('is signed and verified with keys as %s', (_name, secret, known) => {
    expect(verifyRun(sealRun(plainRun(), secret), { publicKey: known }).status).toBe('verified')
  })

  test('is verified after a trip through JSON, members that are undefined included', () => {
    const run = sealRun({ ...plainRun(), error: undefined } as unknown as AgentRun, privateKey)
    expect(verifyRun(JSON.parse(JSON.stringify(run)), { publicKey }).status).toBe('verified')
  })

  test('does not change the run it is made from', () => {
    const run = plainRun()
    sealRun(run, privateKey)
    expect(run).toEqual(plainRun())
  })

  test('is not verified with what is no key', () => {
    expect(() => verifyRun(sealed, { publicKey: 'no key' })).toThrow(/no public Ed25519 key/)
  })

  test('takes an evaluation afterwards', () => {
    const evaluated: AgentRun = { ...sealed, eval: { pass: true, score: 100 } }
    expect(verifyRun(evaluated, { publicKey })).toMatchObject({ status: 'verified', unprotected: ['eval'] })
  })

  test('that nobody signed is whole, and said to be unsigned', () => {
    expect(verifyRun(sealRun(plainRun())).status).toBe('unsigned')
    expect(verifyRun(sealRun(plainRun()), { requireSignature: true }).status).toBe('refused')
    expect(verifyRun({ ...sealRun(plainRun()), steps: [] }).status).toBe('refused')
  })
})

describe('a run sealed by another program', () => {
  const { private_key_jwk, thumbprint, run } = JSON.parse(
    readFileSync(new URL('../vectors/sealed-run.json', import.meta.url), 'utf8'),
  ) as { private_key_jwk: JsonWebKey; thumbprint: string; run: AgentRun }

  test('is verified', () => {
    expect(verifyRun(run, { publicKey: private_key_jwk })).toMatchObject({
      status: 'verified',
      unprotected: [],
    })
    expect(keyThumbprint(private_key_jwk)).toBe(thumbprint)
  })

  test('is what sealRun makes of the same run and key', () => {
    const { signature: _signature, signed_by: _signer, metadata: _metadata, ...provenance } = run.provenance
    expect(sealRun({ ...run, provenance }, private_key_jwk)).toEqual(run)
  })
})

describe('a foreign run', () => {
  const foreign = plainRun()

  test('is unsigned, and the verifier says that nothing protects it', () => {
    const result = verifyRun(foreign)
    expect(result.status).toBe('unsigned')
    expect(result.unprotected).toEqual(
      expect.arrayContaining(['steps', 'cost', 'status', 'outcome', 'provenance']),
    )
  })

  test('with a signed provenance: what run_hash does not cover is named', () => {
    const signed = { ...foreign, provenance: signProvenance(foreign.provenance, privateKey) }
    const result = verifyRun(signed, { publicKey })
    expect(result.status).toBe('partial')
    expect(result.unprotected).toEqual(expect.arrayContaining(['steps', 'cost', 'id', 'started_at']))
    expect(result.unprotected).not.toContain('agent_id')
    expect(verifyRun({ ...signed, agent_id: 'someone-else' }, { publicKey }).status).toBe('refused')
  })

  test('with a run_hash of other inputs is refused where the run holds them all, or they are given', () => {
    const config_hash = 'c'.repeat(64)
    const { agent_id, model, tools_available, trigger } = foreign
    const run_hash = runHash({ agent_id, model, tools_available, trigger, config_hash })
    const whole = { ...foreign, provenance: { run_hash, config_hash } }
    expect(verifyRun(whole).status).toBe('unsigned')
    expect(verifyRun({ ...whole, agent_id: 'someone-else' }).status).toBe('refused')

    const without = { ...foreign, provenance: { run_hash } }
    expect(verifyRun(without)).toMatchObject({
      status: 'unsigned',
      checks: [
        { name: 'schema' },
        { name: 'run_hash', message: expect.stringMatching(/config_hash/) as string },
      ],
    })
    expect(verifyRun(without, { inputs: { config_hash } }).checks[1]?.message).toBe('run_hash fits the run')
    expect(verifyRun(without, { inputs: { config_hash: 'd'.repeat(64) } }).status).toBe('refused')
    expect(verifyRun({ ...without, model: 'x' }, { inputs: { config_hash, model } }).status).toBe('refused')
  })

  test('that names a signer and has no signature is refused', () => {
    const provenance = { ...foreign.provenance, signed_by: 'team-key', signature: null }
    expect(verifyRun({ ...foreign, provenance }).checks.at(-1)).toMatchObject({
      name: 'signature',
      ok: false,
    })
  })

  test.each<[string, (signature: Buffer) => string]>([
    ['base64', (signature) => signature.toString('base64')],
    ['hexadecimal', (signature) => signature.toString('hex')],
    ['base64url', (signature) => signature.toString('base64url')],
  ])('may write its signature in %s', (_name, write) => {
    const provenance = { ...foreign.provenance, signed_by: keyThumbprint(publicKey) }
    const signature = write(sign(null, Buffer.from(canonicalJson(provenance)), privateKey))
    const run = { ...foreign, provenance: { ...provenance, signature } }
    expect(verifyRun(run, { publicKey }).status).toBe('partial')
    expect(verifyRun(run).checks.at(-1)?.message).toMatch(/holds no key/)
  })

  test('may name its key as did:key', () => {
    const provenance = { ...foreign.provenance, signed_by: didKey(publicKey) }
    const signature = sign(null, Buffer.from(canonicalJson(provenance)), privateKey).toString('base64url')
    const run = { ...foreign, provenance: { ...provenance, signature } }
    expect([verifyRun(run).status, verifyRun(run, { publicKey }).status]).toEqual(['untrusted', 'partial'])
  })

  test('whose signature is no signature is refused', () => {
    const provenance = { ...foreign.provenance, signed_by: 'ed25519:AAAA', signature: 'nonsense' }
    expect(verifyRun({ ...foreign, provenance }, { publicKey }).status).toBe('refused')
  })
})

describe('lineage', () => {
  const parent = sealRun({ ...plainRun(), id: 'parent' }, privateKey)
  const child = sealRun(
    {
      ...plainRun(),
      id: 'child',
      parent_run_id: 'parent',
      provenance: { ...plainRun().provenance, ...childLineage(parent.provenance) },
    },
    privateKey,
  )

  test('of a child fits its parent', () => {
    expect(verifyRun(child, { publicKey, parent }).status).toBe('verified')
  })

  test('may be left out where parent_run_hash is there', () => {
    const { lineage: _lineage, ...provenance } = child.provenance
    const foreign = { ...plainRun(), parent_run_id: 'parent', provenance: { run_hash: provenance.run_hash } }
    const named = {
      ...foreign,
      provenance: { ...foreign.provenance, parent_run_hash: parent.provenance.run_hash },
    }
    expect(verifyRun(named, { parent }).status).toBe('unsigned')
    expect(verifyRun(foreign, { parent }).status).toBe('refused')
  })

  test('cannot be checked against what is no run', () => {
    const noRun = { ...parent, steps: 'none' } as unknown as AgentRun
    expect(verifyRun(child, { publicKey, parent: noRun })).toMatchObject({ status: 'refused' })
  })

  test('of another parent is refused', () => {
    const other = sealRun({ ...plainRun(), id: 'other' }, privateKey)
    expect(verifyRun(child, { publicKey, parent: other }).status).toBe('refused')
    const orphan = sealRun({
      ...plainRun(),
      provenance: { ...plainRun().provenance, lineage: ['a'.repeat(64)], parent_run_hash: 'b'.repeat(64) },
    })
    expect(verifyRun(orphan).checks.find(({ name }) => name === 'lineage')?.ok).toBe(false)
  })
})

describe('what is no run', () => {
  test.each<[string, unknown]>([
    ['null', null],
    ['a text', 'run'],
    ['a placeholder hash', { ...plainRun(), provenance: { run_hash: '...' } }],
    ['a missing cost', { ...plainRun(), cost: undefined }],
  ])('%s is refused, with the reason', (_name, value) => {
    const result = verifyRun(value, { publicKey })
    expect([result.status, result.checks[0]?.name]).toEqual(['refused', 'schema'])
  })

  test('the placeholder of the quick start is refused in words that help', () => {
    const result = parseAgentRun({ ...plainRun(), provenance: { run_hash: '...' } })
    expect(result).toEqual({
      ok: false,
      issues: [
        {
          path: '/provenance/run_hash',
          message: expect.stringMatching(/64 lowercase hexadecimal.*runHash\(\)/) as string,
        },
      ],
    })
  })

  test('a getter that throws is an issue, not a crash', () => {
    const hostile = {
      get id(): string {
        throw new Error('hostile')
      },
    }
    expect(parseAgentRun(hostile)).toMatchObject({ ok: false })
  })

  test('only Ed25519 keys sign', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    for (const key of [rsa, publicKey, 'no pem', { kty: 'oct' }]) {
      expect(() => sealRun(plainRun(), key as KeyObject)).toThrow(
        expect.objectContaining({ code: 'invalid_key' }) as Error,
      )
    }
  })
})

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

function didKey(key: KeyObject): string {
  const raw = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url')
  let number = BigInt(`0xed01${raw.toString('hex')}`)
  let text = ''
  for (; number > 0n; number /= 58n) text = `${ALPHABET[Number(number % 58n)] ?? ''}${text}`
  return `did:key:z${text}`
}

test('hashes are plain SHA-256', () => {
  expect(runHash({ agent_id: 'a' })).toBe(createHash('sha256').update('a||[]||').digest('hex'))
})
