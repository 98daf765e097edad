const serverOfTool = new WeakMap<object, string>()

/** Name of the MCP server a tool comes from, where it comes from an instrumented `MultiServerMCPClient`. */
export function mcpServerOf(tool: object): string | undefined {
  return serverOfTool.get(tool)
}

/** Notes the MCP server a tool comes from. */
export function noteMcpServer(tool: object, server: string): void {
  serverOfTool.set(tool, server)
}
