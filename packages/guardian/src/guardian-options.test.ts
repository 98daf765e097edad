import { expect, test } from 'vitest'
import { resolveGuardianOptions } from './guardian-options.ts'

test('a guardian that is given nothing is refused with what to pass', () => {
  expect(() => resolveGuardianOptions()).toThrow('it has neither an endpoint nor policies')
})
