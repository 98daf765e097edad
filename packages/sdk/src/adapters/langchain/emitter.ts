import { chatModelOf } from './model-facts.ts'
import { formOf, generationOf, resultOf } from './model-form.ts'
import { callIfFunction, isBag, type AnswerShape, type Bag } from './shapes.ts'
import { joined } from './spoken-pieces.ts'

/** What an emitter says: a whole answer, or the pieces of one as they come. */
export interface Speech {
  readonly whole?: () => Promise<unknown>
  readonly pieces?: () => AsyncGenerator<AnswerShape>
}

type BaseClass = new (fields: object) => object
type EmitterClass = new (inner: object, speech: Speech) => object

interface Classes {
  readonly whole: EmitterClass
  readonly pieces: EmitterClass
}

const CLASSES = new WeakMap<BaseClass, Classes>()
const EMITTERS = new WeakSet<object>()

/** Whether a model says what was decided already. */
export function isEmitter(model: object): boolean {
  return EMITTERS.has(model)
}

/**
 * A chat model that says what another has answered, to everybody who listens: the framework tells its callbacks of
 * this one. Nothing where the model is of no class that could.
 */
export function emitterFor(model: object, speech: Speech): object | undefined {
  const inner = chatModelOf(model)
  const base = inner === undefined ? undefined : baseOf(inner)
  if (inner === undefined || base === undefined) return undefined
  const classes = CLASSES.get(base) ?? emitterClasses(base)
  CLASSES.set(base, classes)
  return speech.pieces === undefined ? new classes.whole(inner, speech) : new classes.pieces(inner, speech)
}

/** Whether a model gives its answers in pieces; another gives them whole, whoever asks for a stream. */
export function isStreaming(model: object): boolean {
  const inner = chatModelOf(model)
  const base = inner === undefined ? undefined : baseOf(inner)
  if (inner === undefined || base === undefined || Reflect.get(inner, 'disableStreaming') === true)
    return false
  const streams: unknown = Reflect.get(inner, '_streamResponseChunks')
  return streams !== Reflect.get(base.prototype as object, '_streamResponseChunks')
}

/** Whether a cache keeps what a model answers, as a whole. */
export function hasCache(model: object): boolean {
  return isBag(Reflect.get(chatModelOf(model) ?? model, 'cache'))
}

/** Whether a model would stream for these callbacks, as the framework finds it out. */
export function wouldStream(model: object, callbacks: unknown): boolean {
  if (!isStreaming(model) || hasCache(model)) return false
  const handlers: unknown = Array.isArray(callbacks)
    ? callbacks
    : Reflect.get(Object(callbacks) as object, 'handlers')
  return Array.isArray(handlers) && handlers.some(prefersPieces)
}

function prefersPieces(handler: unknown): boolean {
  const asked = Object(handler) as object
  return (
    Boolean(Reflect.get(asked, 'lc_prefer_streaming')) ||
    Boolean(Reflect.get(asked, 'lc_prefer_chat_model_stream_events'))
  )
}

// the class of LangChain itself, found from a model of it, since nothing of LangChain is imported
function baseOf(model: object): BaseClass | undefined {
  for (
    let prototype = Reflect.getPrototypeOf(model);
    prototype !== null;
    prototype = Reflect.getPrototypeOf(prototype)
  ) {
    if (!Object.hasOwn(prototype, '_generateUncached')) continue
    const base: unknown = Reflect.get(prototype, 'constructor')
    return typeof base === 'function' ? (base as BaseClass) : undefined
  }
  return undefined
}

const FORWARDED = [
  'getName',
  'getLsParams',
  'getLsParamsWithDefaults',
  'invocationParams',
  'toJSON',
  '_llmType',
  '_identifyingParams',
]

function emitterClasses(base: BaseClass): Classes {
  const parts = new WeakMap<object, { readonly inner: object; readonly speech: Speech }>()
  class Whole extends base {
    constructor(inner: object, speech: Speech) {
      super({})
      parts.set(this, { inner, speech })
      EMITTERS.add(this)
    }

    async _generate(): Promise<object> {
      return resultOf(base.prototype as object, (await parts.get(this)?.speech.whole?.()) as AnswerShape)
    }
  }
  class Pieces extends Whole {
    async *_streamResponseChunks(_messages: unknown, _options: unknown, runManager?: object) {
      for await (const message of parts.get(this)?.speech.pieces?.() ?? []) {
        const chunk = chunkOf(base.prototype as object, message)
        yield chunk
        const told = [chunk.text, undefined, undefined, undefined, undefined, { chunk }]
        if (runManager !== undefined)
          await callIfFunction(Reflect.get(runManager, 'handleLLMNewToken'), runManager, told)
      }
    }
  }
  for (const name of FORWARDED) {
    const own: unknown = Reflect.get(base.prototype as object, name)
    const forward = function (this: object, ...args: readonly unknown[]): unknown {
      const inner = parts.get(this)?.inner
      // asked before its constructor has run, an emitter speaks for nobody yet
      return inner === undefined
        ? callIfFunction(own, this, args)
        : callIfFunction(Reflect.get(inner, name), inner, args)
    }
    Object.defineProperty(Whole.prototype, name, { value: forward, configurable: true, writable: true })
  }
  return { whole: Whole, pieces: Pieces }
}

function chunkOf(model: object, answer: AnswerShape): Bag & { readonly text: string } {
  const concat = (other: Bag): Bag => chunkOf(model, joined(answer, formOf(model).answerIn(other)))
  return { ...generationOf(model, answer), concat }
}
