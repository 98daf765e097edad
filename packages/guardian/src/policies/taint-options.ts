import { compileMatch, type ToolMatch } from '@aos/sdk/adapter'
import { invalidOption, knownOptions, oneOf, policyName, textList } from './policy-options.ts'
import { isReadOnlyName } from './taint-tool-names.ts'
import { compileTrusted, type TrustedDestinations } from './taint-trusted.ts'

/** What text nobody vouches for. */
export interface TaintSources {
  /** Tools by name or glob whose results anybody may have written. Default `*`. */
  readonly tools?: string | readonly string[] | undefined
  /** Tools by name or glob whose results count as the user's own words, such as an address book. Default none. */
  readonly trustedTools?: string | readonly string[] | undefined
  /** Whether retrieved knowledge is such text. Default true. */
  readonly knowledge?: boolean | undefined
  /** Memory: `labels` (default) trusts what was stored before anything was read, `untrusted` and `trusted` all of it. */
  readonly memory?: 'labels' | 'untrusted' | 'trusted' | undefined
  /** Whether inbound MCP and A2A messages are such text. Default true. */
  readonly protocols?: boolean | undefined
}

/** Options of {@link taint}; plain JSON. */
export interface TaintOptions {
  /** Under which decisions are recorded; default `taint`. */
  readonly name?: string | undefined
  /** What becomes of a call that goes where the user never pointed. Default `ask`. */
  readonly action?: 'ask' | 'deny' | undefined
  readonly sources?: TaintSources | undefined
  /** Tools by name or glob that have effects. Default `*`: all that are not `readOnly`. */
  readonly sinks?: string | readonly string[] | undefined
  /**
   * Tools by name or glob that have none; they may follow any link they have read, and no link that was put together.
   * Default: those whose name starts with a verb such as get, list, read or search, unless they are of an MCP server.
   */
  readonly readOnly?: string | readonly string[] | undefined
  /**
   * Arguments that hold free text, looked through for addresses only; every other text needs to stand in what the user
   * said. Default: body, content, text, message, subject, title and the like.
   */
  readonly content?: string | readonly string[] | undefined
  /** Destinations that need no approval: `bob@example.com`, `*@example.com`, `*.example.com`, `https://example.com/docs/`, or a name. */
  readonly trusted?: string | readonly string[] | undefined
  /** Texts that count as the user's own words, such as the instructions of the agent. */
  readonly trustedText?: string | readonly string[] | undefined
  /** Agents by id or glob whose user messages a person writes. Default: the one that a session hears first. */
  readonly agents?: string | readonly string[] | undefined
  /** Sessions kept in mind; one that was forgotten is treated as one never heard of. Default 10,000. */
  readonly maxSessions?: number | undefined
  readonly shadow?: boolean | undefined
}

/** The options of a taint policy, read. */
export interface Taint {
  readonly name: string
  readonly action: 'ask' | 'deny'
  readonly untrustedTool: ToolMatch
  readonly trustedTool: ToolMatch
  readonly knowledge: boolean
  readonly memory: 'labels' | 'untrusted' | 'trusted'
  readonly protocols: boolean
  readonly isSink: ToolMatch
  readonly isReadOnly: (toolName: string, mcpServer: string | undefined) => boolean
  readonly isContent: (argument: string) => boolean
  readonly trusted: TrustedDestinations
  readonly trustedText: readonly string[]
  readonly isUsers: ToolMatch | undefined
  readonly maxSessions: number
}

const POLICY = 'taint'
const CONTENT =
  'body content contents text message messages subject title description summary note notes comment comments caption html markdown details reason explanation prompt question answer reply draft thought plan post review feedback remark remarks location venue'.split(
    ' ',
  )
const SETTINGS = new Set(
  'permission permissions priority currency format language locale color colour status type kind mode unit units sort order role timezone visibility frequency'.split(
    ' ',
  ),
)
const OPTIONS = [
  'name',
  'action',
  'sources',
  'sinks',
  'readOnly',
  'content',
  'trusted',
  'trustedText',
  'agents',
  'maxSessions',
  'shadow',
]
const SOURCES = ['tools', 'trustedTools', 'knowledge', 'memory', 'protocols']

/** Reads the options of a taint policy; throws `invalid_policy` where they are not what they can be. */
export function readTaint(options: TaintOptions): Taint {
  knownOptions(POLICY, options, OPTIONS)
  const sources: TaintSources = options.sources ?? {}
  knownOptions(POLICY, sources, SOURCES)
  const readOnly = textList(POLICY, 'readOnly', options.readOnly)
  const content = new Set((textList(POLICY, 'content', options.content) ?? CONTENT).map(argumentName))
  const agents = textList(POLICY, 'agents', options.agents)
  const matchesReadOnly = readOnly === undefined ? undefined : compileMatch(readOnly)
  return {
    name: policyName(POLICY, options.name),
    action: oneOf(POLICY, { option: 'action', given: options.action }, ['ask', 'deny'] as const) ?? 'ask',
    untrustedTool: compileMatch(textList(POLICY, 'sources.tools', sources.tools) ?? '*'),
    trustedTool: compileMatch(textList(POLICY, 'sources.trustedTools', sources.trustedTools) ?? []),
    knowledge: flag('sources.knowledge', sources.knowledge),
    memory:
      oneOf(POLICY, { option: 'sources.memory', given: sources.memory }, [
        'labels',
        'untrusted',
        'trusted',
      ] as const) ?? 'labels',
    protocols: flag('sources.protocols', sources.protocols),
    isSink: compileMatch(textList(POLICY, 'sinks', options.sinks) ?? '*'),
    isReadOnly: (toolName, mcpServer) =>
      matchesReadOnly?.(toolName) ?? (mcpServer === undefined && isReadOnlyName(toolName)),
    isContent: (argument) => content.has(argumentName(argument)),
    trusted: compileTrusted(textList(POLICY, 'trusted', options.trusted) ?? []),
    trustedText: textList(POLICY, 'trustedText', options.trustedText) ?? [],
    isUsers: agents === undefined ? undefined : compileMatch(agents),
    maxSessions: count('maxSessions', options.maxSessions) ?? 10_000,
  }
}

/** Whether an argument chooses one of a few words, which names nobody. */
export function isSetting(argument: string, plain: string): boolean {
  return SETTINGS.has(argumentName(argument)) && /^[\p{L}_-]{1,20}$/u.test(plain)
}

/** `email_body`, `emailBody` and `body` are different arguments, `Body` and `body` are not. */
function argumentName(name: string): string {
  return name.replace(/[_-]/g, '').toLowerCase()
}

function flag(option: string, given: unknown): boolean {
  if (given === undefined) return true
  if (typeof given === 'boolean') return given
  throw invalidOption(POLICY, { option, problem: 'is neither true nor false', fix: 'Write true or false.' })
}

function count(option: string, given: unknown): number | undefined {
  if (given === undefined) return undefined
  if (typeof given === 'number' && Number.isInteger(given) && given > 0) return given
  throw invalidOption(POLICY, {
    option,
    problem: 'is no positive whole number',
    fix: 'Write a number such as 10000.',
  })
}
