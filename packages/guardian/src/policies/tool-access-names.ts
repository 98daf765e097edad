import { compileMatch } from '@aos/sdk/adapter'
import { foldText } from './injection-fold.ts'

/** Says whether a tool of an MCP server, or of none, is meant. */
export type NameTest = (toolName: string, mcpServer: string | undefined) => boolean

interface NamePattern {
  readonly server: ((name: string) => boolean) | undefined
  readonly tool: (name: string) => boolean
}

const OTHER_SCRIPT = /[\u0370-\u058f\u2c80-\u2cff]+/g
const PLAIN = /^[\w.:/-]*$/

/** Tests names as they are written: what looks like a name that was let in is not let in. */
export function exactNames(globs: readonly string[]): NameTest {
  return compile(globs, (text) => text)
}

/**
 * Tests names as a reader takes them, in lower case and without look-alikes, so that no way of writing a name that was
 * shut out slips past.
 */
export function similarNames(globs: readonly string[]): NameTest {
  const test = compile(globs, foldName)
  return (toolName, mcpServer) =>
    test(foldName(toolName), mcpServer === undefined ? undefined : foldName(mcpServer))
}

/** Gives a name in lower case with compatibility forms made plain, unseen characters gone and look-alikes replaced. */
export function foldName(name: string): string {
  if (PLAIN.test(name)) return name.toLowerCase()
  // a word wholly of another script has twins too: a name of a tool is no text in that language
  return foldText(name)
    .replace(OTHER_SCRIPT, (word) => foldText(`a${word}`).slice(1))
    .trim()
}

function compile(globs: readonly string[], fold: (text: string) => string): NameTest {
  const patterns = globs.map((glob) => compilePattern(glob, fold))
  return (toolName, mcpServer) =>
    patterns.some(
      ({ server, tool }) =>
        tool(toolName) && (server === undefined || (mcpServer !== undefined && server(mcpServer))),
    )
}

function compilePattern(glob: string, fold: (text: string) => string): NamePattern {
  if (!glob.startsWith('mcp:')) return { server: undefined, tool: compileMatch(fold(glob)) }
  const slash = glob.indexOf('/')
  const server = slash < 0 ? glob.slice(4) : glob.slice(4, slash)
  return {
    server: compileMatch(fold(server)),
    tool: compileMatch(slash < 0 ? '*' : fold(glob.slice(slash + 1))),
  }
}
