import { deepEqual, ok } from 'node:assert/strict'
import fc from 'fast-check'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'vitest'
import { closed, newFolder } from '../../../../test/support/journalled.ts'
import { AOSInstrument } from '../index.ts'
import { ListReader, ListWriter } from './continued-list.ts'
import type { RecordedValue } from './entries.ts'
import { createDecisionJournal, parseJournal } from './index.ts'

const operations = (text: string): readonly RecordedValue[] =>
  parseJournal(text).entries.flatMap((entry) =>
    entry.t === 'operation' && entry.kind === 'modelCall' ? [entry.value] : [],
  )

async function conversation(turns: number): Promise<string> {
  const directory = newFolder()
  const journal = createDecisionJournal({ directory })
  const agent = new AOSInstrument(
    async (_input: string, aos) => {
      const messages = ['system'.repeat(1000)]
      for (let at = 0; at < turns; at++) {
        messages.push(`turn ${String(at)} ${'x'.repeat(1000)}`)
        await aos.model({ model: 'm', messages: [...messages] }, () => 'said')
      }
    },
    { journal },
  )
  await agent('go')
  await closed(journal)
  return readFileSync(join(directory, readdirSync(directory)[0] ?? ''), 'utf8')
}

test('what models are told grows a journal by what is new in it', async () => {
  const text = await conversation(40)
  ok(text.length < 2 * 40 * 1000 + 20_000, `${String(text.length)} bytes`)
  const values = operations(text)
  deepEqual(
    values.map((value) => 'json' in value && (value.json as unknown[]).length),
    Array.from({ length: 40 }, (_, at) => at + 2),
  )
})

test('a list whose beginning is missing is unknown', async () => {
  const lines = (await conversation(3)).split('\n')
  const first = lines.findIndex((line) => line.includes('"kind":"modelCall"'))
  const values = operations(lines.filter((_line, at) => at !== first).join('\n'))
  deepEqual(values, [
    { opaque: 'its first items stand in an entry that is missing' },
    { opaque: 'its first items stand in an entry that is missing' },
  ])
})

test('any lists are read as they were written', () => {
  const value: fc.Arbitrary<RecordedValue> = fc.oneof(
    fc.array(fc.constantFrom('a', 'b', { c: 1 })).map((json) => ({ json })),
    fc.array(fc.constantFrom('a', 'b')).map((messages) => ({ messages })),
    fc.constantFrom({ none: true } as const, { json: 'text' }, { json: 7 }),
  )
  fc.assert(
    fc.property(fc.array(value), (values) => {
      const writer = new ListWriter()
      const reader = new ListReader()
      for (const [n, given] of values.entries()) deepEqual(reader.read(writer.written(given, n), n), given)
    }),
  )
})
