import { AosError, type AosDeniedError } from '../errors.ts'
import type { InstrumentCore } from '../instrument/core.ts'
import { hasOwnFunctions, hasPrivateMembers } from '../instrument/private-members.ts'
import { gatedObject, type Gate, type Method } from '../objects/gated-object.ts'
import type { InstrumentOwner, Reach } from '../objects/reach.ts'
import type { Run } from '../run/run.ts'
import { judgedCall, type Call } from './call.ts'
import { judgedStream } from './call-stream.ts'
import { extensionMethod, lineOf, member, methodOf, type A2AMethod, type Line } from './methods.ts'
import { settingsOf, type A2AOptions, type A2ASettings } from './options.ts'
import { withOnward } from './outgoing.ts'
import { endpointOf, nameIn, peerOf, type Peer } from './peer.ts'
import { UNSUPPORTED_OPERATION } from './protocol-error.ts'

/** A client of the A2A SDK: `Client` of both lines, and `A2AClient` of 0.3. */
export interface A2AClientShape {
  sendMessage(params: never, options?: never): Promise<unknown>
  getTask(params: never, options?: never): Promise<unknown>
}

/** A transport of a client of the A2A SDK. */
export interface A2ATransportShape {
  sendMessage(params: never, options?: never): Promise<unknown>
  sendMessageStream(params: never, options?: never): AsyncGenerator<unknown, void, undefined>
  getTask(params: never, options?: never): Promise<unknown>
}

/**
 * Gates a client of the A2A SDK at its transport, behind interceptors and defaults of the client: the `a2a` hook judges
 * each request before it is sent and each answer, event and error before the caller has it. What is denied rejects
 * with `AosDeniedError`; `A2AClient` of 0.3 answers with the error response of the protocol (-32004).
 */
export function instrumentA2AClient<C extends A2AClientShape>(
  client: C,
  agent?: InstrumentOwner,
  options?: A2AOptions,
): C {
  const settings = settingsOf(options)
  if (keepsItself(client)) throw unreachable()
  const card = cardOf(client)
  return gatedObject<C>({
    target: client,
    owner: agent,
    options: { name: settings.name ?? card.name ?? 'agent' },
    needs: ['sendMessage', 'sendMessageStream', 'getTask', 'cancelTask'],
    kind: 'client of the A2A SDK',
    component: 'agent',
    gate: () => ({
      method: () => undefined,
      member: (key, own) =>
        key === 'transport' && typeof own === 'object' && own !== null
          ? gatedTransport(own as A2ATransportShape, agent, { settings, card })
          : own,
    }),
  })
}

// what can be called on nothing but the original uses the original transport
function keepsItself(client: unknown): boolean {
  if (typeof client !== 'object' || client === null) return false
  return hasPrivateMembers(client) || hasOwnFunctions(client)
}

function unreachable(): AosError {
  return new AosError({
    code: 'invalid_options',
    message: 'A client with #private members, or with methods of its own object, cannot be instrumented',
    why: 'What it sends would go past what judges it.',
    fix: 'Make it with an instrumented transport: instrumentA2ATransport(transport, agent, { name }).',
  })
}

/**
 * Gates a transport of the A2A SDK, for clients that are made with one: `new Client(instrumentA2ATransport(…), card)`.
 * Without a client its agent card is not known, so `name` says which agent it reaches.
 */
export function instrumentA2ATransport<T extends A2ATransportShape>(
  transport: T,
  agent?: InstrumentOwner,
  options?: A2AOptions,
): T {
  return gatedTransport(transport, agent, { settings: settingsOf(options), card: NO_CARD })
}

/** The agent card of a client, as it is now. */
interface CardSource {
  readonly name: string | undefined
  read(): unknown
}

const NO_CARD: CardSource = { name: undefined, read: () => undefined }

function cardOf(client: object): CardSource {
  const own = (): unknown => member(client, 'agentCard')
  if (own() !== undefined) return { name: nameIn(own()), read: own }
  const coming = member(client, 'agentCardPromise')
  if (!(coming instanceof Promise)) return NO_CARD
  // A2AClient waits for its card before it has a transport
  let card: unknown
  coming.then(
    (come: unknown) => (card = come),
    () => undefined,
  )
  return { name: undefined, read: () => card }
}

