import { doesNotMatch, equal, match } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { shownPlace } from '../servers/open-store.ts'
import { call } from '../testing/call.ts'

describe('a place of runs', () => {
  test('is told of without the password that its address holds', async () => {
    for (const key of [[], ['--key', 'env:NONE']]) {
      const { exitCode, stderr } = await call(['export', 'mysql://me:secret@host/db', ...key])
      equal(exitCode, 2)
      match(stderr, /Runs cannot be kept in mysql:/)
      doesNotMatch(stderr, /secret|host/)
    }
    equal(shownPlace('POSTGRES://me:secret@host/db'), 'POSTGRES://host/db')
  })
})
