import { ok } from 'node:assert/strict'
import fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'vitest'
import { closed, newFolder, type Guard } from '../../../../test/support/journalled.ts'
import { allow, AOSInstrument, ask, deny, isAosError, modify } from '../index.ts'
import { createDecisionJournal, parseJournal, replayRun } from './index.ts'

const guard: Guard = (agent) => {
  agent.registerHook('toolCallRequest', ({ parameters }) => {
    if (parameters['at'] === 1) return modify({ at: 7 })
    return parameters['at'] === 2 ? ask('may it') : allow('fine')
  })
  agent.registerHook('toolCallResult', ({ result }) => (result === 3 ? deny('no 3') : undefined))
}

async function recorded(): Promise<string> {
  const directory = newFolder()
  const journal = createDecisionJournal({ directory })
  const agent = new AOSInstrument(
    async (_input: string, aos) => {
      await aos.model({ model: 'm', messages: ['a', 'b'] }, () => 'said')
      const calls = [0, 1, 2, 3].map((at) => aos.toolCall({ toolName: 'work', parameters: { at } }, () => at))
      await Promise.allSettled(calls)
    },
    { journal, onApproval: () => true },
  )
  guard(agent as never)
  await agent('go')
  await closed(journal)
  return readFileSync(join(directory, readdirSync(directory)[0] ?? ''), 'utf8')
}

/** One piece of damage to the lines of a journal. */
type Damage = (lines: unknown[]) => void

const place = fc.nat(200)
const damage: fc.Arbitrary<Damage> = fc.oneof(
  place.map(
    (at): Damage =>
      (lines) =>
        void lines.splice(at % lines.length, 1),
  ),
  fc.tuple(place, place).map(([from, to]): Damage => (lines) => {
    lines.splice(to % lines.length, 0, ...lines.splice(from % lines.length, 1))
  }),
  fc.tuple(place, place, fc.jsonValue()).map(([at, key, value]): Damage => (lines) => {
    const line = lines[at % lines.length] as Record<string, unknown>
    const keys = Object.keys(line).filter((name) => !['v', 'n', 't'].includes(name))
    line[keys[key % keys.length] ?? 'at'] = value
  }),
  fc.tuple(place, place, place).map(([at, other, key]): Damage => (lines) => {
    const line = lines[at % lines.length] as Record<string, unknown>
    const from = lines[other % lines.length] as Record<string, unknown>
    const name = Object.keys(line)[key % Object.keys(line).length] ?? 'at'
    if (name in from && name !== 'n') line[name] = structuredClone(from[name])
  }),
)

test('whatever has happened to a journal, it is replayed or refused', async () => {
  const text = await recorded()
  const lines = text.split('\n').filter((line) => line !== '')
  let replayed = 0
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 6 }), async (damages) => {
      const entries = lines.map((line): unknown => JSON.parse(line))
      for (const harm of damages) if (entries.length > 1) harm(entries)
      // numbered anew, so that not all of them are refused for their numbers
      const damaged = entries.map((entry, at) => JSON.stringify({ ...(entry as object), n: at + 1 }))
      try {
        const { decisions } = await replayRun(parseJournal(`${damaged.join('\n')}\n`), { guard })
        if (decisions.length > 0) replayed++
      } catch (error) {
        ok(isAosError(error, 'invalid_journal') || isAosError(error, 'invalid_options'), String(error))
      }
    }),
    { numRuns: 400 },
  )
  ok(replayed > 20)
})
