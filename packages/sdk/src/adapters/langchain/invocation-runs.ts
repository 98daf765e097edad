import type { AdapterHost } from '../../instrument/adapter.ts'
import { inOpenRun, statusOf } from '../../run/boundary.ts'
import type { Run } from '../../run/run.ts'
import { RunScope, threadOf } from './run-scope.ts'
import { isAnswer, isBag, type Bag, type ConfigShape } from './shapes.ts'

/**
 * The runs of an agent that is seen from inside: one for each call of its graph, told apart by what the graph hands to
 * all its nodes. A run ends with the answer of the model, or when nothing has happened in it for long.
 */
export class InvocationRuns {
  readonly #host: AdapterHost
  readonly #runs = new WeakMap<object, Run>()
  readonly #idle = new WeakMap<Run, NodeJS.Timeout>()

  constructor(host: AdapterHost) {
    this.#host = host
  }

  /** Runs work in the run of the call that a configuration belongs to. */
  within<T>(config: unknown, work: (scope: RunScope) => Promise<T>): Promise<T> {
    return inOpenRun(this.#runOf(config), (run) => work(RunScope.of(run)))
  }

  /** Makes a model call, which may be the first of a run, and its last. */
  async modelCall(request: Bag, call: () => Promise<unknown>): Promise<unknown> {
    const run = this.#runOf(request['runtime'])
    try {
      if (!this.#begun.has(run)) await this.#begin(run, request['messages'])
      const answer = await run.enter(call)
      if (isLast(answer)) run.end('completed')
      return answer
    } catch (thrown) {
      const error: unknown = run.fatal === undefined ? thrown : run.fatal.error
      if (run.fatal !== undefined) run.end(statusOf(run, error), error)
      throw error
    }
  }

  readonly #begun = new WeakSet<Run>()

  async #begin(run: Run, messages: unknown): Promise<void> {
    this.#begun.add(run)
    await RunScope.of(run).users.judgeInput({ messages })
  }

  #runOf(config: unknown): Run {
    const key = keyOf(config)
    const known = key === undefined ? undefined : this.#runs.get(key)
    const run = known ?? this.#host.startRun({ threadId: threadOf(config as ConfigShape) })
    if (key !== undefined) this.#runs.set(key, run)
    this.#touch(run)
    return run
  }

  #touch(run: Run): void {
    const timer = this.#idle.get(run)
    if (timer !== undefined || run.state === 'closed') {
      timer?.refresh()
      return
    }
    const idle = setTimeout(() => run.end('timeout'), run.core.options.idleTimeoutMs)
    idle.unref()
    run.onEnd(() => clearTimeout(idle))
    this.#idle.set(run, idle)
  }
}

// every node of one call of a graph is given the very same writer
function keyOf(config: unknown): object | undefined {
  const writer = isBag(config) ? config['writer'] : undefined
  return typeof writer === 'function' ? writer : undefined
}

function isLast(answer: unknown): boolean {
  return isAnswer(answer) && (answer.tool_calls ?? []).length === 0
}
