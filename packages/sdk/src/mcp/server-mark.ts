// a member and no map: it is read through whatever wraps the tool
const SERVER: unique symbol = Symbol('aos.mcpServer')

/** Name of the MCP server a tool comes from, where an instrumented client has made it. */
export function mcpServerOf(tool: object): string | undefined {
  const server: unknown = Reflect.get(tool, SERVER)
  return typeof server === 'string' ? server : undefined
}

/** Notes the MCP server a tool comes from. */
export function noteMcpServer(tool: object, server: string): void {
  Object.defineProperty(tool, SERVER, { value: server, configurable: true })
}
