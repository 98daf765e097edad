import type { AdapterHost } from '../../instrument/adapter.ts'
import { runTurn, statusOf } from '../../run/boundary.ts'
import type { Run } from '../../run/run.ts'
import { isVersion7, settingsOf, withMembers } from './agent-settings.ts'
import { asItIs } from './agent-overlay.ts'
import { guardSettings } from './call-settings.ts'
import { endingCall } from './ending-call.ts'
import { modelsOfAgent } from './model-by-name.ts'
import {
  callIfFunction,
  isAsyncIterable,
  isBag,
  type AgentShape,
  type Bag,
  type ExecuteOptions,
  type ToolLike,
  type ToolSet,
} from './shapes.ts'
import { guardTools } from './tool-seam.ts'
import { openTurn, type Turn } from './turn.ts'

/** What of an agent is reached past its entry points; each use of it is judged in a run of its own. */
export class ImplicitUse {
  readonly #agent: AgentShape
  readonly #host: AdapterHost
  readonly #tools = new WeakMap<object, ToolSet>()

  constructor(agent: AgentShape, host: AdapterHost) {
    this.#agent = agent
    this.#host = host
  }

  /** The agent's tools, each judged in a run of its own when it is executed. */
  get tools(): unknown {
    return this.#guarded(asItIs(this.#agent, () => Reflect.get(this.#agent, 'tools') as unknown))
  }

  /**
   * The settings as the framework's own `generate` and `stream` find them where they are called on the instrument, as
   * `super.generate()` in another method does: what they prepare is gated.
   */
  get settings(): unknown {
    const settings = settingsOf(this.#agent)
    if (settings === undefined)
      return asItIs(this.#agent, () => Reflect.get(this.#agent, 'settings') as unknown)
    return withMembers(settings, {
      ...('tools' in settings ? { tools: this.#guarded(settings['tools']) } : {}),
      prepareCall: (base: Bag) => this.#prepared(settings, base),
    })
  }

  #guarded(tools: unknown): unknown {
    if (!isBag(tools)) return tools
    let guarded = this.#tools.get(tools)
    if (guarded === undefined) {
      const entries = Object.entries(tools).map(([name, tool]) => [name, this.#tool(name, tool)])
      guarded = Object.fromEntries(entries) as ToolSet
      this.#tools.set(tools, guarded)
    }
    return guarded
  }

  #tool(name: string, tool: unknown): unknown {
    if (!isBag(tool) || typeof tool['execute'] !== 'function') return tool
    const execute = (input: unknown, options: unknown): unknown => {
      const turn = this.#turn({}, false)
      const { run } = turn
      const given: ExecuteOptions = {
        toolCallId: run.core.newId(run.core.now()),
        ...(isBag(options) ? options : {}),
      }
      // no framework is at work here that could have made a span
      const gate = { ...turn.gate, annotate: false }
      const guarded = guardTools({ [name]: tool as ToolLike }, gate)[name]
      return inRun(run, () => callIfFunction(guarded?.execute, guarded, [input, given]))
    }
    const members: PropertyDescriptorMap = Object.getOwnPropertyDescriptors(tool)
    members['execute'] = { value: execute, enumerable: true, configurable: true, writable: true }
    return Object.create(Reflect.getPrototypeOf(tool), members)
  }

  async #prepared(settings: Bag, base: Bag): Promise<Bag> {
    // from here on the run of this call gates the tools
    const own =
      base['tools'] === this.#guarded(settings['tools']) ? { ...base, tools: settings['tools'] } : base
    const turn = this.#turn(own, true)
    const { run, gate, users } = turn
    try {
      const judged = await run.enter(() => users.judgeInput(own))
      const prepared = await run.enter(() => callIfFunction(settings['prepareCall'], settings, [judged]))
      run.throwIfFatal()
      const guarded = guardSettings(isBag(prepared) ? prepared : judged, gate)
      return gate.watch === undefined ? guarded : endingCall(guarded, gate.watch)
    } catch (thrown) {
      const error = run.fatal === undefined ? thrown : run.fatal.error
      run.end(statusOf(run, error), error)
      throw error
    }
  }

  #turn(options: Bag, streams: boolean): Turn {
    const settings = settingsOf(this.#agent)
    return openTurn(this.#host, {
      options,
      settings: settings ?? {},
      version7: settings !== undefined && isVersion7(this.#agent, settings),
      streams,
      modelByName: modelsOfAgent(this.#agent),
    })
  }
}

/** Ends a run with the one operation that happens in it. */
function inRun(run: Run, work: () => unknown): unknown {
  const { quiet } = run
  let result: unknown
  try {
    result = run.enter(work)
  } catch (error) {
    return runTurn(run, () => Promise.reject(error))
  }
  if (!quiet && isAsyncIterable(result)) return iterated(run, result)
  if (!quiet) return runTurn(run, () => Promise.resolve(result))
  run.end('completed')
  return result
}

async function* iterated(run: Run, outputs: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  try {
    yield* outputs
    run.throwIfFatal()
    run.end('completed')
  } catch (thrown) {
    const error = run.fatal === undefined ? thrown : run.fatal.error
    run.end(statusOf(run, error), error)
    throw error
  } finally {
    run.end('cancelled')
  }
}
