// Claims with faults of every kind: our verifier and the official packages find the same in them.
import { verify } from '@aos/records/peac'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rawKey, signAnything } from '../../packages/records/src/testing/peac-keys.ts'
import { anyClaims } from '../../packages/records/src/testing/peac-mutations.ts'
import { officialPackagesRun } from '../support/official-peac.ts'
import { HEADER, KEY, NOW } from '../support/peac-cases.ts'

describe.skipIf(!officialPackagesRun)('claims that were changed at random (needs Node 22.13)', () => {
  test('are judged as the official packages judge them, in both layers', async () => {
    const { referenceContent, referenceVerify } =
      await import('../../packages/records/src/testing/peac-reference.ts')
    const verdicts = new Set<string>()
    await fc.assert(
      fc.asyncProperty(anyClaims, async (claims) => {
        const jws = signAnything(HEADER, claims, KEY)
        const reference = await referenceVerify(jws, { publicKey: rawKey(KEY), now: NOW })
        const [content] = reference.valid ? referenceContent(claims as never) : []
        const told = content === undefined ? (reference.code ?? reference.warnings) : groupOf(content)
        const ours = verify(jws, { jwk: KEY.publicJwk, now: NOW })
        const warnings = ours.valid
          ? ours.warnings.map(({ code, pointer }) => (pointer === undefined ? { code } : { code, pointer }))
          : []
        expect(ours.valid ? warnings : groupOf(ours.code)).toEqual(told)
        verdicts.add(ours.valid ? 'valid' : groupOf(ours.code))
      }),
      { numRuns: 600 },
    )
    expect([...verdicts]).toEqual(expect.arrayContaining(['valid', 'E_INVALID_FORMAT', 'agent', 'lifecycle']))
  })
})

// inside of a group the first of several faults is a matter of taste
function groupOf(code: string): string {
  return code.startsWith('E_') ? code : code.slice(0, code.indexOf('.'))
}
