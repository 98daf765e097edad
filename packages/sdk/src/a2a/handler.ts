import { gatedObject, type Gate, type Method } from '../objects/gated-object.ts'
import type { ObjectOwner, Reach } from '../objects/reach.ts'
import type { RunCall } from '../instrument/core.ts'
import { remoteCaller } from '../propagation/index.ts'
import { judgedCall, type Call } from './call.ts'
import { judgedStream } from './call-stream.ts'
import { lineOf, member, methodOf, type A2AMethod, type Line } from './methods.ts'
import { settingsOf, type A2AOptions, type A2ASettings } from './options.ts'
import { nameIn } from './peer.ts'
import { DenialErrors } from './protocol-error.ts'

/** A request handler of the A2A SDK, such as `DefaultRequestHandler`. */
export interface A2ARequestHandlerShape {
  getAgentCard(): Promise<unknown>
  sendMessage(params: never, context: never): Promise<unknown>
  sendMessageStream(params: never, context: never): AsyncGenerator<unknown, void, undefined>
  getTask(params: never, context: never): Promise<unknown>
}

/**
 * Gates a request handler of the A2A SDK, whatever serves it: the `a2a` hook judges each request before the agent has
 * it and each answer, event and error before it is sent. What is denied is answered with the protocol's own error
 * (-32004); the public agent card is not judged. Each request is a run of the agent, of the remote caller's lineage.
 */
export function instrumentA2AHandler<H extends A2ARequestHandlerShape>(
  requestHandler: H,
  agent?: ObjectOwner,
  options?: A2AOptions,
): H {
  const settings = settingsOf(options)
  const name = settings.name ?? nameIn(member(requestHandler, 'agentCard')) ?? 'agent'
  return gatedObject<H>({
    target: requestHandler,
    owner: agent,
    options: { name },
    needs: ['getAgentCard', 'sendMessage', 'sendMessageStream', 'getTask', 'cancelTask', 'resubscribe'],
    kind: 'request handler of the A2A SDK',
    component: 'agent',
    note: 'the public agent card is not judged',
    gate: ({ reach }) => new HandlerGate({ target: requestHandler, reach, settings }),
  })
}

type Own = (...args: readonly unknown[]) => unknown

interface HandlerParts {
  readonly target: object
  readonly reach: Reach
  readonly settings: A2ASettings
}

class HandlerGate<H extends A2ARequestHandlerShape> implements Gate<H> {
  readonly #parts: HandlerParts
  readonly #line: Line
  readonly #errors: DenialErrors

  constructor(parts: HandlerParts) {
    this.#parts = parts
    this.#line = lineOf(parts.target)
    this.#errors = new DenialErrors(parts.target, this.#line)
  }

  method(key: string, own: Own): Method | undefined {
    const method = methodOf(key, this.#line)
    if (method === undefined) return undefined
    if (method.streams) return (...args: readonly unknown[]) => judgedStream(this.#call(method, own, args))
    return (...args: readonly unknown[]) => judgedCall(this.#call(method, own, args))
  }

  #call(method: A2AMethod, own: Own, args: readonly unknown[]): Call {
    const { reach, settings } = this.#parts
    const [params, context, ...rest] = method.takesParams ? args : [{}, ...args]
    const user = userOf(context)
    return {
      reach: reach.from(runCallOf(params, context, settings)),
      settings,
      method,
      direction: 'inbound',
      params: params ?? {},
      peer: user === undefined ? undefined : { name: user },
      forward: (decided) => own(...(method.takesParams ? [decided] : []), context, ...rest),
      denied: (denied) => this.#errors.of(denied),
      // what a handler has thrown is for whoever runs this agent, not for who has called it
      ended: (error) => new Error('The agent has ended this request', { cause: error }),
    }
  }
}

const MAX_THREAD = 200

function runCallOf(params: unknown, context: unknown, { propagate }: A2ASettings): RunCall {
  const state = member(context, 'state')
  const headers: unknown = state instanceof Map ? state.get('headers') : undefined
  const thread = member(member(params, 'message'), 'contextId')
  const user = userOf(context)
  return {
    trigger: 'agent',
    remote: propagate ? (remoteCaller(headers) ?? remoteCaller(member(params, 'metadata'))) : undefined,
    // whose conversation it is: nobody names that of another user
    threadId: isThread(thread) ? `${user ?? ''}/${thread}` : undefined,
    user: user === undefined ? undefined : { id: user },
  }
}

function isThread(thread: unknown): thread is string {
  return typeof thread === 'string' && thread !== '' && thread.length <= MAX_THREAD
}

function userOf(context: unknown): string | undefined {
  const user = member(context, 'user')
  const name = member(user, 'userName')
  if (member(user, 'isAuthenticated') !== true || typeof name !== 'string' || name === '') return undefined
  return name
}
