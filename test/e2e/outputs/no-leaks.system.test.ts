// No output carries a secret: the variants that the quick tests leave out.
import { describe, test } from 'vitest'
import { CANARY_KINDS } from './canaries.ts'
import {
  BROKEN,
  expectAllDropped,
  expectNoSecrets,
  expectNoSecretsInPreviews,
  expectToBeFound,
} from './leaks.ts'

test('with a redactor that takes out nothing, every output shows secrets (http/protobuf)', () =>
  expectToBeFound('http/protobuf'))

test('no output carries a secret (http/json)', () => expectNoSecrets('http/json'))

test('no output carries a secret by the coming conventions', () => expectNoSecrets('http/protobuf', 'next'))

describe('no preview carries a secret', () => {
  // so many fit into a preview
  const some = 5
  const kinds = Array.from({ length: Math.ceil(CANARY_KINDS.length / some) }, (_, index) =>
    CANARY_KINDS.slice(index * some, (index + 1) * some),
  )
  test.each(kinds.map((each) => [each.join(), each] as const))('%s', (_names, each) =>
    expectNoSecretsInPreviews(each),
  )
})

describe('no output carries anything that was given to a redactor that', () => {
  test.each(Object.entries(BROKEN))('%s', (_what, redactor) => expectAllDropped(redactor))
})
