import { processState } from '../../process-state.ts'
import { inOpenRun } from '../../run/boundary.ts'
import type { ApprovalState } from '../../run/operation.ts'
import { Step } from '../../run/step.ts'
import { emitterFor, isEmitter } from './emitter.ts'
import { approvalIn } from './graph-approval.ts'
import { callModel, pieces, type ModelCall, type Spoken } from './model-call.ts'
import { runAround, RunScope } from './run-scope.ts'
import {
  callIfFunction,
  hasMethods,
  isAnswer,
  isBag,
  prototypesOf,
  type AnswerShape,
  type Bag,
  type ConfigShape,
  type Method,
} from './shapes.ts'

const LEARNT = new WeakSet<object>()

/** Gates all chat models of the copy of LangChain that a model is of, for runs that they are called in unbound. */
export function learnModel(model: unknown): void {
  for (const prototype of prototypesOf(model)) {
    if (!isChatModel(prototype) || LEARNT.has(prototype)) continue
    LEARNT.add(prototype)
    replace(prototype, '_generateUncached', generating)
    replace(prototype, '_streamIterator', streaming)
  }
}

// models that take and give one text have a class of their own
function isChatModel(prototype: object): boolean {
  return (
    Object.hasOwn(prototype, '_generateUncached') &&
    callIfFunction(Reflect.get(prototype, '_modelType'), prototype, []) === 'base_chat_model'
  )
}

const SEPARATE = '_separateRunnableConfigFromCallOptions'

/**
 * Learns the class of chat models from the first of them that is called: what sits in the closures of a graph shows
 * only then. Every object of LangChain leads to the method that a model calls before it does anything.
 */
export function watchForModels(example: unknown): void {
  for (const prototype of prototypesOf(example)) {
    if (!Object.hasOwn(prototype, SEPARATE) || LEARNT.has(prototype)) continue
    LEARNT.add(prototype)
    replace(
      prototype,
      SEPARATE,
      (own) =>
        function (this: object, ...args: readonly unknown[]): unknown {
          learnModel(this)
          return Reflect.apply(own, this, args)
        },
    )
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

/** The scope in which a model that nobody bound is judged; nothing where that is done already, or nobody cares. */
function scopeFor<T>(
  model: object,
  config: unknown,
  work: (scope: RunScope) => Promise<T>,
): Promise<T> | undefined {
  const run = isEmitter(model) || isInsideModelCall() ? undefined : runAround(config)
  if (run === undefined || run.quiet) return undefined
  return inOpenRun(run, async (open) => {
    open.throwIfFatal()
    return work(RunScope.of(open))
  })
}

function isInsideModelCall(): boolean {
  const step = processState.ambient.getStore()?.step
  return step instanceof Step && step.kind === 'modelCall' && !step.ended
}

interface Generations {
  readonly generations: readonly (readonly Bag[])[]
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

interface Generating {
  readonly model: object
  readonly own: Method
  readonly args: readonly unknown[]
  readonly scope: RunScope
}

async function generate({ model, own, args, scope }: Generating): Promise<Generations> {
  const [batch, options, config, begun] = args
  const [given] = batch as readonly (readonly unknown[])[]
  const messages = await judgedMessages(scope, given ?? [])
  const silent = { ...(config as ConfigShape | undefined), callbacks: [] }
  let result: Generations | undefined
  const call = async (of: object, rest: readonly unknown[]): Promise<unknown> => {
    result = (await Reflect.apply(own, of, [[messages], options, ...rest])) as Generations
    return result.generations[0]?.[0]?.['message']
  }
  const answer = await callModel({
    model,
    scope,
    gate: gateOf(options, approvalIn(scope.run, config as ConfigShape | undefined)),
    messages,
    callbacks: (config as ConfigShape | undefined)?.callbacks,
    perform: (isSilent) => call(model, isSilent ? [silent] : [config, begun]),
    stream: () =>
      messagesOf(callIfFunction(Reflect.get(model, '_streamResponseChunks'), model, [messages, options])),
    emit: (emitter) => call(emitter, [config, begun]),
  })
  return withAnswer(result ?? { generations: [] }, answer)
}

function withAnswer(result: Generations, answer: unknown): Generations {
  const first = result.generations[0]?.[0]
  if (first === undefined || first['message'] === answer || !isAnswer(answer)) return result
  const generation = { ...first, text: typeof answer.text === 'string' ? answer.text : '', message: answer }
  return Object.assign(Object.create(null, Object.getOwnPropertyDescriptors(result)) as object, {
    generations: [[generation]],
  }) as Generations
}

async function* messagesOf(chunks: unknown): AsyncGenerator<AnswerShape> {
  for await (const chunk of chunks as AsyncIterable<{ readonly message: AnswerShape }>) yield chunk.message
}

// (input, options) => the pieces of an answer
function streaming(own: Method): unknown {
  return async function* (this: object, ...args: readonly unknown[]): AsyncGenerator<unknown> {
    const [input, options] = args
    const given = await scopeFor(this, options, async (scope) => ({ scope }))
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
  const messages = await judgedMessages(scope, messagesIn(input))
  const silent = { ...options, callbacks: [] }
  const open = (of: object, config: unknown): AsyncIterable<AnswerShape> =>
    Reflect.apply(own, of, [messages, config]) as AsyncIterable<AnswerShape>
  const guarded = scope.run.guards('message') || scope.run.guards('toolCallRequest')
  const call: ModelCall = {
    model,
    scope,
    gate: gateOf(options, approvalIn(scope.run, options)),
    messages,
    callbacks: options?.callbacks,
    perform: () => undefined,
    stream: () => open(model, guarded ? silent : options),
    emit: () => undefined,
  }
  const spoken: Spoken = { answer: undefined }
  const emitter = guarded ? emitterFor(model, { pieces: () => pieces(call, spoken) }) : undefined
  yield* emitter === undefined ? pieces(call, spoken) : open(emitter, options)
}

// an agent that speaks in texts puts all it knows into one, and its input has been judged
async function judgedMessages(scope: RunScope, messages: readonly unknown[]): Promise<readonly unknown[]> {
  return scope.texts === 'agent' ? messages : scope.users.judgeMessages(messages)
}

// what a chat model takes: messages, a prompt that makes some, a text
function messagesIn(input: unknown): readonly unknown[] {
  if (Array.isArray(input)) return input
  if (hasMethods(input, 'toChatMessages'))
    return callIfFunction(Reflect.get(input, 'toChatMessages'), input, []) as readonly unknown[]
  return [input]
}

function gateOf(options: unknown, approval: ApprovalState): ModelCall['gate'] {
  const structured = isBag(options) && options['ls_structured_output_format'] !== undefined
  return { structured, onlyStructured: structured, approval, toolFacts: () => ({}) }
}
