import { randomUUID } from 'node:crypto'
import type { AosEvent } from '@aos/sdk'
import type { MapperScope } from './identity.ts'
import { isFinding } from './judged.ts'
import { mapFinding } from './map-finding.ts'
import { mapComponent, mapError, mapRunEnd, mapRunStart } from './map-run.ts'
import { isFailure, mapStep } from './map-step.ts'
import type { EventFrame, OcsfEvent } from './ocsf-event.ts'
import { RunDirectory } from './run-directory.ts'

/** Turns events of agents into events of OCSF. */
export class OcsfMapper {
  readonly #scope: MapperScope
  readonly #newId: () => string

  constructor(frame: EventFrame, newId: () => string = randomUUID) {
    this.#scope = { frame, runs: new RunDirectory() }
    this.#newId = newId
  }

  map(event: AosEvent): readonly OcsfEvent[] {
    switch (event.type) {
      case 'run.start':
        this.#scope.runs.add(event.run)
        return [mapRunStart(this.#scope, event)]
      case 'run.end':
        return this.#runEnded(event)
      case 'step.end':
        return this.#stepEnded(event)
      case 'decision':
        return isFinding(event.decision) ? [mapFinding(this.#scope, event)] : []
      case 'component.change':
        return [mapComponent(this.#scope, event, this.#uidOf(event))]
      default:
        return []
    }
  }

  // outside of runs nothing counts across agents and processes
  #uidOf({ runId, seq }: AosEvent): string {
    return runId === '' ? this.#newId() : `${runId}.${seq}`
  }

  #stepEnded(event: Extract<AosEvent, { type: 'step.end' }>): readonly OcsfEvent[] {
    const { step, runId, seq, at } = event
    const own = mapStep(this.#scope, step, event)
    if (step.error === undefined || !isFailure(step)) return [own]
    this.#scope.runs.tell(runId, keyOf(step.error))
    return [
      own,
      mapError(this.#scope, step.error, { runId, seq, at: step.endedAt ?? at, uid: step.id, step }),
    ]
  }

  #runEnded(event: Extract<AosEvent, { type: 'run.end' }>): readonly OcsfEvent[] {
    const { run, end, seq } = event
    const { error } = end
    // a logger that was attached in the middle learns only now whose run it was
    const told = this.#scope.runs.end(run)
    const own = mapRunEnd(this.#scope, event)
    const isOwnError = end.status === 'failed' && error !== undefined && error.type !== 'AOSDeniedError'
    if (!isOwnError || told === keyOf(error)) return [own]
    return [own, mapError(this.#scope, error, { runId: run.id, seq, at: end.endedAt, uid: `${run.id}.end` })]
  }
}

function keyOf({ type, message }: { readonly type: string; readonly message: string }): string {
  return `${type}\n${message}`
}
