import { emitterFor } from './emitter.ts'
import { approvalIn } from './graph-approval.ts'
import { callModel, holdsAnything, pieces, type ModelCall } from './model-call.ts'
import { formOf } from './model-form.ts'
import { answersIn, gateOf, scopeFor, type Generations } from './model-scope.ts'
import type { RunScope } from './run-scope.ts'
import { callIfFunction, isAnswer, isBag, type Bag, type ConfigShape, type Method } from './shapes.ts'

/** Judges the answers that a cache remembers; who listens is told of none that a handler guards. */
export function remembering(own: Method): unknown {
  return function (this: object, ...args: readonly unknown[]): unknown {
    const request = isBag(args[0]) ? args[0] : {}
    const config = request['handledOptions'] as ConfigShape | undefined
    const given = scopeFor(this, config, async (scope) => {
      const silent = holdsAnything(scope) ? { handledOptions: { ...config, callbacks: [] } } : {}
      const found = (await Reflect.apply(own, this, [{ ...request, ...silent }])) as Generations
      const inputs = (request['messages'] ?? request['prompts']) as readonly unknown[]
      const generations = [...found.generations]
      // those that are missing are asked for, and judged then
      for (const [index, answers] of generations.entries())
        if (answers !== undefined) generations[index] = await judgedAgain(this, answers, inputs[index])
      return { ...found, generations }

      async function judgedAgain(model: object, [first]: readonly Bag[], messages: unknown) {
        if (first === undefined) return []
        const form = formOf(model)
        const known = form.answerIn(first)
        const options = request['parsedOptions']
        const answer = await callModel({
          ...callOf(model, scope, { options, config, messages: await form.judged(scope, messages) }),
          perform: () => known,
        })
        return [answer === known || !isAnswer(answer) ? first : form.withAnswer(first, answer)]
      }
    })
    return given ?? Reflect.apply(own, this, args)
  }
}

/** Judges the answers that a chat model tells in events of its own. */
export function streamingEvents(own: Method): unknown {
  return async function* (this: object, ...args: readonly unknown[]): AsyncGenerator<unknown> {
    const [asked, options] = args
    const scope = await scopeFor(this, options, async (found) => ({ found }))
    if (scope === undefined) {
      yield* Reflect.apply(own, this, args) as AsyncGenerator<unknown>
      return
    }
    const form = formOf(this)
    const messages = await form.judged(scope.found, asked)
    const method: unknown = Reflect.get(this, '_streamResponseChunks')
    const call: ModelCall = {
      ...callOf(this, scope.found, { options, config: undefined, messages }),
      stream: () => answersIn(form, callIfFunction(method, this, [messages, options])),
    }
    const emitter = emitterFor(this, { pieces: () => pieces(call, { answer: undefined }) })
    yield* Reflect.apply(own, emitter ?? this, args) as AsyncGenerator<unknown>
  }
}

interface Asked {
  readonly options: unknown
  readonly config: ConfigShape | undefined
  readonly messages: unknown
}

function callOf(model: object, scope: RunScope, { options, config, messages }: Asked): ModelCall {
  return {
    model,
    scope,
    gate: gateOf(options, approvalIn(scope.run, config)),
    messages,
    callbacks: [],
    perform: () => undefined,
    stream: async function* () {},
    emit: () => undefined,
  }
}
