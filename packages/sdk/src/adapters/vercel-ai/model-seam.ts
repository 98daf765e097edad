import { AsyncLocalStorage } from 'node:async_hooks'
import { trace } from '@opentelemetry/api'
import { whenReady, type Awaitable } from '../../values/awaitable.ts'
import { AosDeniedError } from '../../errors.ts'
import { consume, decide, type Ticket } from '../../run/gate.ts'
import { implicitRun, inOpenRun } from '../../run/boundary.ts'
import { GuardedRun } from '../../run/guarded-run.ts'
import type { Run } from '../../run/run.ts'
import { safely } from '../../spans/span-port.ts'
import type { AnswerGuard } from './model-answer.ts'
import { judgedResult } from './model-result.ts'
import { guardStream } from './stream-seam.ts'
import {
  isBag,
  isLanguageModel,
  type Bag,
  type LanguageModel,
  type ModelPart,
  type ModelResult,
} from './shapes.ts'
import { factsOf } from './usage.ts'
import { watchStream } from './result-proxy.ts'
import { StreamWatch } from './stream-watch.ts'
import type { ToolCalls } from './tool-calls.ts'
import type { UserMessages } from './user-messages.ts'

/** How the models of one call are gated. */
export interface ModelGate {
  readonly run: Run
  readonly calls: ToolCalls
  readonly users: UserMessages
  readonly ready: () => Promise<unknown> | undefined
  readonly annotate: boolean
  readonly dropsDeniedClientCalls: boolean
  readonly watch: StreamWatch | undefined
  /** How many models this call was given so far. */
  readonly models: { count: number }
}

const GUARDED = new WeakMap<object, { readonly gate: ModelGate; readonly model: LanguageModel }>()

// a model may wrap another that is gated too, as the framework does with older specifications: the outermost gate judges
const INSIDE = new AsyncLocalStorage<ModelGate['models']>()

function isInside({ models }: ModelGate): boolean {
  return models.count > 1 && INSIDE.getStore() === models
}

function inside<T>({ models }: ModelGate, call: () => T): T {
  return models.count > 1 ? INSIDE.run(models, call) : call()
}

/** Gates a model object; a string id or a model this gate holds already is given back as it is. */
export function guardModel(model: unknown, gate: ModelGate): unknown {
  if (!isLanguageModel(model) || GUARDED.get(model)?.gate === gate) return model
  const seam: Pick<LanguageModel, 'doGenerate' | 'doStream'> = {
    doGenerate: (options) => {
      if (isInside(gate)) return model.doGenerate(options)
      return gate.run.state === 'closed' ? generateLate(model, options, gate) : generate(model, options, gate)
    },
    doStream: (options) => {
      if (isInside(gate)) return model.doStream(options)
      return gate.run.state === 'closed' ? streamLate(model, options, gate) : stream(model, options, gate)
    },
  }
  const proxy = new Proxy(model, {
    get(target, key) {
      if (key === 'doGenerate') return seam.doGenerate
      if (key === 'doStream') return seam.doStream
      // the target is the receiver, so that models with #private members work
      return Reflect.get(target, key, target) as unknown
    },
  })
  gate.models.count++
  GUARDED.set(proxy, { gate, model })
  return proxy
}

/** One admitted model call: its ticket, and the options to call the model with. */
export interface ModelCall {
  readonly ticket: Ticket
  readonly options: Bag
  readonly guard: AnswerGuard
}

// with nobody to see or limit it, a model call needs no step: only what goes in and what comes out is judged
async function generateUnwatched(model: LanguageModel, options: Bag, gate: ModelGate): Promise<ModelResult> {
  const { run } = gate
  const given = await judgedOptions(options, gate)
  const result = await run.enter(() => inside(gate, () => model.doGenerate(given)))
  return judgedResult(answerGuard(given, gate), result)
}

function judgedOptions(options: Bag, { run, ready, users }: ModelGate): Awaitable<Bag> {
  return whenReady(ready(), () => {
    run.throwIfFatal()
    return whenReady(users.judgePrompt(options['prompt']), (prompt) => {
      run.throwIfFatal()
      return withoutProviderTools(run, prompt === options['prompt'] ? options : { ...options, prompt })
    })
  })
}

