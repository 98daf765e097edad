import { expect, test } from 'vitest'
import { spdxLicense } from './spdx-license.ts'

test.each([
  ['mit', 'MIT'],
  ['(MIT or apache-2.0)', '(MIT OR Apache-2.0)'],
  ['MIT AND (ISC OR (Zlib))', 'MIT AND (ISC OR (Zlib))'],
  ['UNLICENSED', undefined],
  ['SEE LICENSE IN LICENSE.md', undefined],
  ['MIT AND', undefined],
  ['(MIT', undefined],
  ['MIT)', undefined],
  ['MIT ISC', undefined],
  ['__proto__', undefined],
  ['', undefined],
  ['('.repeat(10_000), undefined],
])('%s is %s in SPDX', (text, license) => {
  expect(spdxLicense(text)).toBe(license)
})
