import type { InstrumentCore } from '../../instrument/core.ts'
import { AosDeniedError } from '../../errors.ts'
import { consume, decideNow, type Ticket } from '../../run/gate.ts'
import { captured, judgeAnswer, type AnswerGuard } from './answer.ts'
import { emitterFor } from './emitter.ts'
import { chatModelOf, factsOf, namesOf } from './model-facts.ts'
import { inScope, type RunScope } from './run-scope.ts'
import {
  callIfFunction,
  hasMethods,
  isAnswer,
  isBag,
  isMessage,
  type AnswerShape,
  type ConfigShape,
} from './shapes.ts'

/** How the model of one request is gated. */
export interface ModelGate extends Pick<AnswerGuard, 'structured' | 'validate'> {
  readonly core: InstrumentCore
}

/** The model as the agent gets it for one request: same type, its answers judged before anybody sees them. */
export function gatedModel(model: unknown, gate: ModelGate): unknown {
  if (!hasMethods(model, 'invoke')) return model
  const deeper = (value: unknown): unknown =>
    chatModelOf(value) === undefined ? value : gatedModel(value, gate)
  return new Proxy(model, {
    get(target, key) {
      const own: unknown = Reflect.get(target, key, target)
      if (key === 'invoke')
        return (input: unknown, options?: ConfigShape) =>
          inScope(gate.core, options, (scope) => callModel({ model: target, gate, scope }, input, options))
      if (key === 'bindTools' && typeof own === 'function')
        return (...args: readonly unknown[]) => deeper(Reflect.apply(own, target, args))
      if (key === 'bound') return deeper(own)
      if (key === 'steps' && Array.isArray(own)) return own.map(deeper)
      return own
    },
  })
}

/** One model that is called in one run. */
export interface ModelCall {
  readonly model: object
  readonly gate: Pick<ModelGate, 'structured' | 'validate'>
  readonly scope: RunScope
}

/**
 * Calls a model. Where somebody listens to what it streams and a handler guards that, the listeners get the answer
 * when it has been judged, and nothing before.
 */
export async function callModel(call: ModelCall, input: unknown, options?: ConfigShape): Promise<unknown> {
  const { model, scope } = call
  const { run, users } = scope
  run.throwIfFatal()
  if (run.quiet) return run.enter(() => invoke(model, input, options))
  const messages = Array.isArray(input) ? await users.judgeMessages(input) : input
  const emitter = holds(scope, options)
    ? emitterFor(model, () => answer(call, messages, unheard(options)))
    : undefined
  return emitter === undefined
    ? answer(call, messages, options)
    : run.enter(() => invoke(emitter, messages, options))
}

async function answer(call: ModelCall, messages: unknown, options?: ConfigShape): Promise<unknown> {
  const { model, gate, scope } = call
  const ticket = await admitted(call, messages)
  const { step } = ticket
  let given: unknown
  try {
    given = await scope.run.enter(() => invoke(model, messages, options), step)
  } catch (error) {
    step.fail(error)
    throw error
  }
  if (!isAnswer(given)) {
    step.end('ok')
    return given
  }
  step.setFacts(factsOf(given))
  step.captureOutput(scope.run.observed ? captured(given) : undefined)
  step.end('ok')
  return judgeAnswer({ ...gate, scope }, given)
}

async function admitted({ model, scope }: ModelCall, messages: unknown): Promise<Ticket> {
  const { run } = scope
  const names = namesOf(model)
  const ticket = await decideNow(run, {
    kind: 'modelCall',
    name: names.model,
    value: run.observed ? fresh(scope, messages) : undefined,
    model: { requested: names.model, provider: names.provider },
    component: { id: `model:${names.model}`, type: 'model', name: names.model },
  })
  if (ticket.denial !== undefined) throw new AosDeniedError(ticket.denial)
  consume(ticket)
  return ticket
}

const SEEN = new WeakMap<RunScope, number>()

// history is recorded once: a later call of the same run records what is new since the one before
function fresh(scope: RunScope, messages: unknown): unknown {
  if (!Array.isArray(messages)) return messages
  const seen = SEEN.get(scope) ?? 0
  SEEN.set(scope, messages.length)
  const shown = messages.length > seen ? messages.slice(seen) : messages.slice(-1)
  return shown.map((message: unknown) =>
    isMessage(message) ? { role: message.getType(), content: captured(message as AnswerShape) } : message,
  )
}

function holds({ run }: RunScope, options: ConfigShape | undefined): boolean {
  if (!isHeard(options?.callbacks)) return false
  const text = run.guards('message') && run.core.options.streamGuard === 'buffer'
  return text || run.guards('toolCallRequest')
}

function isHeard(callbacks: unknown): boolean {
  if (Array.isArray(callbacks)) return callbacks.length > 0
  if (!isBag(callbacks)) return false
  const handlers = callbacks['handlers']
  return !Array.isArray(handlers) || handlers.length > 0
}

function unheard(options: ConfigShape | undefined): ConfigShape {
  return { ...options, callbacks: [] }
}

function invoke(model: object, input: unknown, options: ConfigShape | undefined): unknown {
  return callIfFunction(Reflect.get(model, 'invoke'), model, [input, options])
}
