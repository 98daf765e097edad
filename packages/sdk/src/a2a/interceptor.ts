import { isDenied } from '../errors.ts'
import { Reach, type InstrumentOwner } from '../objects/reach.ts'
import { consume, decideNow } from '../run/gate.ts'
import type { Operation } from '../run/operation.ts'
import { Judging, judges, onward, settled, unrecorded, type Call } from './call.ts'
import { judgeable, type Judgeable } from './judgeable.ts'
import { isFinalEvent, member, methodOf, type A2AMethod, type Line } from './methods.ts'
import { settingsOf, type A2AOptions, type A2ASettings } from './options.ts'
import { withOnward } from './outgoing.ts'
import { nameIn, peerOf } from './peer.ts'

/** An interceptor for `clientConfig.interceptors` of both lines of the A2A SDK. */
export interface A2AInterceptor {
  before(args: never): Promise<void>
  after(args: never): Promise<void>
}

/**
 * Judges what passes the interceptors of clients, for those who make clients in a factory and cannot instrument each.
 * Requests, answers and events can be denied and modified, each as a step of its own. It does not see errors, when a
 * stream ends, what interceptors after it change, `A2AClient`, and calls of the transport itself;
 * `instrumentA2AClient` does.
 */
export function a2aInterceptor(agent?: InstrumentOwner, options?: A2AOptions): A2AInterceptor {
  return new Interceptor(agent, settingsOf(options))
}

interface Intercepted {
  readonly agentCard: unknown
  readonly input?: { readonly method: string; value?: unknown }
  readonly result?: { readonly method: string; value: unknown }
  options?: unknown
}

class Interceptor implements A2AInterceptor {
  readonly #settings: A2ASettings
  readonly #reach: Reach

  constructor(agent: InstrumentOwner | undefined, settings: A2ASettings) {
    this.#settings = settings
    this.#reach = new Reach(agent, {
      component: `agent:${settings.name ?? '*'}`,
      note: 'errors and the end of streams are not judged',
    })
  }

  async before(args: Intercepted): Promise<void> {
    const { input } = args
    const method = input === undefined ? undefined : this.#methodOf(input.method, args.agentCard)
    if (input === undefined || method === undefined) return
    const call = this.#callOf(method, args, input.value ?? {})
    const denied = await settled(call, async (run) => {
      if (!judges(run)) return unrecorded(call)
      const judging = new Judging(call, run)
      const ticket = await decideNow(run, { ...judging.operation, answered: false })
      consume(ticket)
      const params = judging.decided(ticket.value)
      const sent = withOnward(
        method,
        { params, options: args.options },
        onward(call, run, { step: ticket.step }),
      )
      if (method.takesParams && input.value !== undefined) input.value = sent.params
      args.options = sent.options
      ticket.step.end('ok')
      return undefined
    })
    if (isDenied(denied)) throw denied
  }

  async after(args: Intercepted): Promise<void> {
    const { result } = args
    const method = result === undefined ? undefined : this.#methodOf(result.method, args.agentCard)
    if (result === undefined || method === undefined) return
    const wire = method.answer.toWire(result.value)
    const { streamEvents } = this.#settings
    if (method.streams && (streamEvents === 'none' || (streamEvents === 'final' && !isFinalEvent(wire))))
      return
    const call = this.#callOf(method, args, {})
    const denied = await settled(call, async (run) => {
      if (!judges(run)) return
      const judged = judgeable(run, wire)
      const ticket = await decideNow(run, answerOperation(new Judging(call, run), { wire, judged }))
      consume(ticket)
      if (ticket.value !== wire) result.value = method.answer.fromWire(ticket.value, [])
      ticket.step.end('ok')
    })
    if (isDenied(denied)) throw denied
  }

  #methodOf(key: string, card: unknown): A2AMethod | undefined {
    const line: Line = Array.isArray(member(card, 'supportedInterfaces')) ? '1.0' : '0.3'
    return methodOf(key === 'getAgentCard' ? 'getExtendedAgentCard' : key, line)
  }

  #callOf(method: A2AMethod, { agentCard }: Intercepted, params: unknown): Call {
    const { facts, component } = peerOf(
      this.#settings.name ?? nameIn(agentCard) ?? 'agent',
      agentCard,
      undefined,
    )
    return {
      reach: this.#reach,
      settings: this.#settings,
      method,
      direction: 'outbound',
      params,
      peer: facts,
      component,
      forward: () => undefined,
      denied: (denied) => denied,
      ended: (error) => error,
    }
  }
}

/** The answer as a message of its own. */
function answerOperation(
  { operation }: Judging,
  { wire, judged }: { readonly wire: unknown; readonly judged: Judgeable },
): Operation {
  const { protocol } = operation.facts ?? {}
  return {
    ...operation,
    answered: false,
    value: judged.ok ? judged.wire : wire,
    refusal: judged.ok ? undefined : judged.refusal,
    validate: operation.validateResult,
    facts: protocol === undefined ? {} : { protocol: { ...protocol, direction: 'inbound', leg: 'response' } },
  }
}
