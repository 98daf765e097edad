import type { AgentRun } from '@agent-run/types'
import { denialsIn } from '../src/view/run-facts.ts'
import type { Api } from './api.ts'
import { isAborted } from './parts.ts'

/** A run as a list shows it: its steps are counted, not kept. */
export interface ListedRun {
  readonly run: Omit<AgentRun, 'steps'>
  readonly steps: number
  readonly denials: number
}

interface Page {
  readonly rows: ListedRun[]
  readonly isStale: boolean
}

interface RunPage {
  readonly runs: readonly AgentRun[]
  readonly total: number
  /** Present where more match than are counted. */
  readonly total_is_at_least?: true
}

const PAGE = 100
const MOST_PAGES = 60

/** The runs that fit a query, read page by page as they are looked at. */
export class RunPages {
  total = 0
  /** Whether more runs match than are counted and listed. */
  hasMore = false
  /** Whether the first answer has come. */
  hasAnswer = false
  failure: unknown
  #query = ''
  readonly #api: Api
  readonly #onChange: () => void
  #end = 0
  readonly #pages = new Map<number, Page>()
  readonly #loading = new Map<number, AbortController>()

  constructor(api: Api, onChange: () => void) {
    this.#api = api
    this.#onChange = onChange
  }

  /** How many rows there are to look at: where more match than are counted, the last ones bring the next. */
  get listed(): number {
    return this.hasMore ? Math.max(this.total, this.#end) : this.total
  }

  /** Begins anew with another query. */
  ask(query: string): void {
    this.#query = query
    this.#end = 0
    this.#abort()
    this.#pages.clear()
    this.hasAnswer = false
    this.failure = undefined
    this.#load(0)
  }

  /** Reads again what is looked at; what is known stays until then. */
  refresh(): void {
    this.#abort()
    for (const [number, page] of this.#pages) this.#pages.set(number, { ...page, isStale: true })
    this.#load(0)
  }

  at(index: number): ListedRun | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.rows[index % PAGE]
  }

  indexOf(id: string): number {
    for (const [number, { rows }] of this.#pages) {
      const at = rows.findIndex(({ run }) => run.id === id)
      if (at !== -1) return number * PAGE + at
    }
    return -1
  }

  /** Names that are known so far, to suggest. */
  namesOf(name: 'agent_id' | 'model'): readonly string[] {
    const found = [...this.#pages.values()].flatMap(({ rows }) => rows.map(({ run }) => run[name]))
    return [...new Set(found.filter((text) => text !== undefined))].sort()
  }

  /** Reads the pages of some rows, where they are not known. */
  need(first: number, last: number): void {
    const [from, to] = [Math.floor(first / PAGE), Math.floor(Math.max(first, last - 1) / PAGE)]
    for (const [number, controller] of this.#loading)
      if (number !== 0 && (number < from - 1 || number > to + 1)) {
        controller.abort()
        this.#loading.delete(number)
      }
    for (let number = from; number <= to; number += 1)
      if (this.#pages.get(number)?.isStale !== false && number * PAGE < this.listed) this.#load(number)
    if (this.#pages.size > MOST_PAGES) this.#forget(from, to)
  }

  /** Puts a changed run in its place, where it is known. */
  update(run: AgentRun): boolean {
    const index = this.indexOf(run.id)
    const page = this.#pages.get(Math.floor(index / PAGE))
    if (index === -1 || page === undefined) return false
    page.rows[index % PAGE] = toListed(run)
    return true
  }

  close(): void {
    this.#abort()
  }

  #load(number: number): void {
    if (this.#loading.has(number)) return
    const controller = new AbortController()
    this.#loading.set(number, controller)
    void this.#read(number, controller)
  }

  async #read(number: number, controller: AbortController): Promise<void> {
    const separator = this.#query === '' ? '' : '&'
    const path = `/runs?${this.#query}${separator}limit=${PAGE}&offset=${number * PAGE}`
    try {
      const {
        runs,
        total,
        total_is_at_least: hasMore = false,
      } = await this.#api.get<RunPage>(path, controller.signal)
      this.#pages.set(number, { rows: runs.map(toListed), isStale: false })
      this.#count(number, { total, hasMore, found: runs.length })
      this.hasAnswer = true
      this.failure = undefined
    } catch (error) {
      if (isAborted(error)) return
      this.failure = error
    } finally {
      if (this.#loading.get(number) === controller) this.#loading.delete(number)
    }
    this.#onChange()
  }

  #count(
    number: number,
    { total, hasMore, found }: { readonly total: number; readonly hasMore: boolean; readonly found: number },
  ): void {
    const end = number * PAGE + found
    const isLast = hasMore && found < PAGE && end >= total
    this.total = isLast ? end : total
    this.hasMore = hasMore && !isLast
    if (found === PAGE) this.#end = Math.max(this.#end, end + PAGE)
  }

  #abort(): void {
    for (const controller of this.#loading.values()) controller.abort()
    this.#loading.clear()
  }

  #forget(from: number, to: number): void {
    for (const number of this.#pages.keys())
      if (number !== 0 && (number < from - 5 || number > to + 5)) this.#pages.delete(number)
  }
}

function toListed(whole: AgentRun): ListedRun {
  const { steps, ...run } = whole
  return { run, steps: steps.length, denials: denialsIn(whole) }
}
