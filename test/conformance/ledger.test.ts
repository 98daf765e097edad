import { describe, expect, test } from 'vitest'
import { findCitations } from './citations.ts'
import { LEDGERS, REQUIREMENTS } from './requirements/index.ts'
import { verifies } from './verifies.ts'

describe('the requirement ledger', () => {
  test('names each requirement once', () => {
    const ids = LEDGERS.flatMap(({ requirements }) => Object.keys(requirements))
    expect(ids.toSorted()).toEqual([...new Set(ids)].toSorted())
    expect(ids.length).toBeGreaterThan(100)
  })

  test('has a test for each requirement', async () => {
    const cited = new Set((await findCitations()).map(({ id }) => id))
    expect(Object.keys(REQUIREMENTS).filter((id) => !cited.has(id))).toEqual([])
  })

  test('knows each requirement that a test cites', async () => {
    const unknown = (await findCitations()).filter(({ id }) => REQUIREMENTS[id] === undefined)
    expect(unknown).toEqual([])
  })

  test('refuses a test of a requirement that it does not have', () => {
    expect(() => verifies('aos.no-such-rule', 'nothing', () => undefined)).toThrow(/ledger has no/)
  })

  test('says of each rule where it is written, how binding it is, and what it asks for', () => {
    for (const { section, level, behaviour, knownGap } of Object.values(REQUIREMENTS)) {
      expect(section.length * behaviour.length).toBeGreaterThan(0)
      expect(['MUST', 'SHOULD']).toContain(level)
      expect(knownGap).not.toBe('')
    }
  })
})
