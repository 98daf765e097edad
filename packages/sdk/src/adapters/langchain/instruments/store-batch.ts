import { AsyncLocalStorage } from 'node:async_hooks'
import type { Run } from '../../../run/run.ts'
import type { Method } from '../../../objects/gated-object.ts'
import { heardIf, judgedIn, type Use } from '../../../objects/judged.ts'
import { reading, writing } from './memory.ts'
import type { Reach } from '../../../objects/reach.ts'
import { ITEMS, itemsOf, VALUES, type StoredItem, type StoredValue } from './store-items.ts'

interface StoreOperation {
  readonly namespace?: readonly string[]
  readonly key?: string
  readonly value?: StoredValue | null
  readonly namespacePrefix?: readonly string[]
  readonly query?: string
}

type Batch = (operations: readonly StoreOperation[]) => unknown

/**
 * Gates `batch`: each operation is judged alone, and those that may happen are handed on in one batch, as they came.
 */
export function mergedBatch(
  reach: Reach,
  name: string,
  own: (...args: readonly unknown[]) => unknown,
): Method {
  return (operations: readonly StoreOperation[]) => {
    const ended = { byHandler: false }
    const results = reach.within(async (run) => {
      if (run === undefined || run.quiet) return own(operations)
      try {
        return await judgeEach(run, { name, operations, batch: own as Batch })
      } finally {
        ended.byHandler = run.fatal !== undefined
      }
    })
    return heardIf(ended, results)
  }
}

interface Merged {
  readonly name: string
  readonly operations: readonly StoreOperation[]
  readonly batch: Batch
}

async function judgeEach(run: Run, { name, operations, batch }: Merged): Promise<readonly unknown[]> {
  const meeting = new Meeting(operations.length, (admitted) => {
    run.throwIfFatal()
    return batch(admitted)
  })
  const outcomes = await Promise.allSettled(
    operations.map(async (operation, index) => {
      try {
        const admit = (decided: StoreOperation): Promise<unknown> => meeting.join(index, decided)
        const use = useOf(name, operation, admit)
        return use === undefined ? await admit(operation) : await judgedIn(run, use)
      } finally {
        meeting.leave(index)
      }
    }),
  )
  return outcomes.map((outcome, index) => {
    if (outcome.status === 'fulfilled') return outcome.value
    // the run rejects with what has ended it; to reject here would take along those in the batch that nobody waits for
    if (run.fatal !== undefined) return nothingOf(operations[index])
    throw outcome.reason
  })
}

function nothingOf(operation: StoreOperation | undefined): unknown {
  return operation?.key === undefined && operation?.value === undefined ? [] : null
}

function useOf(
  name: string,
  operation: StoreOperation,
  admit: (decided: StoreOperation) => Promise<unknown>,
): Use<unknown> | undefined {
  if ('value' in operation) return writeOf(name, operation, admit)
  const { namespace, namespacePrefix, key, query } = operation
  const many = namespacePrefix !== undefined
  // names of namespaces are no content
  if (!many && key === undefined) return undefined
  return reading<unknown, StoredItem, unknown>({
    name,
    asked: many ? { namespacePrefix, query } : { namespace, key },
    kind: ITEMS,
    read: () => admit(operation),
    items: (found) => (many ? (found as readonly StoredItem[]) : itemsOf(found)),
    give: (items) => (many ? items : (items[0] ?? null)),
  })
}

function writeOf(
  name: string,
  operation: StoreOperation,
  admit: (decided: StoreOperation) => Promise<unknown>,
): Use<unknown> {
  const { value } = operation
  const items = value === null || value === undefined ? [] : [value]
  return writing({
    name,
    items,
    kind: VALUES,
    write: (kept) => {
      if (items.length === 0) return admit(operation)
      return kept.items.length === 0 ? null : admit({ ...operation, value: kept.items[0] as StoredValue })
    },
    denied: () => null,
  })
}

/** Where the operations of one batch wait for each other, so that those that may happen happen together. */
class Meeting {
  readonly #absent: Set<number>
  readonly #admitted = new Map<number, StoreOperation>()
  readonly #hold: (admitted: readonly StoreOperation[]) => unknown
  readonly #results: Promise<Map<number, unknown>>
  #inFirst: ReturnType<typeof AsyncLocalStorage.snapshot> | undefined
  #settle: (results: Promise<Map<number, unknown>>) => void = () => undefined

  constructor(expected: number, hold: (admitted: readonly StoreOperation[]) => unknown) {
    this.#absent = new Set(Array.from({ length: expected }, (_none, index) => index))
    this.#hold = hold
    this.#results = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  async join(index: number, operation: StoreOperation): Promise<unknown> {
    this.#admitted.set(index, operation)
    this.#inFirst ??= AsyncLocalStorage.snapshot()
    this.leave(index)
    return (await this.#results).get(index)
  }

  /** Notes that nobody waits for this operation any longer; the last one to come has all of them executed. */
  leave(index: number): void {
    if (!this.#absent.delete(index) || this.#absent.size > 0) return
    // where nobody has come, there is nothing to execute
    if (this.#inFirst !== undefined) this.#settle(this.#inFirst(() => this.#execute()))
  }

  async #execute(): Promise<Map<number, unknown>> {
    // in the order in which they were asked for, whatever the order in which they were decided
    const admitted = [...this.#admitted].sort(([left], [right]) => left - right)
    const results = await this.#hold(admitted.map(([, operation]) => operation))
    return new Map(admitted.map(([index], at) => [index, (results as readonly unknown[])[at]]))
  }
}
