import { chatModelOf } from './model-facts.ts'
import { callIfFunction, type AnswerShape } from './shapes.ts'

type Answer = () => Promise<unknown>

type EmitterClass = new (inner: object, answer: Answer) => object

const CLASSES = new WeakMap<object, EmitterClass>()

/**
 * A chat model that says what another has answered, to everybody who listens: the framework tells its callbacks of
 * this one. Nothing where the model is of no class that could.
 */
export function emitterFor(model: object, answer: Answer): object | undefined {
  const inner = chatModelOf(model)
  const base = inner === undefined ? undefined : baseOf(inner)
  if (inner === undefined || base === undefined) return undefined
  const known = CLASSES.get(base) ?? emitterClass(base)
  CLASSES.set(base, known)
  return new known(inner, answer)
}

// the class of LangChain itself, found from a model of it, since nothing of LangChain is imported
function baseOf(model: object): (new (fields: object) => object) | undefined {
  for (
    let prototype = Reflect.getPrototypeOf(model);
    prototype !== null;
    prototype = Reflect.getPrototypeOf(prototype)
  ) {
    if (!Object.hasOwn(prototype, '_generateUncached')) continue
    const base: unknown = Reflect.get(prototype, 'constructor')
    return typeof base === 'function' ? (base as new (fields: object) => object) : undefined
  }
  return undefined
}

interface Parts {
  readonly inner: object
  readonly answer: Answer
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

function emitterClass(base: new (fields: object) => object): EmitterClass {
  const parts = new WeakMap<object, Parts>()
  class Emitter extends base {
    constructor(inner: object, answer: Answer) {
      super({})
      parts.set(this, { inner, answer })
    }

    async _generate(): Promise<object> {
      const message = (await parts.get(this)?.answer()) as AnswerShape
      return { generations: [{ text: typeof message.text === 'string' ? message.text : '', message }] }
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
    Object.defineProperty(Emitter.prototype, name, { value: forward, configurable: true, writable: true })
  }
  return Emitter
}
