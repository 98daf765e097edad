import { canonicalJson } from '@agent-run/types'
import { AosError, createRedactor, HOOK_NAMES, type HookName, type Redactor } from '@aos/sdk'
import { createHmac } from 'node:crypto'
import type { WireStep } from '../wire/codec.ts'
import { toWireJson } from '../wire/wire-json.ts'

/** How much of a field a guardian sees: all, all but secrets and personal data, a keyed digest, nothing. */
export type FieldMode = 'full' | 'redacted' | 'digest' | 'none'

/** Modes of the fields of a step; `query` is the keywords, too, and `value` the event of a trigger. */
export interface FieldModes {
  readonly value?: FieldMode | undefined
  readonly reasoning?: FieldMode | undefined
  readonly user?: FieldMode | undefined
  /** The agent's system prompt; `none` unless said otherwise. */
  readonly instructions?: FieldMode | undefined
  readonly query?: FieldMode | undefined
}

/** Modes by hook; `default` holds for fields and hooks that have none of their own. */
export type FieldMask = { readonly [Hook in HookName | 'default']?: FieldModes | undefined }

/** What masks are made with. */
export interface FieldMaskOptions {
  readonly mask?: FieldMask | undefined
  /** Secret of at least 16 bytes that digests are keyed with; needed for the mode `digest`. */
  readonly digestKey?: string | Uint8Array | undefined
  readonly redactor?: Redactor | undefined
}

/** A step as a guardian may see it. */
export interface MaskedStep {
  readonly step: WireStep
  /** Whether the guardian sees the whole value, and so can say what to put in its place. */
  readonly seesValue: boolean
}

const FIELDS = ['value', 'reasoning', 'user', 'instructions', 'query'] as const
const MODES: readonly string[] = ['full', 'redacted', 'digest', 'none']
type AllModes = { readonly [Field in keyof FieldModes]-?: FieldMode }

const DEFAULTS: AllModes = {
  value: 'full',
  reasoning: 'full',
  user: 'full',
  instructions: 'none',
  query: 'full',
}

/** What stands in place of a text that is not told. */
export const WITHHELD = '[withheld]'

/** Makes what takes out of a step what a guardian need not see; it throws where it cannot. */
export function createFieldMask(options: FieldMaskOptions): (step: WireStep) => MaskedStep {
  const modes = checkedModes(options)
  const { digestKey = '' } = options
  const tools: MaskTools = {
    redactor: options.redactor ?? createRedactor(),
    digest: (value) => {
      const text = typeof value === 'string' ? value : canonicalJson(value)
      return `hmac-sha256:${createHmac('sha256', digestKey).update(text).digest('hex')}`
    },
  }
  return (step) => maskStep(step, modes[step.hook], tools)
}

interface MaskTools {
  readonly redactor: Redactor
  readonly digest: (value: unknown) => string
}

// a name of a tool or prompt is told, as that of a tool call is; an address or an id is part of the value
const NAMED: ReadonlySet<string> = new Set(['tools/call', 'prompts/get'])

type Changeable = { -readonly [Member in keyof WireStep]: WireStep[Member] }

function maskStep(step: WireStep, modes: AllModes, tools: MaskTools): MaskedStep {
  const masked: Changeable = { ...step }
  const text = (mode: FieldMode, value: string): string => maskText(value, mode, tools)
  const orNone = <T>(mode: FieldMode, value: T | undefined, mask: (value: T) => T): T | undefined =>
    value === undefined || mode === 'none' ? undefined : mask(value)
  const { reasoning, query, keywords, user, agent, trigger, protocol } = step
  if (modes.reasoning !== 'full')
    masked.reasoning = orNone(modes.reasoning, reasoning, (value) => text(modes.reasoning, value))
  if (modes.query !== 'full') {
    masked.query = orNone(modes.query, query, (value) => text(modes.query, value))
    masked.keywords = orNone(modes.query, keywords, (words) => words.map((word) => text(modes.query, word)))
  }
  if (modes.user !== 'full')
    masked.user = orNone(modes.user, user, (value) => maskUser(value, modes.user, tools))
  if (modes.instructions !== 'full' && agent.instructions !== undefined)
    masked.agent = {
      ...agent,
      instructions: orNone(modes.instructions, agent.instructions, (value) =>
        text(modes.instructions, value),
      ),
    }
  if (modes.value === 'full') return { step: masked, seesValue: true }
  if (trigger !== undefined) masked.trigger = maskTrigger(trigger, modes.value, tools)
  if (protocol?.target !== undefined && !NAMED.has(protocol.method ?? ''))
    masked.protocol = { ...protocol, target: text(modes.value, protocol.target) }
  const value = maskValue(step, modes.value, tools)
  masked.value = value.value
  return { step: masked, seesValue: value.whole }
}

