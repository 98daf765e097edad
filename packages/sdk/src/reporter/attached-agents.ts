import type { AgentRun } from '@agent-run/types/seal'
import { buildStartedRun, buildUnfinishedRun } from '../agent-run/build-agent-run.ts'
import type { InstrumentCore } from '../instrument/core.ts'
import type { Handle } from '../instrument/handle.ts'
import type { Run } from '../run/run.ts'
import type { RunSource } from './open-runs.ts'

/** Who hears of the runs of attached agents. */
export interface RunListener {
  started(source: RunSource): void
  ended(run: AgentRun): void
  /** Hears of each run that has ended, after its record, if there was one. */
  closed(id: string): void
}

/** The agents whose runs are reported, each once however often it is attached. */
export class AttachedAgents {
  readonly #listener: RunListener
  readonly #agents = new Map<InstrumentCore, AttachedAgent>()

  constructor(listener: RunListener) {
    this.#listener = listener
  }

  /** Listens to an agent; returns how to stop, which leaves runs under way to their end. */
  attach(handle: Handle<object>): () => void {
    const { core } = handle
    const known = this.#agents.get(core)
    const agent =
      known ??
      new AttachedAgent(handle, { listener: this.#listener, onIdle: () => this.#agents.delete(core) })
    this.#agents.set(core, agent)
    return agent.hold()
  }

  /** Listens to nobody any more. */
  detachAll(): void {
    for (const agent of this.#agents.values()) agent.stop()
  }
}

interface AttachedAgentOptions {
  readonly listener: RunListener
  readonly onIdle: () => void
}

class AttachedAgent {
  readonly #options: AttachedAgentOptions
  readonly #open = new Set<string>()
  readonly #unlisten: readonly (() => void)[]
  #holders = 0

  constructor(handle: Handle<object>, options: AttachedAgentOptions) {
    this.#options = options
    this.#unlisten = [
      handle.on('run', (run: AgentRun) => {
        if (this.#holders > 0 || this.#open.has(run.id)) options.listener.ended(run)
      }),
      handle.core.onRunStart((run) => this.#started(run)),
    ]
  }

  hold(): () => void {
    this.#holders += 1
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#holders -= 1
      this.#stopWhenIdle()
    }
  }

  stop(): void {
    for (const unlisten of this.#unlisten) unlisten()
    this.#options.onIdle()
  }

  #started(run: Run): void {
    if (this.#holders === 0) return
    this.#open.add(run.id)
    run.onEnd(() => {
      this.#open.delete(run.id)
      this.#options.listener.closed(run.id)
      this.#stopWhenIdle()
    })
    this.#options.listener.started({
      id: run.id,
      started: () => buildStartedRun(run),
      unfinished: (why) => buildUnfinishedRun(run, why),
    })
  }

  #stopWhenIdle(): void {
    if (this.#holders === 0 && this.#open.size === 0) this.stop()
  }
}
