import type { CustomRedactor, RedactionKind } from '@aos/sdk'
import { compileMatch, type ToolMatch } from '@aos/sdk/adapter'
import { compileTopics, type CompiledTopic, type DataTopic } from './data-protection-topics.ts'
import { invalidOption, knownOptions, oneOf, policyName, textList } from './policy-options.ts'

/** What becomes of a value that holds protected data. */
export type DataAction = 'redact' | 'deny' | 'off'

/** What a member of `hooks` may say for a message: one action, or one for each direction. */
export type MessageAction = DataAction | { readonly user?: DataAction; readonly agent?: DataAction }

/** What a member of `hooks` may say for protocol messages: one action, or one for each way that data goes. */
export type ProtocolAction =
  | DataAction
  | {
      /** What comes in. What is asked of an MCP server of one's own is never redacted, only denied where this says so. */
      readonly inbound?: DataAction
      /** What is asked of others, and notifications. */
      readonly outbound?: DataAction
      /** What others are answered. */
      readonly answers?: DataAction
    }

/** Actions by hook; what is not named keeps its default. */
export interface DataProtectionHooks {
  /** What starts the agent. Default `redact`: a key in a prompt helps no model. */
  readonly agentTrigger?: DataAction | undefined
  /** Messages of the user and of the agent; its streams are held back until decided. Default `redact`: the talk goes on. */
  readonly message?: MessageAction | undefined
  /** Arguments. Default `deny`: data must not leave, and a call with `[REDACTED:…]` in it does what nobody meant. */
  readonly toolCallRequest?: DataAction | undefined
  /** Results. Default `redact`: the model works on without them. */
  readonly toolCallResult?: DataAction | undefined
  /** Retrieved texts. Default `deny`: this hook may not modify, so that `redact` needs `retrievalModify`. */
  readonly knowledgeRetrieval?: DataAction | undefined
  /** What is stored. Default `redact`: memory outlives the session that had a right to the data. */
  readonly memoryStore?: DataAction | undefined
  /** What is read back. Default `redact`: an older memory may hold what is not stored today. */
  readonly memoryContextRetrieval?: DataAction | undefined
  /** MCP messages. Default `deny` outbound, `redact` inbound and answers, as for arguments and results. */
  readonly mcp?: ProtocolAction | undefined
  /** A2A messages. Default `deny` outbound, `redact` inbound and answers; who sends push notification configs sends tokens: `off`. */
  readonly a2a?: ProtocolAction | undefined
}

/** Something of one's own to look for; a text as `pattern` is a regular expression, as a policy file says it. */
export interface DataPattern {
  /** What its finds are called. */
  readonly name: string
  readonly pattern: string | CustomRedactor['pattern']
  /** Flags of a `pattern` that is a text, such as `i`. */
  readonly flags?: string | undefined
}

/** Options of {@link dataProtection}; without patterns that are functions they are plain JSON. */
export interface DataProtectionOptions {
  /** Under which decisions are recorded; default `data-protection`. */
  readonly name?: string | undefined
  /**
   * Kinds to look for, or `all`. Default: all but `email`, `phone` and `iban`, without which most agents could write
   * to nobody and pay nobody.
   */
  readonly detectors?: 'all' | readonly RedactionKind[] | undefined
  /** Kinds not to look for: what may pass everywhere. */
  readonly off?: readonly RedactionKind[] | undefined
  readonly custom?: readonly DataPattern[] | undefined
  /** Tools by name or glob whose arguments and results may hold such data and ask for such topics. */
  readonly allowTools?: string | readonly string[] | undefined
  readonly hooks?: DataProtectionHooks | undefined
  /** Subjects that tool calls and retrievals must not ask for; default {@link DEFAULT_TOPICS}, `false` for none. */
  readonly topics?: false | readonly DataTopic[] | undefined
  /** Says that the agent was made with `retrievalModify: true`, so that retrieved texts may be redacted. */
  readonly retrievalModify?: boolean | undefined
  readonly shadow?: boolean | undefined
}

/** Where data passes. */
export type DataPlace =
  | 'agentTrigger'
  | 'message.user'
  | 'message.agent'
  | 'toolCallRequest'
  | 'toolCallResult'
  | 'knowledgeRetrieval'
  | 'memoryStore'
  | 'memoryContextRetrieval'
  | 'mcp.inbound'
  | 'mcp.outbound'
  | 'mcp.answers'
  | 'a2a.inbound'
  | 'a2a.outbound'
  | 'a2a.answers'

/** The options of a data protection policy, read. */
export interface DataProtection {
  readonly name: string
  readonly actions: ReadonlyMap<DataPlace, DataAction>
  readonly topics: readonly CompiledTopic[]
  readonly allowed: ToolMatch
  readonly detectors: readonly RedactionKind[] | undefined
  readonly off: readonly RedactionKind[]
  readonly custom: readonly CustomRedactor[]
}

