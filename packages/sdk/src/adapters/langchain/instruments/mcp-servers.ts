import { connectionGate, knownOf } from '../../../mcp/connection.ts'
import type { InstrumentMcpOptions } from '../../../mcp/index.ts'
import { gatedObject, isMethod, type Gate } from '../../../objects/gated-object.ts'
import { noteMcpServer } from '../../../mcp/server-mark.ts'
import type { Reach } from '../../../objects/reach.ts'

/** What we use of the `MultiServerMCPClient` of LangChain. */
interface MultiServerShape {
  readonly config: { readonly mcpServers: Readonly<Record<string, unknown>> }
  initializeConnections(options?: unknown): Promise<Record<string, readonly object[]>>
  getClient(server: string, options?: unknown): Promise<object | undefined>
  /** Lists the tools of a server anew, and has them call through the given client. */
  _loadToolsForServer?(server: string, client: object): Promise<void>
}

/** Gates a client of several servers: the connections it makes, before anything else is done through them. */
export function multiServerGate<C extends object>(
  client: object,
  reach: Reach,
  options: InstrumentMcpOptions,
): Gate<C> {
  const servers = new Servers(client as MultiServerShape, reach, options)
  return {
    method(key, own) {
      const at = OPTIONS_AT[key]
      if (at === undefined) return undefined
      return async (...args: readonly unknown[]) => {
        const given = args[at]
        await servers.ready(typeof given === 'string' ? undefined : given)
        const result = await own(...args)
        return key === 'getClient' && typeof result === 'object' && result !== null
          ? servers.gated(String(args[0]), result)
          : result
      }
    },
  }
}

// methods that connect, and where they take the options of a connection
const OPTIONS_AT: Readonly<Record<string, number | undefined>> = {
  initializeConnections: 0,
  getTools: 1,
  getClient: 1,
  listResources: 1,
  listResourceTemplates: 1,
  readResource: 2,
  setLoggingLevel: 2,
}

class Servers {
  readonly #client: MultiServerShape
  readonly #reach: Reach
  readonly #options: InstrumentMcpOptions
  readonly #gated = new WeakMap<object, object>()
  readonly #listed = new WeakSet<object>()

  constructor(client: MultiServerShape, reach: Reach, options: InstrumentMcpOptions) {
    this.#client = client
    this.#reach = reach
    this.#options = options
  }

  /** Connects, guards what is connected, and has tools listed again where nobody has judged the list. */
  async ready(options: unknown): Promise<void> {
    const tools = await this.#client.initializeConnections(options)
    for (const server of Object.keys(this.#client.config.mcpServers)) {
      const connected = await this.#client.getClient(server, options)
      if (connected !== undefined) await this.#list(server, connected, tools)
      for (const tool of tools[server] ?? []) noteMcpServer(tool, server)
    }
  }

  gated(server: string, connected: object): object {
    const known = this.#gated.get(connected)
    if (known !== undefined) return known
    const reach = this.#reach
    const options = { ...this.#options, name: server }
    const gated = gatedObject({
      target: connected,
      owner: reach.owner,
      options,
      needs: ['connect'],
      kind: 'MCP client',
      component: 'mcp',
      gate: () =>
        connectionGate(connected, { reach, role: 'client', options, known: () => knownOf(connected) }),
    })
    this.#gated.set(connected, gated)
    return gated
  }

  async #list(server: string, connected: object, tools: Record<string, unknown>): Promise<void> {
    if (this.#listed.has(connected)) return
    const gated = this.gated(server, connected)
    if (isMethod(this.#client, '_loadToolsForServer')) {
      // what was listed before the guard stood must not be used where the list is refused now
      Reflect.deleteProperty(tools, server)
      await this.#client._loadToolsForServer?.(server, gated)
    }
    this.#listed.add(connected)
  }
}
