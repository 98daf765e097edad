import type { Component } from '../events/event.ts'
import type { ProtocolMessage, ProtocolPeer } from '../hooks/hook-context.ts'
import type { InstrumentCore } from '../instrument/core.ts'
import type { Run } from '../run/run.ts'
import { memberOf, nameAt, targetOf, type Direction, type Frame } from './frames.ts'

/** Which side of a connection this process is. */
export type Role = 'client' | 'server'

interface Identity {
  readonly name: string
  readonly version?: string | undefined
}

const SERVER_INFO = 'io.modelcontextprotocol/serverInfo'
const CLIENT_INFO = 'io.modelcontextprotocol/clientInfo'
const VERSION = 'io.modelcontextprotocol/protocolVersion'
const OF_CLIENTS = /^(?:initialize$|(?:server|tools|resources|prompts|completion|logging|subscriptions)\/)/
const MAX_TOOLS = 1000

/** Who is at both ends of one connection, as far as they have said; all of it is what they claim. */
export class Peers {
  readonly #named: string | undefined
  readonly #url: () => string | undefined
  readonly #roleIsGiven: boolean
  #role: Role | undefined
  #server: Identity | undefined
  #client: Identity | undefined
  #version: string | undefined
  #tools: readonly string[] | undefined
  #made: Component | undefined
  /** What the instruments know of the server already. */
  readonly #told = new WeakMap<
    InstrumentCore,
    { readonly component: Component; readonly version: string | undefined }
  >()

  constructor(given: {
    readonly role?: Role | undefined
    /** What the user calls the server. */
    readonly name?: string | undefined
    readonly url?: (() => string | undefined) | undefined
  }) {
    this.#role = given.role
    this.#roleIsGiven = given.role !== undefined
    this.#named = given.name
    this.#url = given.url ?? ((): undefined => undefined)
  }

  get role(): Role | undefined {
    return this.#role
  }

  get server(): string | undefined {
    return this.#named ?? this.#server?.name
  }

  /** Takes up what both ends have said before anybody listened here. */
  known(known: { readonly server?: unknown; readonly client?: unknown; readonly version?: unknown }): void {
    this.#server ??= identityOf(known.server)
    this.#client ??= identityOf(known.client)
    this.#version ??= nameAt(known, 'version')
  }

  /** Takes up what a request says of who sends it. */
  asked({ method, params }: Frame, direction: Direction): void {
    // where nobody has said which side this is, what is asked here tells, and until then what the other one asks
    if (!this.#roleIsGiven && method !== undefined && OF_CLIENTS.test(method))
      this.#role = direction === 'outbound' ? 'client' : (this.#role ?? 'server')
    if (!this.#isOfClient(direction)) return
    const info =
      method === 'initialize' ? memberOf(params, 'clientInfo') : memberOf(params, '_meta', CLIENT_INFO)
    this.#client = identityOf(info) ?? this.#client
    this.#version = nameAt(params, '_meta', VERSION) ?? this.#version
  }

  /**
   * Takes up what an answer says of the server, and tells those who list what the agent is made of; gives whether it is
   * known only now who the server is.
   */
  answered(
    request: Frame,
    { result }: Frame,
    at: { readonly asked: Direction; readonly run: Run | undefined },
  ): boolean {
    if (!this.#isOfClient(at.asked)) return false
    const { run } = at
    const before = this.#server
    if (request.method === 'initialize') {
      this.#identified(identityOf(memberOf(result, 'serverInfo')))
      this.#version = nameAt(result, 'protocolVersion') ?? this.#version
    } else {
      const info = identityOf(memberOf(result, '_meta', SERVER_INFO))
      if (request.method === 'server/discover' || this.#server === undefined) this.#identified(info)
    }
    if (request.method === 'tools/list') this.#listed(request, result)
    const component = this.component()
    if (run !== undefined && component !== undefined) {
      this.#tell(component, run)
      if (request.method === 'tools/list') offer(run, component.id, { request, result })
    }
    return this.#server !== before
  }

  #tell(component: Component, run: Run): void {
    const version = this.#version
    for (let one: Run | undefined = run; one !== undefined; one = one.parent) {
      const { components } = one.core
      const told = this.#told.get(one.core)
      if (told?.component === component && told.version === version) continue
      this.#told.set(one.core, { component, version })
      if (one.quiet) components.takeUp(component)
      components.learn(component, run)
      if (version !== undefined) components.observe(component.id, { facts: { protocolVersion: version } })
    }
  }

  // once it has said who it is, a server is nobody else on this connection; it may be of another version
  #identified(info: Identity | undefined): void {
    if (info !== undefined && (this.#server === undefined || this.#server.name === info.name))
      this.#server = info
  }

  // what a client asks says who it is, and only what answers that says who the server is
  #isOfClient(asked: Direction): boolean {
    return this.#role === undefined || (this.#role === 'client') === (asked === 'outbound')
  }

  #listed(request: Frame, result: unknown): void {
    const tools = memberOf(result, 'tools')
    if (!Array.isArray(tools)) return
    const names = tools.map((tool) => nameAt(tool, 'name')).filter((name) => name !== undefined)
    const before = memberOf(request.params, 'cursor') === undefined ? [] : (this.#tools ?? [])
    this.#tools = [...new Set([...before, ...names])].slice(0, MAX_TOOLS)
  }

  /** The server as a part of the agent; the same object as long as it is the same. */
  component(): Component | undefined {
    const name = this.server
    if (name === undefined) return undefined
    const url = this.#role === 'client' ? this.#url() : undefined
    const version = this.#server?.version
    const made = this.#made
    if (
      made?.name === name &&
      made.version === version &&
      made.url === url &&
      made.capabilities === this.#tools
    )
      return made
    return (this.#made = {
      id: `mcp:${name}`,
      type: 'mcp',
      name,
      ...(version === undefined ? {} : { version }),
      ...(url === undefined ? {} : { url }),
      ...(this.#tools === undefined ? {} : { capabilities: this.#tools }),
    })
  }

  /** A message in the terms handlers are told about it. */
  message(frame: Frame, direction: Direction): ProtocolMessage {
    return {
      name: 'mcp',
      direction,
      leg: frame.method === undefined ? 'response' : 'request',
      method: frame.method,
      id: frame.id,
      version: nameAt(frame.params, '_meta', VERSION) ?? this.#version,
      target: targetOf(frame),
      peer: this.#peer(),
    }
  }

  #peer(): ProtocolPeer | undefined {
    if (this.#role === 'client') {
      const url = this.#url()
      const name = this.server
      if (name === undefined && url === undefined) return undefined
      return { name, version: this.#server?.version, url }
    }
    return this.#role === 'server' && this.#client !== undefined ? { ...this.#client } : undefined
  }
}

function offer(
  run: Run,
  server: string,
  { request, result }: { readonly request: Frame; readonly result: unknown },
): void {
  const tools = memberOf(result, 'tools')
  if (!Array.isArray(tools)) return
  const isFirst = memberOf(request.params, 'cursor') === undefined
  const isLast = memberOf(result, 'nextCursor') === undefined
  for (let one: Run | undefined = run; one !== undefined; one = one.parent)
    one.core.components.offer({ server, tools, isFirst, isLast }, one)
}

function identityOf(info: unknown): Identity | undefined {
  const name = nameAt(info, 'name')
  return name === undefined ? undefined : { name, version: nameAt(info, 'version') }
}
