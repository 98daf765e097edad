import { expect, test } from 'vitest'
import { evidenceFileOf } from './evidence-file.ts'

test('a file is described by the bytes of its text', () => {
  expect(evidenceFileOf('a.json', 'é')).toEqual({
    name: 'a.json',
    size: 2,
    sha256: '4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c',
  })
})
