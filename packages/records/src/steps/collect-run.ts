import type { AosEvent, RunEnd, RunRecord, StepRecord } from '@aos/sdk'

type Reasoning = Extract<AosEvent, { readonly type: 'reasoning' }>
type Change = Extract<AosEvent, { readonly type: 'component.change' }>

/** One run as its events have told it. */
export interface RecordedRun {
  readonly run: RunRecord
  /** In the order they began, each as it was last told. */
  readonly steps: readonly StepRecord[]
  readonly reasonings: readonly Reasoning[]
  readonly changes: readonly Change[]
  /** Absent while it goes on, and where its end was not told. */
  readonly end?: RunEnd | undefined
  /** Moment of the latest event, in milliseconds since the epoch. */
  readonly lastAt: number
  /** How many of its events never arrived: gaps in their numbers. */
  readonly missing: number
}

interface OpenRun {
  run: RunRecord
  readonly steps: Map<string, StepRecord>
  readonly reasonings: Reasoning[]
  readonly changes: Change[]
  lastAt: number
  received: number
  highest: number
}

/** What a collector could not keep. */
export interface CollectorStats {
  readonly open: number
  /** Runs that were given up unfinished, since too many were open. */
  readonly abandoned: number
  /** Events of runs whose start was not seen. */
  readonly orphans: number
}

const MAX_OPEN_RUNS = 10_000

/** Puts the events of many runs together, run by run; a run is given out when it ends. */
export class RunCollector {
  readonly #open = new Map<string, OpenRun>()
  readonly #maxOpen: number
  readonly #onAbandoned: ((run: RecordedRun) => void) | undefined
  #abandoned = 0
  #orphans = 0

  /** Calls `onAbandoned` with each run that is given up unfinished, as far as it was told. */
  constructor(maxOpen: number = MAX_OPEN_RUNS, onAbandoned?: (run: RecordedRun) => void) {
    this.#maxOpen = maxOpen
    this.#onAbandoned = onAbandoned
  }

  /** Takes one event; gives the run that it ends. */
  accept(event: AosEvent): RecordedRun | undefined {
    if (event.type === 'run.start') this.#start(event.runId, event.run)
    const open = this.#open.get(event.runId)
    if (open === undefined) {
      // a component changes also where no run is under way
      if (event.type !== 'component.change') this.#orphans++
      return undefined
    }
    take(open, event)
    if (event.type !== 'run.end') return undefined
    this.#open.delete(event.runId)
    return { ...recorded(open), end: event.end }
  }

  /** A run that is under way, as far as it is told. */
  peek(runId: string): RecordedRun | undefined {
    const open = this.#open.get(runId)
    return open === undefined ? undefined : recorded(open)
  }

  /** Gives out what is still open, unfinished, and forgets it. */
  drain(): readonly RecordedRun[] {
    const unfinished = [...this.#open.values()].map(recorded)
    this.#open.clear()
    return unfinished
  }

  stats(): CollectorStats {
    return { open: this.#open.size, abandoned: this.#abandoned, orphans: this.#orphans }
  }

  #start(id: string, run: RunRecord): void {
    if (this.#open.size >= this.#maxOpen) {
      for (const [oldest, given] of this.#open) {
        this.#open.delete(oldest)
        this.#abandoned++
        this.#onAbandoned?.(recorded(given))
        break
      }
    }
    this.#open.set(id, {
      run,
      steps: new Map(),
      reasonings: [],
      changes: [],
      lastAt: run.startedAt,
      received: 0,
      highest: 0,
    })
  }
}

/** Puts the events of one run together; nothing where its start is not among them. */
export function collectRun(events: Iterable<AosEvent>): RecordedRun | undefined {
  const collector = new RunCollector(1)
  let id: string | undefined
  for (const event of events) {
    if (id !== undefined && event.runId !== id) continue
    if (event.type === 'run.start') id = event.runId
    const ended = collector.accept(event)
    if (ended !== undefined) return ended
  }
  return id === undefined ? undefined : collector.peek(id)
}

function take(open: OpenRun, event: AosEvent): void {
  open.received++
  open.highest = Math.max(open.highest, event.seq)
  open.lastAt = Math.max(open.lastAt, event.at)
  if ('run' in event) open.run = event.run
  if ('step' in event) open.steps.set(event.step.id, event.step)
  if (event.type === 'reasoning') open.reasonings.push(event)
  if (event.type === 'component.change') open.changes.push(event)
}

function recorded({ run, steps, reasonings, changes, lastAt, received, highest }: OpenRun): RecordedRun {
  return {
    run,
    steps: [...steps.values()],
    reasonings: [...reasonings],
    changes: [...changes],
    lastAt,
    missing: Math.max(0, highest - received),
  }
}
