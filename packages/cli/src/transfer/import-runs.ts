import { parseAgentRun, type AgentRun } from '@agent-run/types'
import { CliError } from '../terminal/cli-error.ts'
import type { Answer, Context } from '../terminal/context.ts'
import { counted } from '../terminal/counted.ts'
import { EXIT } from '../terminal/exit-codes.ts'
import { onEnd } from '../terminal/terminal.ts'
import { visible } from '../terminal/visible.ts'
import { documentsOf } from './documents-of.ts'
import { openPlace, type RunPlace } from './run-place.ts'

/** What `aos import` is told by its options. */
export interface ImportRequest {
  readonly to: string
  readonly key?: string
}

interface Place {
  readonly file: string
  readonly line: number
}

interface Refused extends Place {
  readonly why: string
}

interface Batch {
  readonly runs: AgentRun[]
  readonly places: Place[]
  size: number
}

const BATCH_RUNS = 500
const BATCH_SIZE = 8 * 1024 * 1024
const MOST_TOLD = 50

/** Sends the runs of files, one on each line, to a place; what it has already is left as it is. */
export async function importRuns(
  files: readonly string[],
  { to, key }: ImportRequest,
  context: Context,
): Promise<Answer> {
  const place = await openPlace({ place: to, key, isNew: true }, context.terminal)
  const ending = new AbortController()
  const stop = onEnd(context.terminal, () => ending.abort())
  const work = new Import(place, context, ending.signal)
  try {
    for (const file of files) await work.take(file)
    await work.send()
  } catch (cause) {
    if (work.sent === 0 && !ending.signal.aborted) throw cause
    throw new CliError({
      message: `The import is not whole: ${counted(work.sent, 'run is', 'runs are')} in ${place.name}`,
      why: ending.signal.aborted
        ? 'it was told to end'
        : cause instanceof Error
          ? cause.message
          : 'it failed',
      fix: 'Run it again: what is there already is taken as the same.',
      exit: 'failed',
      cause,
    })
  } finally {
    stop()
    await place.close()
  }
  return work.answer()
}

class Import {
  readonly #counts = { created: 0, same: 0 }
  readonly #refused: Refused[] = []
  readonly #place: RunPlace
  readonly #context: Context
  readonly #signal: AbortSignal
  #batch: Batch = { runs: [], places: [], size: 0 }

  constructor(place: RunPlace, context: Context, signal: AbortSignal) {
    this.#place = place
    this.#context = context
    this.#signal = signal
  }

  /** Runs that the place has now. */
  get sent(): number {
    return this.#counts.created + this.#counts.same
  }

  async take(file: string): Promise<void> {
    for await (const { line, value, size } of documentsOf(file)) {
      const parsed = parseAgentRun(value)
      if (!parsed.ok) {
        const [issue] = parsed.issues
        const why =
          value === undefined ? 'is no JSON' : `is no AgentRun: ${issue?.path ?? ''} ${issue?.message ?? ''}`
        this.#refused.push({ file, line, why })
        continue
      }
      if (this.#batch.size + size > BATCH_SIZE) await this.send()
      this.#batch.runs.push(parsed.value)
      this.#batch.places.push({ file, line })
      this.#batch.size += size
      if (this.#batch.runs.length === BATCH_RUNS) await this.send()
    }
  }

  async send(): Promise<void> {
    const { runs, places } = this.#batch
    if (runs.length === 0) return
    this.#signal.throwIfAborted()
    this.#batch = { runs: [], places: [], size: 0 }
    const outcomes = await this.#place.create(runs, this.#signal)
    for (const [at, place] of places.entries()) {
      const outcome = outcomes[at]
      if (outcome === 'created' || outcome === 'same') this.#counts[outcome]++
      else this.#refused.push({ ...place, why: `another run has the id ${runs[at]?.id ?? ''}` })
    }
    this.#context.progress(`${counted(this.sent, 'run')} imported into ${this.#place.name}`)
  }

  answer(): Answer {
    const { created, same } = this.#counts
    const refused = this.#refused
    const { paint } = this.#context
    const lines = refused
      .slice(0, MOST_TOLD)
      .map(
        ({ file, line, why }) =>
          `${visible(`${file}:${line}`)}  ${paint('bad', 'not imported')}: ${visible(why)}`,
      )
    if (refused.length > MOST_TOLD) lines.push(`and ${refused.length - MOST_TOLD} more, which --json names`)
    const sum = `${counted(created, 'run')} imported into ${this.#place.name}, ${same} were there, ${refused.length} not imported`
    return {
      exitCode: refused.length === 0 ? EXIT.ok : EXIT.found,
      json: { to: this.#place.name, created, same, refused },
      text: [...lines, sum].join('\n'),
    }
  }
}
