import { test } from 'vitest'
import { REQUIREMENTS } from './requirements/index.ts'

/**
 * Declares a test that fails where a requirement is not kept. A known gap is expected to fail: once it passes, the
 * test fails, so that the ledger is brought up to date.
 */
export function verifies(id: string, name: string, body: () => void | Promise<void>): void {
  const requirement = REQUIREMENTS[id]
  if (requirement === undefined) throw new Error(`the requirement ledger has no ${JSON.stringify(id)}`)
  const declare = requirement.knownGap === undefined ? test : test.fails
  declare(`${id}: ${name}`, async () => body())
}
