import type { AdapterHost, BoundAgent } from '../../instrument/adapter.ts'
import type { RunCall } from '../../instrument/core.ts'
import { GuardedRun } from '../../run/guarded-run.ts'
import { guardSettings } from './call-settings.ts'
import { guardEmbeddingModel } from './embedding-seam.ts'
import { embeddingModelOf, modelsOfNamespace, type ModelByName } from './model-by-name.ts'
import { guardModel } from './model-seam.ts'
import { callIfFunction, type Bag } from './shapes.ts'
import { completeTurn, openTurn, watched, type Turn } from './turn.ts'
import { runTurn } from '../../run/boundary.ts'

/** Whether an object is the `ai` module, or one of its shape. */
export function isNamespace(value: object): value is Bag {
  return (
    typeof Reflect.get(value, 'generateText') === 'function' &&
    typeof Reflect.get(value, 'streamText') === 'function'
  )
}

/** Gates the functions of the `ai` module. */
export function bindNamespace(ai: Bag, host: AdapterHost): BoundAgent {
  const functions = new Namespace(ai, host)
  return {
    members: {
      generateText: (options: Bag) => functions.complete('generateText', options),
      generateObject: (options: Bag) => functions.complete('generateObject', options),
      streamText: (options: Bag) => functions.stream('streamText', options),
      streamObject: (options: Bag) => functions.stream('streamObject', options),
      embed: (options: Bag) => functions.embed('embed', options),
      embedMany: (options: Bag) => functions.embed('embedMany', options),
    },
    run: (input, { signal, session, user, trigger, threadId, remote, ...options }) => {
      const prompt = typeof input === 'string' ? { prompt: input } : (input as Bag)
      const all = { ...options, ...(signal === undefined ? {} : { abortSignal: signal }), ...prompt }
      return functions.complete('generateText', all, { session, user, trigger, threadId, remote })
    },
  }
}

class Namespace {
  readonly #ai: Bag
  readonly #host: AdapterHost
  readonly #version7: boolean
  readonly #modelByName: ModelByName

  constructor(ai: Bag, host: AdapterHost) {
    this.#ai = ai
    this.#host = host
    this.#modelByName = modelsOfNamespace(ai)
    // AI SDK 7 has isStepCount beside the older stepCountIs
    this.#version7 = typeof ai['isStepCount'] === 'function'
  }

  complete(name: string, options: Bag, run?: RunCall): Promise<unknown> {
    const turn = this.#turn(options, false, run)
    return completeTurn(turn, async () => {
      const judged = await turn.users.judgeInput(options)
      return callIfFunction(this.#ai[name], this.#ai, [this.#guarded(name, judged, turn)])
    })
  }

  /** Stays synchronous as the original: the input is judged before the first effect, inside the stream. */
  stream(name: string, options: Bag): unknown {
    const turn = this.#turn(options, true)
    const { run } = turn
    try {
      return watched(
        turn,
        run.enter(() => callIfFunction(this.#ai[name], this.#ai, [this.#guarded(name, options, turn)])),
      )
    } catch (error) {
      run.end('failed', error)
      throw error
    }
  }

  embed(name: string, options: Bag): Promise<unknown> {
    const run = this.#host.startRun()
    return runTurn(run, async () => {
      const named = options['model']
      const found = typeof named === 'string' ? embeddingModelOf(this.#ai, named) : named
      const model = guardEmbeddingModel(found, new GuardedRun(run))
      return callIfFunction(this.#ai[name], this.#ai, [{ ...options, model }])
    })
  }

  #guarded(name: string, options: Bag, turn: Turn): Bag {
    if (name === 'generateText' || name === 'streamText') return guardSettings(options, turn.gate)
    const named = options['model']
    const callbacks =
      turn.gate.watch === undefined
        ? {}
        : guardSettings({ onFinish: options['onFinish'], onError: options['onError'] }, turn.gate)
    const { onFinish, onError } = callbacks
    return {
      ...options,
      ...(onFinish === undefined ? {} : { onFinish }),
      ...(onError === undefined ? {} : { onError }),
      model: guardModel(typeof named === 'string' ? this.#modelByName(named) : named, turn.gate),
    }
  }

  #turn(options: Bag, streams: boolean, run?: RunCall): Turn {
    const call = {
      options,
      settings: {},
      version7: this.#version7,
      streams,
      modelByName: this.#modelByName,
      run,
    }
    return openTurn(this.#host, call, streams ? (users) => users.judgeInput(options) : undefined)
  }
}
