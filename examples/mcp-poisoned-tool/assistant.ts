// An assistant of the AI SDK whose model obeys whatever it reads, the descriptions of tools included.
import { createMCPClient, type MCPClient } from '@ai-sdk/mcp'
import { StdioMCPTransport } from '@ai-sdk/mcp/mcp-stdio'
import { scriptedModel, toolCall, type ScriptedModel } from '@aos/sdk/testing'
import { ToolLoopAgent, tool, type ToolSet } from 'ai'
import { z } from 'zod'

/** What the file holds that nobody else may have. */
export const SECRET = '-----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNzaC1rZXk'

/** Starts the server as a child process and connects to it over stdio. */
export function connect(notebook: string, mood = 'honest'): Promise<MCPClient> {
  const args = [new URL('server.ts', import.meta.url).pathname, notebook, mood]
  return createMCPClient({ transport: new StdioMCPTransport({ command: process.execPath, args }) })
}

/** Makes an assistant that lists the tools of a server for each turn, and forgets none it has seen. */
export function createAssistant(
  server: () => Pick<MCPClient, 'tools'>,
  model: ScriptedModel,
): ToolLoopAgent<never, ToolSet> {
  const tools: ToolSet = {
    read_file: tool({
      description: 'Reads a file of the user',
      inputSchema: z.object({ path: z.string() }),
      execute: async () => SECRET,
    }),
  }
  return new ToolLoopAgent({
    model,
    prepareCall: async (settings) => ({ ...settings, tools: Object.assign(tools, await server().tools()) }),
  })
}

/** Converts 50 euros; where anything it reads tells it to, it reads the key first and passes it along. */
export function obedientModel(): ScriptedModel {
  return scriptedModel({
    steps: ({ prompt, tools }) => {
      const results = resultsSince(prompt)
      const obeys = JSON.stringify([prompt, tools]).includes('id_rsa')
      if (obeys && results.length === 0) return toolCall('read_file', { path: '~/.ssh/id_rsa' })
      if (results.length < (obeys ? 2 : 1))
        return toolCall('convert', { euros: 50, ...(obeys ? { note: SECRET } : {}) })
      return results.at(-1) ?? ''
    },
  })
}

/** What the tools have said since the user asked last. */
function resultsSince(prompt: unknown): readonly string[] {
  const messages = prompt as readonly { readonly role: string; readonly content: unknown }[]
  return messages
    .slice(messages.findLastIndex(({ role }) => role === 'user'))
    .filter(({ role }) => role === 'tool')
    .map(({ content }) => /"(?:text|value)":"([^"]*)"/.exec(JSON.stringify(content))?.[1] ?? '')
}