const POLICY = 'data-protection'
const CONTACTS: readonly RedactionKind[] = ['email', 'phone', 'iban']
const ACTIONS: readonly DataAction[] = ['redact', 'deny', 'off']

const DEFAULTS: ReadonlyMap<DataPlace, DataAction> = new Map([
  ['agentTrigger', 'redact'],
  ['message.user', 'redact'],
  ['message.agent', 'redact'],
  ['toolCallRequest', 'deny'],
  ['toolCallResult', 'redact'],
  ['knowledgeRetrieval', 'deny'],
  ['memoryStore', 'redact'],
  ['memoryContextRetrieval', 'redact'],
  ['mcp.inbound', 'redact'],
  ['mcp.outbound', 'deny'],
  ['mcp.answers', 'redact'],
  ['a2a.inbound', 'redact'],
  ['a2a.outbound', 'deny'],
  ['a2a.answers', 'redact'],
])

const OPTIONS = [
  'name',
  'detectors',
  'off',
  'custom',
  'allowTools',
  'hooks',
  'topics',
  'retrievalModify',
  'shadow',
]

/** Reads the options of a data protection policy; throws `invalid_policy` where they are not what they can be. */
export function readDataProtection(options: DataProtectionOptions): DataProtection {
  knownOptions(POLICY, options, OPTIONS)
  const allowTools = textList(POLICY, 'allowTools', options.allowTools)
  const actions = readActions(options.hooks)
  if (actions.get('knowledgeRetrieval') === 'redact' && options.retrievalModify !== true)
    throw invalidOption(POLICY, {
      option: 'hooks.knowledgeRetrieval',
      problem: 'is "redact" without retrievalModify',
      fix: 'Use "deny", or make the agent with retrievalModify: true and say so here, too.',
    })
  const detectors = options.detectors === 'all' ? undefined : textList(POLICY, 'detectors', options.detectors)
  const byDefault = options.detectors === undefined ? CONTACTS : []
  return {
    name: policyName(POLICY, options.name),
    actions,
    topics: compileTopics(POLICY, options.topics),
    allowed: allowTools === undefined ? () => false : compileMatch(allowTools),
    // unknown kinds are refused by createRedactor, which has their list
    detectors: detectors as readonly RedactionKind[] | undefined,
    off: [...byDefault, ...((textList(POLICY, 'off', options.off) ?? []) as readonly RedactionKind[])],
    custom: readCustom(options.custom),
  }
}

function readActions(hooks: unknown): ReadonlyMap<DataPlace, DataAction> {
  const actions = new Map(DEFAULTS)
  if (hooks === undefined) return actions
  const roots = [...new Set([...DEFAULTS.keys()].map((place) => place.split('.')[0] ?? place))]
  const given = knownOptions(POLICY, hooks, roots)
  for (const root of roots) {
    const said: unknown = Reflect.get(given, root)
    if (said === undefined) continue
    const places = [...DEFAULTS.keys()].filter((place) => place.split('.')[0] === root)
    const directions = places.flatMap((place) => place.split('.').slice(1))
    const each =
      typeof said === 'object' && directions.length > 0 ? knownOptions(POLICY, said, directions) : undefined
    for (const place of places) {
      const direction = place.split('.')[1]
      const action: unknown =
        each === undefined || direction === undefined ? said : Reflect.get(each, direction)
      const read = oneOf(POLICY, { option: `hooks.${place}`, given: action }, ACTIONS)
      if (read !== undefined) actions.set(place, read)
    }
  }
  return actions
}

function readCustom(custom: unknown): readonly CustomRedactor[] {
  if (custom === undefined) return []
  if (!Array.isArray(custom)) throw noPattern('custom')
  return custom.map((own: unknown, at) => {
    const option = `custom[${at}]`
    if (typeof own !== 'object' || own === null) throw noPattern(option)
    const { name, pattern, flags } = own as Partial<Record<string, unknown>>
    if (typeof name !== 'string') throw noPattern(option)
    if (pattern instanceof RegExp) return { name, pattern }
    if (typeof pattern === 'function')
      return { name, pattern: pattern as Exclude<CustomRedactor['pattern'], RegExp> }
    if (typeof pattern !== 'string' || pattern === '') throw noPattern(`${option}.pattern`)
    try {
      return { name, pattern: new RegExp(pattern, typeof flags === 'string' ? flags : '') }
    } catch {
      throw noPattern(`${option}.pattern`)
    }
  })
}

function noPattern(option: string): Error {
  return invalidOption(POLICY, {
    option,
    problem: 'is no pattern',
    fix: 'Write { name: "employee-id", pattern: "E-\\\\d{6}" }, with a regular expression that compiles.',
  })
}
