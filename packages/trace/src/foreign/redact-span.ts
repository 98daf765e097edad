import type { Redactor } from '@aos/sdk'
import type { ReadableSpan, SpanAttributes, TimedEvent } from '../otel/span-types.ts'
import { withMembers } from '../otel/with-members.ts'

/** Scope of the spans of the SDK itself. */
export const SDK_SCOPE: string = '@aos/sdk'

/** Most characters of one value that are looked at; what is longer is cut there, as redacting it would take too long. */
export const MAX_VALUE_LENGTH: number = 32 * 1024

/**
 * A copy of an ended span whose texts are redacted: name, attributes, events, links, status. The span itself where there is
 * nothing to take out. A redactor that fails drops the text.
 */
export function redactSpan(span: ReadableSpan, redactor: Redactor): ReadableSpan {
  const ours = span.instrumentationScope.name === SDK_SCOPE
  const redact = redactWith(redactor, ours)
  const name = redact.text(span.name)
  const attributes = redact.attributes(span.attributes)
  const events = each(span.events, (event) =>
    ours && OUR_EVENTS.has(event.name) ? event : redactEvent(event, redact),
  )
  const links = each(span.links, (link) => {
    const linked = link.attributes && redact.attributes(link.attributes)
    return linked === link.attributes ? link : { ...link, attributes: linked }
  })
  const { message } = span.status
  const said = message === undefined ? message : redact.text(message)
  const unchanged =
    name === span.name &&
    attributes === span.attributes &&
    events === span.events &&
    links === span.links &&
    said === message
  if (unchanged) return span
  const status = said === undefined ? span.status : { ...span.status, message: said }
  return withMembers(span, { name, attributes, events, links, status })
}

interface Redact {
  text(text: string): string
  attributes(attributes: SpanAttributes): SpanAttributes
}

// the SDK redacts what it writes itself; what others put onto its spans is foreign, their exceptions too
const OUR_KEY =
  /^(?:aos|mcp|jsonrpc|rpc)\.|^error\.type$|^gen_ai\.(?:agent|conversation|input|operation|output|provider|request|response|retrieval|system_instructions|tool|usage)\b/
const OUR_EVENTS: ReadonlySet<string> = new Set(['aos.decision', 'aos.step.reasoning'])

/** What stands in place of a text whose redactor has failed. */
const DROPPED = '[content dropped: redactor failed]'

function redactWith(redactor: Redactor, ours: boolean): Redact {
  const text = (given: string): string => redactedText(redactor, given)
  const value = (key: string, given: unknown): unknown => {
    if (typeof given === 'string') return redactedMember(redactor, { key, value: given }, () => text(given))
    if (typeof given === 'number') return redactedNumber(redactor, key, given)
    if (Array.isArray(given)) return each(given as readonly unknown[], (entry) => value(key, entry))
    const isPlain = typeof given === 'object' && given !== null && !(given instanceof Uint8Array)
    return isPlain ? redactedObject(redactor, given) : given
  }
  return {
    text,
    attributes(given) {
      let redacted: Record<string, unknown> | undefined
      for (const key of Object.keys(given)) {
        if (ours && OUR_KEY.test(key)) continue
        const own = given[key]
        const made = value(key, own)
        const name = redactedKey(redactor, key)
        if (made === own && name === key) continue
        redacted ??= { ...given }
        if (name !== key) Reflect.deleteProperty(redacted, key)
        redacted[name] = made
      }
      return redacted ?? given
    },
  }
}

// a redactor of the user's own may throw, or give anything: then neither the text nor the failure goes on
function redactedText(redactor: Redactor, given: string): string {
  try {
    const { text } = redactor.redactText(window(given)) as { readonly text: unknown }
    return typeof text === 'string' ? text : DROPPED
  } catch {
    return DROPPED
  }
}

function redactedMember(
  redactor: Redactor,
  { key, value }: { readonly key: string; readonly value: string | number },
  otherwise: () => string,
): string {
  try {
    const kind: unknown = redactor.sensitiveMember(key, value, {})
    if (kind !== undefined) return typeof kind === 'string' ? `[REDACTED:${kind}]` : DROPPED
  } catch {
    return DROPPED
  }
  return otherwise()
}

/** Smaller ones are no number of anybody. */
const SHORTEST_NUMBER = 1e7

function redactedNumber(redactor: Redactor, key: string, given: number): unknown {
  const text = String(given)
  const redacted = redactedMember(redactor, { key, value: given }, () =>
    Math.abs(given) >= SHORTEST_NUMBER ? redactedText(redactor, text) : text,
  )
  return redacted === text ? given : redacted
}

// the newer line of OpenTelemetry allows objects
function redactedObject(redactor: Redactor, given: object): unknown {
  try {
    const { value, redactions } = redactor.redactValue(given)
    return Array.isArray(redactions) && redactions.length === 0 ? given : value
  } catch {
    return DROPPED
  }
}

const MAX_KEYS = 1_000
const KEYS = new WeakMap<Redactor, Map<string, string>>()

// keys come again and again
function redactedKey(redactor: Redactor, key: string): string {
  const known = KEYS.get(redactor) ?? new Map<string, string>()
  KEYS.set(redactor, known)
  const before = known.get(key)
  if (before !== undefined) return before
  const made = redactedText(redactor, key)
  if (known.size < MAX_KEYS) known.set(key, made)
  return made
}

function each<T>(list: readonly T[], redactOne: (entry: T) => T): readonly T[] {
  const redacted = list.map(redactOne)
  return redacted.every((entry, index) => entry === list[index]) ? list : redacted
}

function redactEvent(event: TimedEvent, redact: Redact): TimedEvent {
  const name = redact.text(event.name)
  const attributes = event.attributes && redact.attributes(event.attributes)
  return name === event.name && attributes === event.attributes ? event : { ...event, name, attributes }
}

// a token that touches the edge may be half a secret
function window(text: string): string {
  if (text.length <= MAX_VALUE_LENGTH) return text
  const kept = text.slice(0, MAX_VALUE_LENGTH).replace(/\S*$/, '')
  return `${kept}[cut: ${text.length - kept.length} characters]`
}
