import {
  callIfFunction,
  isBag,
  isLanguageModel,
  type Bag,
  type LanguageModel,
  type ModelPart,
} from './shapes.ts'
import type { StreamWatch } from './stream-watch.ts'

/** Gated settings whose models tell a watch how far the run is, where nobody sees the result of the call. */
export function endingCall(settings: Bag, watch: StreamWatch): Bag {
  const model = endingModel(settings['model'], watch)
  const prepareStep = async (args: unknown): Promise<unknown> => {
    // what is gated already is known to the gate as it is
    const known = isBag(args) && args['model'] === model ? { ...args, model: settings['model'] } : args
    const own = await callIfFunction(settings['prepareStep'], settings, [known])
    return isBag(own) && own['model'] !== undefined
      ? { ...own, model: endingModel(own['model'], watch) }
      : own
  }
  return { ...settings, model, prepareStep }
}

function endingModel(model: unknown, watch: StreamWatch): unknown {
  if (!isLanguageModel(model)) return model
  const seam: Pick<LanguageModel, 'doGenerate' | 'doStream'> = {
    async doGenerate(options) {
      watch.modelCalled()
      try {
        const result = await model.doGenerate(options)
        tell(watch, result.content.some(callsTool))
        return result
      } catch (error) {
        watch.modelFailed(error)
        throw error
      }
    },
    async doStream(options) {
      const result = await model.doStream(options)
      return { ...result, stream: endingStream(result.stream, watch) }
    },
  }
  return new Proxy(model, {
    get(target, key) {
      if (key === 'doGenerate') return seam.doGenerate
      if (key === 'doStream') return seam.doStream
      // the target is the receiver, so that models with #private members work
      return Reflect.get(target, key, target) as unknown
    },
  })
}

function endingStream(source: ReadableStream<ModelPart>, watch: StreamWatch): ReadableStream<ModelPart> {
  const reader = source.getReader()
  let goesOn = false
  return new ReadableStream<ModelPart>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read()
          if (done) {
            tell(watch, goesOn)
            return controller.close()
          }
          goesOn ||= callsTool(value)
          // AI SDK 7 reads no further
          if (value.type === 'finish') tell(watch, goesOn)
          controller.enqueue(value)
        } catch (error) {
          controller.error(error)
        }
      },
      async cancel(reason) {
        watch.cut()
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

// an answer that calls tools is followed by their work, and by another call
function tell(watch: StreamWatch, goesOn: boolean): void {
  if (goesOn) watch.touch()
  else watch.drained()
}

function callsTool(part: unknown): boolean {
  return isBag(part) && part['type'] === 'tool-call' && part['providerExecuted'] !== true
}
