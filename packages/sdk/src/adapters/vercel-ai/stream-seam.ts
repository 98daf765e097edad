import type { ModelCall } from './model-seam.ts'
import type { ModelPart } from './shapes.ts'
import { StreamGate } from './stream-gate.ts'
import type { StreamWatch } from './stream-watch.ts'

/** Gates a model's stream: nothing that has not been decided leaves, and every end of the stream ends its step. */
export function guardStream(
  source: ReadableStream<ModelPart>,
  call: ModelCall,
  watch: StreamWatch | undefined,
): ReadableStream<ModelPart> {
  const reader = source.getReader()
  const { run } = call.ticket
  const gate = new StreamGate(call)
  let pulling: ReadableStreamDefaultController<ModelPart> | undefined
  const fail = (controller: ReadableStreamDefaultController<ModelPart>, thrown: unknown): void => {
    if (pulling === undefined) return
    pulling = undefined
    const error = run.fatal === undefined ? thrown : run.fatal.error
    gate.close('error', error)
    watch?.modelFailed(error)
    // an `error` part for those who read parts, and a failed stream so that every promise of the result rejects
    if (run.fatal !== undefined) controller.enqueue({ type: 'error', error })
    controller.error(error)
    if (run.fatal !== undefined) reader.cancel(error).catch(() => undefined)
  }
  // a model that says nothing does not hold up the end of the run
  const forgetAbort = run.onAbort(() => {
    if (pulling !== undefined) fail(pulling, undefined)
  })
  const forgetEnding = watch?.onEnding(() => gate.close('cancelled'))
  const forget = (): void => {
    forgetAbort()
    forgetEnding?.()
  }
  return new ReadableStream<ModelPart>(
    {
      async pull(controller) {
        pulling = controller
        try {
          run.throwIfFatal()
          const { parts, done } = await nextParts(reader, gate, watch)
          run.throwIfFatal()
          for (const part of parts) controller.enqueue(part)
          if (done) finish(controller)
          pulling = undefined
        } catch (error) {
          fail(controller, error)
          forget()
        }
      },
      async cancel(reason) {
        forget()
        gate.close('cancelled')
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )

  function finish(controller: ReadableStreamDefaultController<ModelPart>): void {
    forget()
    gate.close('ok')
    controller.close()
  }
}

interface NextParts {
  readonly parts: readonly ModelPart[]
  readonly done: boolean
}

/** Reads on until there is something that may leave. */
async function nextParts(
  reader: ReadableStreamDefaultReader<ModelPart>,
  gate: StreamGate,
  watch: StreamWatch | undefined,
): Promise<NextParts> {
  for (;;) {
    const { done, value } = await reader.read()
    watch?.touch()
    gate.run.throwIfFatal()
    if (done) return { parts: await gate.run.enter(() => gate.rest()), done }
    if (value.type === 'error') watch?.modelFailed(value['error'])
    const parts = gate.passes(value) ? [value] : await gate.run.enter(() => gate.judge(value))
    gate.run.throwIfFatal()
    if (parts.length > 0) return { parts, done }
  }
}
