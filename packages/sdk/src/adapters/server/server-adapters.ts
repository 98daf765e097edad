import { instrumentA2AHandler, type A2ARequestHandlerShape } from '../../a2a/handler.ts'
import { AosError } from '../../errors.ts'
import type { Adapter, AdapterHost, AgentDescription, BoundAgent } from '../../instrument/adapter.ts'
import { knownOf } from '../../mcp/connection.ts'
import { instrumentMcpServer, type McpServerShape } from '../../mcp/instrument-server.ts'
import { isMethod } from '../../objects/gated-object.ts'

/**
 * Instruments an MCP server of the official SDK as an agent of its own: each request it serves is a run, judged by the
 * `mcp` hook before the server's handlers have it and before the answer is sent.
 */
export const mcpServerAdapter: Adapter = {
  name: 'McpServer or Server of the MCP SDK',
  recognises: (agent) =>
    hasMethods(agent, ['connect', 'close']) &&
    (hasMethods(agent, ['registerTool', 'registerResource']) ||
      hasMethods(agent, ['setRequestHandler', 'getClientCapabilities'])),
  describe: (agent) => {
    const inner: unknown = Reflect.get(agent, 'server')
    const { server } = knownOf(typeof inner === 'object' && inner !== null ? inner : agent) ?? {}
    return described('mcp-server', { ...textsOf(server), note: 'every message of its connections' })
  },
  bind: (agent, host) => {
    const gated = instrumentMcpServer(agent as McpServerShape, host)
    return served(gated, ['connect', 'server', 'fork'], 'connect it to a transport')
  },
}

/**
 * Instruments a request handler of the A2A SDK as an agent of its own: each request it serves is a run, judged by the
 * `a2a` hook before the agent has it and before each answer and event is sent.
 */
export const a2aHandlerAdapter: Adapter = {
  name: 'request handler of the A2A SDK',
  recognises: (agent) =>
    hasMethods(agent, [
      'getAgentCard',
      'sendMessage',
      'sendMessageStream',
      'getTask',
      'cancelTask',
      'resubscribe',
    ]),
  describe: (agent) =>
    described('a2a-handler', {
      ...textsOf(Reflect.get(agent, 'agentCard')),
      note: 'every request; the public agent card is not judged',
    }),
  bind: (agent, host: AdapterHost) => {
    const gated = instrumentA2AHandler(agent as A2ARequestHandlerShape, host)
    return served(gated, methodsOf(agent), 'have it served, for example by the express app of the A2A SDK')
  },
}

function hasMethods(agent: object, names: readonly string[]): boolean {
  return names.every((name) => isMethod(agent, name))
}

function textsOf(said: unknown): { readonly name?: string; readonly version?: string } {
  if (typeof said !== 'object' || said === null) return {}
  const { name, version } = said as { readonly name?: unknown; readonly version?: unknown }
  return {
    ...(typeof name === 'string' && name !== '' ? { name } : {}),
    ...(typeof version === 'string' && version !== '' ? { version } : {}),
  }
}

function described(
  framework: string,
  { name, version, note }: { readonly name?: string; readonly version?: string; readonly note: string },
): AgentDescription {
  return {
    framework,
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version }),
    components: [],
    coverage: [{ component: 'agent', enforcement: 'bound', note }],
  }
}

function served(gated: object, keys: readonly string[], how: string): BoundAgent {
  const members = Object.fromEntries(
    keys.filter((key) => key in gated).map((key) => [key, Reflect.get(gated, key)]),
  ) as Readonly<Record<string, unknown>>
  return {
    members,
    run: () => {
      throw new AosError({
        code: 'unsupported_agent',
        message: 'A server is not run',
        why: 'It answers what others ask, each request in a run of its own.',
        fix: `Leave run() out and ${how}.`,
      })
    },
  }
}

function methodsOf(agent: object): readonly string[] {
  const names = new Set<string>()
  for (let at: object | null = agent; at !== null && at !== Object.prototype; at = Reflect.getPrototypeOf(at))
    for (const name of Object.getOwnPropertyNames(at))
      if (name !== 'constructor' && isMethod(agent, name)) names.add(name)
  return [...names]
}