function maskText(text: string, mode: FieldMode, { redactor, digest }: MaskTools): string {
  if (mode === 'full') return text
  if (mode === 'digest') return digest(text)
  return mode === 'none' ? WITHHELD : told(redactor.redactText(text)).text
}

function maskUser(
  user: NonNullable<WireStep['user']>,
  mode: FieldMode,
  { redactor, digest }: MaskTools,
): NonNullable<WireStep['user']> {
  if (mode === 'digest') return { id: digest(user.id) }
  const redact = (text: string): string => told(redactor.redactText(text)).text
  return {
    id: redact(user.id),
    ...(user.name === undefined ? {} : { name: redact(user.name) }),
    ...(user.email === undefined ? {} : { email: redact(user.email) }),
  }
}

function maskTrigger(
  trigger: NonNullable<WireStep['trigger']>,
  mode: FieldMode,
  { redactor }: MaskTools,
): NonNullable<WireStep['trigger']> {
  if (mode !== 'redacted' || trigger.event === undefined) return { type: trigger.type }
  return { type: trigger.type, event: told(redactor.redactValue(toWireJson(trigger.event))).value }
}

/** Masks a value in a form that its hook still has a message for. */
function maskValue(
  { hook, value }: WireStep,
  mode: FieldMode,
  tools: MaskTools,
): { readonly value: unknown; readonly whole: boolean } {
  // nothing is no content, and what JSON cannot hold is masked as it would be shown
  if (value === undefined) return { value, whole: true }
  const json = toWireJson(value)
  if (mode === 'redacted') {
    const redacted = told(tools.redactor.redactValue(json))
    return { value: redacted.value, whole: redacted.redactions.length === 0 }
  }
  const hide = (part: unknown): string => (mode === 'none' ? WITHHELD : tools.digest(part))
  return { value: hiddenValue(hook, json, hide), whole: false }
}

function hiddenValue(hook: HookName, value: unknown, hide: (part: unknown) => string): unknown {
  switch (hook) {
    case 'toolCallRequest':
    case 'mcp':
    case 'a2a':
      return isRecord(value)
        ? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, hide(part)]))
        : hide(value)
    case 'memoryStore':
    case 'memoryContextRetrieval':
      return Array.isArray(value) ? value.map((item: unknown) => hide(item)) : hide(value)
    case 'knowledgeRetrieval':
      return (Array.isArray(value) ? value : [value]).map((found: unknown, index) => ({
        id: `result-${index + 1}`,
        content: hide(isRecord(found) ? found['content'] : found),
      }))
    case 'agentTrigger':
    case 'message':
    case 'toolCallResult':
      return hide(value)
    default:
      throw new TypeError('there is no such hook')
  }
}

// a redactor that has failed gives a notice in place of the content, of which nothing can be judged
function told<T extends { readonly redactions: readonly { readonly kind: string }[] }>(redacted: T): T {
  if (redacted.redactions.some(({ kind }) => kind === 'dropped')) throw new TypeError('the redactor failed')
  return redacted
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function checkedModes({ mask = {}, digestKey }: FieldMaskOptions): Record<HookName, AllModes> {
  for (const [hook, modes] of Object.entries(mask)) {
    if (hook !== 'default' && !HOOK_NAMES.some((name) => name === hook))
      throw invalid(`there is no hook ${JSON.stringify(hook)}`)
    for (const [field, mode] of Object.entries(modes ?? {})) checkMode(`${hook}.${field}`, field, mode)
  }
  const used = Object.values(mask).flatMap((modes) => FIELDS.map((field) => modes?.[field]))
  if (used.includes('digest') && (digestKey === undefined || Buffer.byteLength(digestKey) < 16))
    throw invalid('the mode `digest` needs `digestKey`, a secret of at least 16 bytes')
  const ofHook = (hook: HookName): AllModes => {
    const pick = (field: (typeof FIELDS)[number]): FieldMode =>
      mask[hook]?.[field] ?? mask.default?.[field] ?? DEFAULTS[field]
    return {
      value: pick('value'),
      reasoning: pick('reasoning'),
      user: pick('user'),
      instructions: pick('instructions'),
      query: pick('query'),
    }
  }
  return Object.fromEntries(HOOK_NAMES.map((hook) => [hook, ofHook(hook)])) as Record<HookName, AllModes>
}

function checkMode(name: string, field: string, mode: unknown): void {
  if (!FIELDS.some((known) => known === field))
    throw invalid(`\`${name}\` is no field; fields: ${FIELDS.join(', ')}`)
  if (mode !== undefined && !(typeof mode === 'string' && MODES.includes(mode)))
    throw invalid(`\`${name}\` needs one of: ${MODES.join(', ')}`)
}

function invalid(why: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `fieldMask: ${why}`,
    why: 'A mask that is misread would tell the guardian what it should not know.',
    fix: "Pass fieldMask: { default: { user: 'digest' }, toolCallRequest: { value: 'redacted' } }.",
  })
}