function answerGuard(options: Bag, { run, calls, dropsDeniedClientCalls }: ModelGate): AnswerGuard {
  const format = options['responseFormat']
  return { run, calls, structured: isBag(format) && format['type'] === 'json', dropsDeniedClientCalls }
}

async function begin(model: LanguageModel, options: Bag, gate: ModelGate): Promise<ModelCall> {
  const { run } = gate
  const given = await judgedOptions(options, gate)
  const active = gate.annotate ? trace.getActiveSpan() : undefined
  const ticket = await decide(run, {
    kind: 'modelCall',
    name: model.modelId,
    value: given['prompt'],
    model: { requested: model.modelId, provider: model.provider },
    component: { id: `model:${model.modelId}`, type: 'model', name: model.modelId },
    hostSpan:
      active !== undefined && active !== run.span && safely(() => active.isRecording(), false)
        ? active
        : undefined,
  })
  if (ticket.denial !== undefined) throw new AosDeniedError(ticket.denial)
  consume(ticket)
  return { ticket, options: given, guard: answerGuard(given, gate) }
}

async function generate(model: LanguageModel, options: Bag, gate: ModelGate): Promise<ModelResult> {
  const { run } = gate
  if (run.quiet || run.unwatched) run.core.components.note('model', model.modelId)
  if (run.quiet) return model.doGenerate(options)
  if (run.unwatched) return generateUnwatched(model, options, gate)
  const call = await begin(model, options, gate)
  const { step } = call.ticket
  let result: ModelResult
  try {
    result = await run.enter(() => inside(gate, () => model.doGenerate(call.options)), step)
  } catch (error) {
    step.fail(error)
    throw error
  }
  step.setFacts(factsOf(result, result.response))
  step.captureOutput(run.observed ? result.content : undefined)
  step.end('ok')
  return judgedResult(call.guard, result)
}

async function stream(
  model: LanguageModel,
  options: Bag,
  gate: ModelGate,
): Promise<{ readonly stream: ReadableStream<ModelPart> }> {
  const { run, watch } = gate
  watch?.modelCalled()
  if (run.quiet) {
    run.core.components.note('model', model.modelId)
    return model.doStream(options)
  }
  const call = await begin(model, options, gate)
  try {
    const result = await run.enter(() => inside(gate, () => model.doStream(call.options)), call.ticket.step)
    return { ...result, stream: guardStream(result.stream, call, watch) }
  } catch (error) {
    call.ticket.step.fail(error)
    watch?.modelFailed(error)
    throw error
  }
}

// what a framework still does when its run has ended, after a timeout or a cut, is judged in a run of its own
function gateFor(gate: ModelGate, run: Run, watch?: StreamWatch): ModelGate {
  return { ...gate, run, watch, calls: gate.calls.forRun(run), users: gate.users.forRun(new GuardedRun(run)) }
}

async function generateLate(model: LanguageModel, options: Bag, gate: ModelGate): Promise<ModelResult> {
  gate.run.throwIfFatal()
  return inOpenRun(gate.run, (run) => generate(model, options, gateFor(gate, run)))
}

async function streamLate(
  model: LanguageModel,
  options: Bag,
  gate: ModelGate,
): Promise<{ readonly stream: ReadableStream<ModelPart> }> {
  gate.run.throwIfFatal()
  const run = implicitRun(gate.run)
  const watch = new StreamWatch(run, undefined)
  try {
    const result = await run.enter(() => stream(model, options, gateFor(gate, run, watch)))
    return { ...result, stream: watchStream(result.stream, watch) }
  } catch (error) {
    run.end('failed', error)
    throw error
  }
}

function withoutProviderTools(run: Run, options: Bag): Bag {
  if (run.core.options.providerTools !== 'remove' || !Array.isArray(options['tools'])) return options
  const tools = options['tools'].filter(
    (tool) => !isBag(tool) || (tool['type'] !== 'provider' && tool['type'] !== 'provider-defined'),
  )
  return tools.length === options['tools'].length ? options : { ...options, tools }
}
