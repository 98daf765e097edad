// How the pages start an MCP server.
import { fileURLToPath } from 'node:url'

export const command: string = process.execPath
export const args: string[] = [fileURLToPath(new URL('files-server.ts', import.meta.url))]
