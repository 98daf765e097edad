import { equal } from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'vitest'
import { firstNumberOf, freeNumber } from './run-number.ts'

test('numbers are free, in the order of starts, and go on in the next millisecond where one is full', () => {
  const database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE runs (number INTEGER PRIMARY KEY)')
  const add = database.prepare('INSERT INTO runs (number) VALUES (?)')
  const next = (at: number): bigint =>
    freeNumber((sql, ...values) => database.prepare(sql).all(...values), at)
  for (const at of [Date.UTC(-1, 0), -5, 0, Date.UTC(2026, 0), Date.UTC(9999, 11, 31)]) {
    const first = firstNumberOf(at)
    equal(next(at), first)
    add.run(first)
    equal(next(at), first + 1n)
    equal(next(at + 1) > first, true)
    database
      .prepare(
        'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 32767) INSERT INTO runs SELECT ? + i FROM n',
      )
      .run(first)
    equal(next(at), firstNumberOf(at + 1))
    add.run(firstNumberOf(at + 1))
    equal(next(at), firstNumberOf(at + 1) + 1n)
    equal(next(at + 1), firstNumberOf(at + 1) + 1n)
  }
  database.close()
})

test('a moment of any year can be asked for', () => {
  equal(firstNumberOf(8.64e15) > firstNumberOf(Date.UTC(9999, 11, 31)), true)
  equal(firstNumberOf(-8.64e15) < firstNumberOf(Date.UTC(-1, 0)), true)
  for (const at of [8.64e15, -8.64e15]) equal(BigInt.asIntN(64, firstNumberOf(at)), firstNumberOf(at))
})