interface Settled {
  readonly settings: A2ASettings
  readonly card: CardSource
}

function gatedTransport<T extends A2ATransportShape>(
  transport: T,
  owner: InstrumentOwner | undefined,
  { settings, card }: Settled,
): T {
  // the name stays, whatever a later card says: it is what is disabled and admitted
  const name = settings.name ?? card.name ?? nameIn(card.read()) ?? hostOf(endpointOf(transport)) ?? 'agent'
  return gatedObject<T>({
    target: transport,
    owner,
    options: { name },
    needs: ['sendMessage', 'sendMessageStream', 'getTask', 'cancelTask'],
    kind: 'transport of the A2A SDK',
    component: 'agent',
    gate: ({ reach }) => new TransportGate({ transport, reach, settings, name, card }),
  })
}

function hostOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).host : undefined
}

type Own = (...args: readonly unknown[]) => unknown

interface TransportParts extends Settled {
  readonly transport: object
  readonly reach: Reach
  readonly name: string
}

class TransportGate<T extends A2ATransportShape> implements Gate<T> {
  readonly #parts: TransportParts
  readonly #learnt = new WeakMap<InstrumentCore, unknown>()

  constructor(parts: TransportParts) {
    this.#parts = parts
  }

  method(key: string, own: Own): Method | undefined {
    const line = lineOf(this.#parts.transport)
    if (key === 'callExtensionMethod') return this.#extension(own, line)
    const method = methodOf(key, line)
    if (method === undefined) return undefined
    if (method.streams) return (...args: readonly unknown[]) => judgedStream(this.#call(method, own, args))
    return (...args: readonly unknown[]) => judgedCall(this.#call(method, own, args))
  }

  // 0.3 takes the id of the request before the options
  #extension(own: Own, line: Line): Method {
    return (name: unknown, params: unknown, ...[one, other]: readonly unknown[]) => {
      const method = extensionMethod(String(name), line)
      if (line === '1.0')
        return judgedCall(this.#call(method, (...args) => own(name, ...args), [params, one]))
      const older: Own = (decided, options, id) => own(name, decided, id, options)
      return judgedCall(this.#call(method, older, [params, other, one]))
    }
  }

  #call(method: A2AMethod, own: Own, args: readonly unknown[]): Call {
    const { reach, settings } = this.#parts
    const [params, options, ...rest] = method.takesParams ? args : [{}, ...args]
    const peer = this.#peer()
    const id = typeof rest[0] === 'number' ? rest[0] : undefined
    return {
      reach,
      settings,
      method,
      direction: 'outbound',
      params: params ?? {},
      id,
      peer: peer.facts,
      component: peer.component,
      forward: (decided, onward) => {
        const sent = withOnward(method, { params: decided, options }, onward)
        return own(...(method.takesParams ? [sent.params] : []), sent.options, ...rest)
      },
      admitted: (run) => this.#learn(run, peer),
      denied: (denied) => (id === undefined ? denied : withResponse(denied, id)),
      ended: (error) => error,
    }
  }

  #peer(): Peer {
    const { name, card, transport } = this.#parts
    return peerOf(name, card.read(), endpointOf(transport))
  }

  #learn(run: Run, { component, protocolVersion }: Peer): void {
    const card = this.#parts.card.read()
    if (this.#learnt.get(run.core) === (card ?? this)) return
    this.#learnt.set(run.core, card ?? this)
    if (run.quiet) run.core.components.takeUp(component)
    run.core.components.learn(component, run)
    if (protocolVersion !== undefined)
      run.core.components.observe(component.id, { facts: { protocolVersion } })
  }
}

// A2AClient gives error responses to its caller, by the id it has given the request
function withResponse(denied: AosDeniedError, id: number): AosDeniedError {
  const error = { code: UNSUPPORTED_OPERATION, message: denied.message }
  return Object.assign(denied, { errorResponse: { jsonrpc: '2.0', id, error } })
}
