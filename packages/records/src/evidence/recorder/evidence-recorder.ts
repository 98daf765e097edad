import type { AosEvent, Sink } from '@aos/sdk'
import { RunCollector, type RecordedRun } from '../../steps/collect-run.ts'
import { assembleEvidence } from '../assemble/assemble-evidence.ts'
import type { Evidence } from '../assemble/evidence.ts'
import { EvidenceBuilder } from '../facts/evidence-builder.ts'
import { assertRecorderOptions, type EvidenceRecorderOptions } from './recorder-options.ts'

const MAX_KEPT = 100

/** What became of the runs that a recorder was told of. */
export interface EvidenceRecorderStats {
  /** Runs whose evidence was put together or can be. */
  readonly recorded: number
  /** Runs that have begun and not ended. */
  readonly open: number
  /** Runs given up unfinished, since too many were open. */
  readonly abandoned: number
  /** Runs that were kept and made room for others. */
  readonly forgotten: number
  /** Events of runs whose start was not seen. */
  readonly orphans: number
}

/** One run: its evidence so far, put together only when somebody asks. */
interface Case {
  readonly builder: EvidenceBuilder
  ended: RecordedRun | undefined
  events: number
}

/**
 * Puts the evidence of every run together as a sink: `new AOSInstrument(agent, { sinks: [recorder] })`. Facts can be added
 * while a run goes on and after it, by {@link EvidenceRecorder.of}. It never changes what the agent does.
 */
export class EvidenceRecorder implements Sink {
  readonly name: string = 'evidence'
  readonly #options: EvidenceRecorderOptions
  readonly #collector: RunCollector = new RunCollector(undefined, (run) => this.#end(run))
  readonly #open = new Map<string, Case>()
  readonly #kept = new Map<string, Case>()
  #recorded = 0
  #forgotten = 0

  /** Throws `invalid_options`. */
  constructor(options: EvidenceRecorderOptions = {}) {
    assertRecorderOptions(options)
    this.#options = options
  }

  /** Takes one event of an agent. */
  accept(event: AosEvent): void | PromiseLike<void> {
    const found = this.#open.get(event.runId)
    if (found !== undefined) found.events++
    const ended = this.#collector.accept(event)
    if (ended === undefined) return undefined
    const evidence = this.#end(ended)
    return this.#options.onEvidence?.(evidence, ended.run.id)
  }

  /** The evidence of a run, which more can be added to; nothing for a run that is not known or was forgotten. */
  of(runId: string): EvidenceBuilder | undefined {
    const kept = this.#kept.get(runId)
    if (kept !== undefined) return kept.builder
    return this.#collector.peek(runId) === undefined ? undefined : this.#caseOf(runId).builder
  }

  /** The evidence of runs that have ended and are kept, in the order in which they ended. */
  ended(): readonly EvidenceBuilder[] {
    return [...this.#kept.values()].map(({ builder }) => builder)
  }

  stats(): EvidenceRecorderStats {
    const { open, abandoned, orphans } = this.#collector.stats()
    return { recorded: this.#recorded, open, abandoned, forgotten: this.#forgotten, orphans }
  }

  #caseOf(runId: string): Case {
    const known = this.#open.get(runId)
    if (known !== undefined) return known
    const { clock } = this.#options
    let latest: { readonly events: number; readonly evidence: Evidence } | undefined
    const evidence = (): Evidence => {
      if (latest?.events !== made.events)
        latest = { events: made.events, evidence: this.#assemble(runId, made) }
      return latest.evidence
    }
    const made: Case = { builder: new EvidenceBuilder(evidence, { clock }), ended: undefined, events: 0 }
    this.#open.set(runId, made)
    return made
  }

  #assemble(runId: string, { ended }: Case): Evidence {
    const recorded = ended ?? this.#collector.peek(runId)
    if (recorded === undefined) throw new TypeError(`the run ${runId} was never begun`)
    const { onEvidence: _take, maxKept: _kept, clock: _clock, ...options } = this.#options
    return assembleEvidence(recorded, options)
  }

  #end(ended: RecordedRun): EvidenceBuilder {
    const { id } = ended.run
    const done = this.#caseOf(id)
    done.ended = ended
    done.events++
    this.#open.delete(id)
    this.#recorded++
    this.#kept.set(id, done)
    if (this.#kept.size > (this.#options.maxKept ?? MAX_KEPT)) {
      const [oldest] = this.#kept.keys()
      if (oldest !== undefined) this.#kept.delete(oldest)
      this.#forgotten++
    }
    return done.builder
  }
}
