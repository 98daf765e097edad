import { AosError } from '../errors.ts'
import { isMethod } from '../objects/gated-object.ts'
import type { InstrumentObjectOptions } from '../objects/reach.ts'

/** What the functions that instrument MCP take beside what they instrument. */
export interface InstrumentMcpOptions extends InstrumentObjectOptions {
  /**
   * `once` (default): whoever has judged a tool call is not asked again about the `tools/call` message that it is made
   * of; `both` asks again.
   */
  readonly toolCalls?: 'once' | 'both'
  /** Whether messages carry which trace and run they belong to, and are believed what they carry; default true. */
  readonly propagate?: boolean
}

const CHECKS: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  name: (value) => (typeof value === 'string' && value !== '' ? undefined : 'a text that is not empty'),
  toolCalls: (value) => (value === 'once' || value === 'both' ? undefined : 'once or both'),
  propagate: (value) => (typeof value === 'boolean' ? undefined : 'true or false'),
}

/** Checks the options of MCP; throws `invalid_options` naming the one that is unknown or means nothing. */
export function mcpOptions(options: InstrumentMcpOptions | undefined): InstrumentMcpOptions {
  if (options === undefined) return {}
  if (typeof options !== 'object' || options === null) throw invalid('Options of MCP must be an object')
  for (const [key, value] of Object.entries(options)) {
    const check = Object.hasOwn(CHECKS, key) ? CHECKS[key] : undefined
    if (check === undefined) throw invalid(`Unknown option ${JSON.stringify(key)} of MCP`)
    const expected = value === undefined ? undefined : check(value)
    if (expected !== undefined) throw invalid(`Option ${key} of MCP must be ${expected}`)
  }
  return options
}

/** Refuses an object of the other side, whose messages would be judged the wrong way round. */
export function assertSide(object: unknown, side: 'client' | 'server'): void {
  const telling =
    side === 'client' ? ['registerTool', 'getClientCapabilities'] : ['callTool', 'getServerCapabilities']
  if (typeof object !== 'object' || object === null || !telling.some((key) => isMethod(object, key))) return
  const other = side === 'client' ? 'server' : 'client'
  throw new AosError({
    code: 'invalid_options',
    message: `This is an MCP ${other}, not a ${side}`,
    why: 'What it sends and what it receives would be told apart the wrong way round.',
    fix: `Use ${other === 'client' ? 'instrumentMcpClient' : 'instrumentMcpServer'}.`,
  })
}

function invalid(message: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message,
    why: 'An option that is misspelt or means nothing would be left out of what is judged.',
    fix: `Pass ${Object.keys(CHECKS).join(', ')}, or none of them.`,
  })
}
