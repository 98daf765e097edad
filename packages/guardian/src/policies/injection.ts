import { HOOK_NAMES, type HookAnswer, type HookName } from '@aos/sdk'
import type { Policy, PolicyContext } from '../policy/policy.ts'
import { sideOf } from '../protocol-side.ts'
import { DESCRIPTION_PHRASES, listedIn } from './injection-descriptions.ts'
import { PHRASES, type Phrase } from './injection-phrases.ts'
import { findInjection, note, scoreOf, type InjectionFinds } from './injection-text.ts'
import { invalidOption, knownOptions, oneOf, policyName, textList } from './policy-options.ts'
import { stringsOf } from './taint-arguments.ts'

/** Options of {@link injectionLabels}; plain JSON. */
export interface InjectionOptions {
  /** Under which decisions are recorded; default `injection`. */
  readonly name?: string | undefined
  /**
   * What becomes of suspected text. Default `label`: it passes and is recorded as `injection_suspected`, because words
   * alone prove nothing; what holds injected actions back is the `taint` policy.
   */
  readonly action?: 'label' | 'ask' | 'deny' | undefined
  /** Sum of the weights from which text is suspected; default 1. Lower finds more and is wrong more often. */
  readonly threshold?: number | undefined
  /** Hooks to look at. Default: all that bring text in (user messages, results, retrievals, memory, protocols). */
  readonly hooks?: readonly HookName[] | undefined
  readonly shadow?: boolean | undefined
}

const POLICY = 'injection'
const HOOKS: readonly HookName[] = [
  'agentTrigger',
  'message',
  'toolCallResult',
  'knowledgeRetrieval',
  'memoryStore',
  'memoryContextRetrieval',
  'mcp',
  'a2a',
]
const MAX_DEPTH = 60

/** Labels text that seems to give instructions to the model: heuristics, to be read as a hint and not as a wall. */
export function injectionLabels(options: InjectionOptions = {}): Policy {
  knownOptions(POLICY, options, ['name', 'action', 'threshold', 'hooks', 'shadow'])
  const action =
    oneOf(POLICY, { option: 'action', given: options.action }, ['label', 'ask', 'deny'] as const) ?? 'label'
  const threshold = thresholdOf(options.threshold)
  return {
    name: policyName(POLICY, options.name),
    hooks: hooksOf(options.hooks),
    shadow: options.shadow,
    evaluate: (context) => (comesIn(context) ? answer(context, action, threshold) : undefined),
  }
}

function hooksOf(given: unknown): readonly HookName[] {
  const hooks = textList(POLICY, 'hooks', given)
  if (hooks === undefined) return HOOKS
  return hooks.map((hook) => {
    const known = HOOK_NAMES.find((name) => name === hook)
    if (known !== undefined) return known
    throw invalidOption(POLICY, {
      option: 'hooks',
      problem: `names the unknown hook ${JSON.stringify(hook)}`,
      fix: `Use any of: ${HOOK_NAMES.join(', ')}.`,
    })
  })
}

function thresholdOf(given: unknown): number {
  if (given === undefined) return 1
  if (typeof given === 'number' && given > 0 && given <= 10) return given
  throw invalidOption(POLICY, {
    option: 'threshold',
    problem: 'is no number above 0 and up to 10',
    fix: 'Write 1 for the default, 0.5 to find more.',
  })
}

function comesIn({ hook, role, protocol }: PolicyContext): boolean {
  if (hook === 'message') return role !== 'agent'
  if (protocol === undefined) return true
  const isInbound = protocol.direction === 'inbound'
  if (hook !== 'mcp' || protocol.leg === undefined) return isInbound
  // what a server of one's own is asked is as arguments are, and what it answers is what a model of others reads
  return sideOf(protocol) === 'client' ? isInbound : protocol.leg === 'response'
}

interface Suspicion {
  readonly score: number
  readonly signals: readonly string[]
}

/** Tells what speaks for instructions in a value's texts, and how much. */
export function injectionIn(value: unknown, phrases: readonly Phrase[] = PHRASES): Suspicion {
  const finds: InjectionFinds = new Map()
  if (isTooDeep(value, 0)) note(finds, 'unreadable', 1)
  for (const text of stringsOf(value)) findInjection(text, finds, phrases)
  return { score: scoreOf(finds), signals: [...finds.keys()] }
}

function isTooDeep(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return depth >= MAX_DEPTH || Object.values(value).some((member) => isTooDeep(member, depth + 1))
}

/** What is listed is judged one by one: hints in ten descriptions make none of them an order. */
function suspicionOf({ hook, value }: PolicyContext): Suspicion {
  const listed = hook === 'mcp' || hook === 'a2a' ? listedIn(value) : undefined
  if (listed === undefined) return injectionIn(value)
  const judged = listed.map((item) => injectionIn(item, DESCRIPTION_PHRASES))
  return judged.reduce((worst, next) => (next.score > worst.score ? next : worst))
}

function answer(
  context: PolicyContext,
  action: 'label' | 'ask' | 'deny',
  threshold: number,
): HookAnswer | undefined {
  const { score, signals } = suspicionOf(context)
  if (score < threshold) return undefined
  return {
    decision: action === 'label' ? 'allow' : action,
    message: `This text seems to hold instructions to the model (${signals.join(', ')})`,
    reasonCode: ['injection_suspected'],
    data: { signals, score: Math.round(score * 10) / 10 },
  }
}
