import { emitterFor, hasCache, isStreaming } from './emitter.ts'
import { approvalIn } from './graph-approval.ts'
import { callModel, guardsTools, pieces, type ModelCall, type Spoken } from './model-call.ts'
import { formOf, isModel, type ModelForm } from './model-form.ts'
import { remembering, streamingEvents } from './model-detours.ts'
import { answersIn, gateOf, scopeFor, type Generations } from './model-scope.ts'
import type { RunScope } from './run-scope.ts'
import {
  callIfFunction,
  isAnswer,
  isBag,
  prototypesOf,
  type AnswerShape,
  type ConfigShape,
  type Method,
} from './shapes.ts'

const LEARNT = new WeakSet<object>()

/** Gates all models of the kind and the copy of LangChain that a model is of, for runs that they are called in unbound. */
export function learnModel(model: unknown): void {
  for (const prototype of prototypesOf(model)) {
    if (LEARNT.has(prototype) || !Object.hasOwn(prototype, '_generateUncached') || !isModel(prototype))
      continue
    LEARNT.add(prototype)
    replace(prototype, '_generateUncached', generating)
    replace(prototype, '_streamIterator', streaming)
    replace(prototype, '_generateCached', remembering)
    replace(prototype, 'generate', caching)
    replace(prototype, '_streamChatModelEvents', streamingEvents)
  }
}

// what a model goes through before it does anything, however it is called
const BEFORE = ['_separateRunnableConfigFromCallOptions', 'stream', 'transform'] as const

/**
 * Learns the classes of models from the first of them that is called: what sits in the closures of a graph shows
 * only then. Every object of LangChain leads to the methods that a model goes through before it does anything.
 */
export function watchForModels(example: unknown): void {
  for (const prototype of prototypesOf(example)) {
    if (LEARNT.has(prototype) || !BEFORE.every((name) => Object.hasOwn(prototype, name))) continue
    LEARNT.add(prototype)
    for (const name of BEFORE) replace(prototype, name, learning)
  }
}

function learning(own: Method): unknown {
  return function (this: object, ...args: readonly unknown[]): unknown {
    learnModel(this)
    return Reflect.apply(own, this, args)
  }
}

function replace(prototype: object, name: string, gated: (own: Method) => unknown): void {
  const own: unknown = Reflect.get(prototype, name)
  if (typeof own !== 'function') return
  Object.defineProperty(prototype, name, {
    value: gated(own as Method),
    configurable: true,
    writable: true,
  })
}

// (messages, call options, configuration, callback managers that have begun) => generations
function generating(own: Method): unknown {
  return function (this: object, ...args: readonly unknown[]): unknown {
    const [batch, options, config] = args
    const given = scopeFor(this, config, async (scope) => {
      const lists: readonly unknown[] = Array.isArray(batch) ? batch : []
      if (lists.length === 1) return generate({ model: this, own, args, scope })
      const all = await Promise.all(
        lists.map((messages) => generate({ model: this, own, args: [[messages], options, config], scope })),
      )
      return { generations: all.flatMap(({ generations }) => generations) }
    })
    return given ?? Reflect.apply(own, this, args)
  }
}

// (inputs, options, callbacks) => generations; what a cache keeps is what the model said, which each run judges itself
function caching(own: Method): unknown {
  return function (this: object, ...args: readonly unknown[]): unknown {
    if (!hasCache(this)) return Reflect.apply(own, this, args)
    const [batch, given, callbacks] = args
    const options: ConfigShape = isBag(given) && !Array.isArray(given) ? given : { stop: given }
    const config = { ...options, callbacks: options.callbacks ?? callbacks }
    const cached = function (this: object, ...[inputs, , decided]: readonly unknown[]): unknown {
      return Reflect.apply(own, this, [inputs, decided])
    }
    return Reflect.apply(generating(cached as Method) as Method, this, [batch, config, config])
  }
}

interface Generating {
  readonly model: object
  readonly own: Method
  readonly args: readonly unknown[]
  readonly scope: RunScope
}

async function generate({ model, own, args, scope }: Generating): Promise<Generations> {
  const [batch, options, config, begun] = args
  const form = formOf(model)
  const asked = await form.judged(scope, (batch as readonly unknown[])[0])
  const silent = { ...(config as ConfigShape | undefined), callbacks: [] }
  let result: Generations = { generations: [] }
  let given: AnswerShape | undefined
  const call = async (of: object, rest: readonly unknown[]): Promise<unknown> => {
    result = (await Reflect.apply(own, of, [[asked], options, ...rest])) as Generations
    const generation = result.generations[0]?.[0]
    given = generation === undefined ? undefined : form.answerIn(generation)
    return given
  }
  const answer = await callModel({
    model,
    scope,
    gate: gateOf(options, approvalIn(scope.run, config as ConfigShape | undefined)),
    messages: asked,
    callbacks: (config as ConfigShape | undefined)?.callbacks,
    perform: (isSilent) => call(model, isSilent ? [silent] : [config, begun]),
    stream: () =>
      answersIn(form, callIfFunction(Reflect.get(model, '_streamResponseChunks'), model, [asked, options])),
    emit: (emitter) => call(emitter, [config, begun]),
  })
  return answer === given || !isAnswer(answer) ? result : withAnswer(form, result, answer)
}

function withAnswer(form: ModelForm, result: Generations, answer: AnswerShape): Generations {
  const first = result.generations[0]?.[0]
  if (first === undefined) return result
  return Object.assign(Object.create(null, Object.getOwnPropertyDescriptors(result)) as object, {
    generations: [[form.withAnswer(first, answer)]],
  }) as Generations
}

// (input, options) => the pieces of an answer
function streaming(own: Method): unknown {
  return async function* (this: object, ...args: readonly unknown[]): AsyncGenerator<unknown> {
    const [input, options] = args
    // what is no stream is an answer, and judged where that is made
    const given = isStreaming(this) ? await scopeFor(this, options, async (scope) => ({ scope })) : undefined
    if (given === undefined) {
      yield* Reflect.apply(own, this, args) as AsyncGenerator<unknown>
      return
    }
    yield* stream(given.scope, { model: this, own, input, options: options as ConfigShape | undefined })
  }
}

interface Streaming {
  readonly model: object
  readonly own: Method
  readonly input: unknown
  readonly options: ConfigShape | undefined
}

async function* stream(scope: RunScope, { model, own, input, options }: Streaming): AsyncGenerator<unknown> {
  const form = formOf(model)
  const asked = await form.judged(scope, form.asked(model, input))
  const silent = { ...options, callbacks: [] }
  const open = (of: object, config: unknown): AsyncIterable<unknown> =>
    Reflect.apply(own, of, [asked, config]) as AsyncIterable<unknown>
  const guarded = scope.run.guards('message') || guardsTools(scope)
  const call: ModelCall = {
    model,
    scope,
    gate: gateOf(options, approvalIn(scope.run, options)),
    messages: asked,
    callbacks: options?.callbacks,
    perform: () => undefined,
    stream: () => form.heard(open(model, guarded ? silent : options)),
    emit: () => undefined,
  }
  const spoken: Spoken = { answer: undefined }
  const emitter = guarded ? emitterFor(model, { pieces: () => pieces(call, spoken) }) : undefined
  yield* emitter === undefined ? form.said(pieces(call, spoken)) : open(emitter, options)
}
