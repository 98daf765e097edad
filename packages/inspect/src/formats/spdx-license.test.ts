import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { COMMON_LICENSES, spdxLicense } from './spdx-license.ts'

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

test('all of them are on the list of SPDX', () => {
  const library = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json')
  const schema = readFileSync(join(dirname(library), 'res/schema/spdx.SNAPSHOT.schema.json'), 'utf8')
  const { enum: listed } = JSON.parse(schema) as { readonly enum: readonly string[] }
  expect(COMMON_LICENSES.filter((id) => !listed.includes(id))).toEqual([])
})
