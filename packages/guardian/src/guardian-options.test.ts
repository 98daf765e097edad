import { expect, test } from 'vitest'
import { resolveGuardianOptions, type GuardianOptions } from './guardian-options.ts'

test('a guardian that is given nothing is refused with what to pass', () => {
  expect(() => resolveGuardianOptions()).toThrow('it has neither an endpoint nor policies')
})

test('a default that is misspelt is refused, not taken for allow', () => {
  const fallback = JSON.parse('"denny"') as 'deny'
  expect(() => resolveGuardianOptions({ policies: ['data-protection'], default: fallback })).toThrow(
    'default must be allow or deny',
  )
})

test('options that are misspelt, or mean nothing without an endpoint, are refused by name', () => {
  const policies = ['data-protection'] as const
  for (const [options, named] of [
    [{ policies, defualt: 'deny' }, 'defualt'],
    [{ endpoint: 'https://guardian.example.com', polices: policies }, 'polices'],
    [{ policies, bearer: 'a-token' }, 'bearer'],
    [{ policies, failOpen: {} }, 'failOpen'],
  ] as const)
    expect(() => resolveGuardianOptions(options as GuardianOptions)).toThrow(named)
})
