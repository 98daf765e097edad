import { generateSigningKey, keyThumbprint, sealRun, signProvenance, type AgentRun } from '@agent-run/types'
import { deepEqual } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { exampleRun } from '../testing/example-run.ts'
import { verifyRecord } from './verify-record.ts'

const { subtle } = globalThis.crypto
const { privateKey, publicKey } = generateSigningKey()

const states = async (run: AgentRun, parent?: AgentRun): Promise<Record<string, string>> =>
  Object.fromEntries((await verifyRecord(run, { subtle, parent })).map(({ name, state }) => [name, state]))

describe('a record checked in the browser', () => {
  test('is sound as it was sealed, whatever is evaluated afterwards', async () => {
    const run = sealRun(exampleRun(1, { tags: ['é', '😀'] }), privateKey)
    const sound = { run_hash: 'ok', run_id: 'ok', record_hash: 'ok', signature: 'ok' }
    deepEqual(await states(run), sound)
    deepEqual(await states({ ...run, eval: { pass: true, score: 90 } }), sound)
    deepEqual(await states(sealRun(exampleRun(1))), { ...sound, signature: 'unknown' })
  })

  test('shows each kind of forgery', async () => {
    const run = sealRun(exampleRun(1), privateKey)
    const { provenance } = run
    const sound = { run_hash: 'ok', run_id: 'ok', record_hash: 'ok', signature: 'ok' }
    deepEqual(await states({ ...run, steps: [] }), { ...sound, record_hash: 'bad' })
    deepEqual(await states({ ...run, agent_id: 'other' }), { ...sound, run_hash: 'bad', record_hash: 'bad' })
    deepEqual(await states({ ...run, id: 'other' }), { ...sound, run_id: 'bad', record_hash: 'bad' })
    const signed = async (changes: Partial<AgentRun['provenance']>): Promise<string | undefined> =>
      (await states({ ...run, provenance: { ...provenance, ...changes } }))['signature']
    deepEqual(
      [
        await signed({ runtime: 'other@1' }),
        await signed({ signature: 'A'.repeat(86) }),
        await signed({ signature: 'x' }),
        await signed({ signature: null }),
        await signed({ signed_by: keyThumbprint(publicKey) }),
        await signed({ signed_by: 'ed25519:***' }),
      ],
      ['bad', 'bad', 'bad', 'bad', 'unknown', 'unknown'],
    )
  })

  test('reads the other ways in which keys and signatures are written', async () => {
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
    const unsigned = { ...exampleRun(1).provenance, signed_by: didKey(raw) }
    // signs over the name it will have
    const named = signProvenance(unsigned, privateKey)
    deepEqual((await states({ ...exampleRun(1), provenance: named }))['signature'], 'ok')
    const hex = Buffer.from(named.signature ?? '', 'base64url').toString('hex')
    deepEqual(
      (await states({ ...exampleRun(1), provenance: { ...named, signature: hex } }))['signature'],
      'ok',
    )
    deepEqual(
      (await states({ ...exampleRun(1), provenance: { ...named, signed_by: didKey(raw) } }))['signature'],
      'bad',
    )
  })

  test('holds its lineage against the parent', async () => {
    const parent = exampleRun(1)
    const { run_hash: hash } = parent.provenance
    const child = exampleRun(2, {
      parent_run_id: parent.id,
      provenance: { ...exampleRun(2).provenance, parent_run_hash: hash, lineage: [hash] },
    })
    const lineage = async (run: AgentRun, given?: AgentRun): Promise<string | undefined> =>
      (await states(run, given))['lineage']
    const forged = { ...child, provenance: { ...child.provenance, lineage: ['0'.repeat(64)] } }
    deepEqual(
      [
        await lineage(child, parent),
        await lineage(child),
        await lineage(forged),
        await lineage({ ...child, parent_run_id: 'x' }, parent),
        await lineage(parent),
      ],
      ['ok', 'ok', 'bad', 'bad', undefined],
    )
  })

  test('says so where a foreign record lacks what its hash was made of', async () => {
    const foreign = exampleRun(1, { provenance: { run_hash: '0'.repeat(64) } })
    deepEqual(await states(foreign), { run_hash: 'unknown', signature: 'unknown' })
  })
})

const DIGITS = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

function didKey(raw: Buffer): string {
  let number = BigInt(`0x${Buffer.concat([Buffer.from([0xed, 0x01]), raw]).toString('hex')}`)
  let text = ''
  for (; number > 0n; number /= 58n) text = `${DIGITS[Number(number % 58n)]}${text}`
  return `did:key:z${text}`
}
