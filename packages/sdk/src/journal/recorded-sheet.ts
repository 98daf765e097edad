import type { JournalSheet, KeptState } from '../hooks/journal-sheet.ts'
import { snapshot, type Json } from '../values/snapshot.ts'
import type { RecordedValue } from './entries.ts'
import { recordedValue } from './recorded-value.ts'

/** Takes down the states of one handler, and what it was answered from outside. */
export class RecordedSheet implements JournalSheet {
  readonly exact: boolean
  readonly #states: [string, Json][] = []
  readonly #outside: [string, RecordedValue][] = []

  constructor(exact: boolean) {
    this.exact = exact
  }

  keep(name: string, state: KeptState): void {
    try {
      const taken = snapshot(state.save())
      if (taken.ok) this.#states.push([name, taken.json])
    } catch {
      // a state that cannot be read is missing in the replay, which says so
      return
    }
  }

  async outside(name: string, ask: () => Promise<unknown>): Promise<unknown> {
    const answer = await ask()
    this.#outside.push([name, recordedValue(answer)])
    return answer
  }

  /** What was taken down, for an entry. */
  get recorded(): {
    readonly states?: readonly (readonly [string, Json])[]
    readonly outside?: readonly (readonly [string, RecordedValue])[]
  } {
    return {
      ...(this.#states.length === 0 ? {} : { states: this.#states }),
      ...(this.#outside.length === 0 ? {} : { outside: this.#outside }),
    }
  }
}
