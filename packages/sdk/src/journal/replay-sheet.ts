import { AosError } from '../errors.ts'
import type { JournalSheet, KeptState } from '../hooks/journal-sheet.ts'
import { copyJson, type Json } from '../values/snapshot.ts'
import type { RecordedStates, RecordedValue } from './entries.ts'
import { valueOf } from './recorded-value.ts'

/** Gives a handler back what was taken down for it, each in its turn. */
export class ReplaySheet implements JournalSheet {
  readonly exact = true
  /** Names of states that are not in the journal. */
  readonly unknown: string[] = []
  /** Names of those outside whose recorded answers were taken, or are missing. */
  readonly outsiders: string[] = []
  readonly #states: [string, Json][]
  readonly #outside: (readonly [string, RecordedValue])[]

  constructor(recorded: {
    readonly states?: RecordedStates | undefined
    readonly outside?: readonly (readonly [string, RecordedValue])[] | undefined
  }) {
    this.#states = (recorded.states ?? []).map(([name, state]) => [name, state])
    this.#outside = [...(recorded.outside ?? [])]
  }

  keep(name: string, state: KeptState): void {
    const recorded = take(this.#states, name)
    try {
      if (recorded === undefined) this.unknown.push(name)
      else state.restore(copyJson(recorded[1]))
    } catch {
      this.unknown.push(name)
    }
  }

  async outside(name: string): Promise<unknown> {
    this.outsiders.push(name)
    const recorded = take(this.#outside, name)
    if (recorded !== undefined && 'json' in recorded[1]) return valueOf(recorded[1])
    throw new AosError({
      code: 'invalid_journal',
      message: `No answer of ${name} is in the journal, and a replay asks nobody`,
      fix: 'Replay a run that was journalled with this handler, or register one that decides in process.',
    })
  }
}

function take<T extends readonly [string, unknown]>(from: T[], name: string): T | undefined {
  const at = from.findIndex(([known]) => known === name)
  return at < 0 ? undefined : from.splice(at, 1)[0]
}
