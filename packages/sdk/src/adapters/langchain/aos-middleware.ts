import type { AOSHandle } from '../../instrument/handle.ts'
import { instrument } from '../../instrument/instrument.ts'
import type { AOSOptions } from '../../instrument/options.ts'
import { MiddlewareTarget } from './middleware-target.ts'

/** Options of {@link aosMiddleware}. */
export interface AOSMiddlewareOptions extends AOSOptions {
  /**
   * A middleware that wraps tool calls makes the error of a tool end the agent. `message` (default) tells the model of
   * it, as it would be without one; `throw` leaves it to the middleware before this one.
   */
  readonly toolErrors?: 'message' | 'throw'
}

/** A middleware for `createAgent`, with the members of an instrumented agent. */
export type AOSMiddleware = { readonly name: string } & Pick<
  AOSHandle<object>,
  | 'registerHook'
  | 'hook'
  | 'on'
  | 'attachSink'
  | 'describe'
  | 'disableComponent'
  | 'enableComponent'
  | 'stop'
  | 'resume'
  | 'flush'
  | 'close'
>

/**
 * Guards an agent of `createAgent` from inside, for code that cannot wrap it: put it last in `middleware`. It sees
 * models and tools and not the agent itself: the run of a call begins with its first model or tool, ends with the
 * answer, and the error of a handler leaves wrapped in the framework's own.
 */
export function aosMiddleware(options: AOSMiddlewareOptions = {}): AOSMiddleware {
  const { toolErrors = 'message', ...rest } = options
  return instrument(new MiddlewareTarget(toolErrors), rest)
}
