import { expect, test } from 'vitest'
import { resolveGuardianOptions } from './guardian-options.ts'

test('a guardian that is given nothing is refused with what to pass', () => {
  expect(() => resolveGuardianOptions()).toThrow('it has neither an endpoint nor policies')
})

test('a default that is misspelt is refused, not taken for allow', () => {
  const fallback = JSON.parse('"denny"') as 'deny'
  expect(() => resolveGuardianOptions({ policies: ['data-protection'], default: fallback })).toThrow(
    'default must be allow or deny',
  )
})
