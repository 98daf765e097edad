import type { Run } from '../../run/run.ts'
import { isBag, isThenable } from './shapes.ts'
import type { StreamWatch } from './stream-watch.ts'

/** Lets a streamed result tell when its readers go away, and reject its promises when the run was ended by an error. */
export function watchResult<R extends object>(result: R, run: Run, watch: StreamWatch): R {
  return new Proxy(result, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target)
      if (value instanceof ReadableStream) return watchStream(value, watch)
      if (typeof value === 'function' && typeof key === 'string')
        return watchMethod(target, { key, method: value, watch })
      if (isThenable(value) && !run.quiet) return handled(settledBy(run, { value, watch }))
      return value
    },
  })
}

interface Method {
  readonly key: string
  readonly method: unknown
  readonly watch: StreamWatch
}

function watchMethod(target: object, { key, method, watch }: Method): (...args: unknown[]) => unknown {
  return (...args) => {
    const pipes = key.startsWith('pipe')
    if (pipes) watchServerResponse(args[0], watch)
    const returned: unknown = typeof method === 'function' ? Reflect.apply(method, target, args) : undefined
    if (returned instanceof ReadableStream) return watchStream(returned, watch)
    if (returned instanceof Response) return watchResponse(returned, watch, args[0])
    if (isThenable(returned) && !pipes) whileSettling(returned, watch)
    return returned
  }
}

// reading to the end, for nobody in particular
function whileSettling(pending: PromiseLike<unknown>, watch: StreamWatch): void {
  const gone = watch.reading()
  pending.then(gone, gone)
}

function watchResponse(response: Response, watch: StreamWatch, options: unknown): Response {
  if (response.body === null) return response
  const { status, statusText, headers } = response
  // where the app reads a copy to the end, the client may leave
  const isCopied = isBag(options) && typeof options['consumeSseStream'] === 'function'
  return isCopied
    ? response
    : new Response(watchStream(response.body, watch), { status, statusText, headers })
}

function watchServerResponse(response: unknown, watch: StreamWatch): void {
  if (!isBag(response) || typeof response['on'] !== 'function') return
  const on: unknown = response['on']
  if (typeof on !== 'function') return
  Reflect.apply(on, response, [
    'close',
    () => {
      if (Reflect.get(response, 'writableFinished') !== true) watch.cut()
    },
  ])
}

/** The same stream, which tells the watch when it is read and when its reader goes away. */
export function watchStream<T>(source: ReadableStream<T>, watch: StreamWatch): ReadableStream<T> {
  let reader: ReadableStreamDefaultReader<T> | undefined
  let gone = (): void => undefined
  const begin = (): ReadableStreamDefaultReader<T> => {
    gone = watch.reading()
    return source.getReader()
  }
  return new ReadableStream<T>(
    {
      async pull(controller) {
        reader ??= begin()
        try {
          const { done, value } = await reader.read()
          watch.touch()
          if (!done) return controller.enqueue(value)
          gone()
          watch.drained()
          controller.close()
        } catch (error) {
          gone()
          watch.modelFailed(error)
          controller.error(error)
        }
      },
      async cancel(reason) {
        gone()
        watch.cut()
        if (reader === undefined) await source.cancel(reason)
        else await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

// a caller who takes several promises and awaits one leaves the others to themselves
function handled(settled: Promise<unknown>): Promise<unknown> {
  settled.catch(() => undefined)
  return settled
}

// AI SDK 6.0.0 never settles its promises when a model stream fails
async function settledBy(
  run: Run,
  { value, watch }: { readonly value: PromiseLike<unknown>; readonly watch: StreamWatch },
): Promise<unknown> {
  const gone = watch.reading()
  const ended = new Promise<never>((_resolve, reject) => {
    run.onAbort(() => reject(run.fatal?.error))
  })
  ended.catch(() => undefined)
  try {
    const settled = await Promise.race([value, ended])
    run.throwIfFatal()
    watch.drained()
    return settled
  } catch (thrown) {
    const error = run.fatal === undefined ? thrown : run.fatal.error
    watch.modelFailed(error)
    throw error
  } finally {
    gone()
  }
}
