import type { Api } from './api.ts'
import type { Change } from './live.ts'

/** What a view works with. */
export interface Shell {
  readonly api: Api
  /** Where the view puts what it shows. */
  readonly root: HTMLElement
  /** The query of the address. */
  readonly query: URLSearchParams
  /** Ids of the runs that are marked to be compared. */
  readonly marks: Set<string>
  /** Which entry was opened here before the user came back, if any was. */
  readonly opened: number | undefined
  /** Keeps which entry is opened, for when the user comes back. */
  keepOpened(index: number): void
  /** Shows another place. */
  go(path: string): void
  /** Puts another query into the address of this place. */
  setQuery(query: URLSearchParams): void
}

/** One place of the page. */
export interface View {
  readonly title: string
  /** Handles a key; gives whether it was one of its own. */
  onKey?(key: string): boolean
  onChange?(change: Change): void
  close?(): void
}

/** The address of a run. */
export function pathOfRun(id: string): string {
  return `/runs/${encodeURIComponent(id)}`
}
