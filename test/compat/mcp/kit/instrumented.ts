import { AOSInstrument, type AOSHandle, type AOSOptions } from '@aos/sdk'
import { instrumentMcpClient, instrumentMcpServer } from '@aos/sdk/mcp'
import { connect, type Connection, type Over, type Role } from './connect.ts'
import type { Line } from './line.ts'

/** An instrumented agent that does what it is told. */
export interface Worker extends Omit<AOSHandle<object>, 'run'> {
  run<T>(work: () => Promise<T>): Promise<T>
}

/** An instrumented agent whose turn is the work it is given. */
export function newWorker(options?: AOSOptions): Worker {
  const agent = async (work: () => Promise<unknown>): Promise<unknown> => work()
  return new AOSInstrument(agent, options) as unknown as Worker
}

/** A connection of the kit of which one side belongs to an instrumented agent. */
export async function connectInstrumented(
  { line, over, role }: { readonly line: Line; readonly over: Over; readonly role: Role },
  agent: Worker,
): Promise<Connection> {
  if (role === 'client')
    return connect(line, over, { client: (client) => instrumentMcpClient(client as never, agent) })
  return connect(line, over, { server: (server) => instrumentMcpServer(server as never, agent) })
}
