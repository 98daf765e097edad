import { AosError } from '../errors.ts'
import { ALL_DETECTORS } from './all-detectors.ts'
import { redactMembers } from './redact-value.ts'
import { type Counts, countRedaction, type Redaction, toRedactions } from './redaction-counts.ts'
import { sensitiveMember } from './sensitive-member.ts'
import type { Detector, RedactionKind, SensitiveSpan } from './span.ts'
import { profileText } from './text-profile.ts'

/** Where a custom redactor has found something: `text.slice(start, end)`. */
export interface RedactionSpan {
  readonly start: number
  readonly end: number
}

/**
 * A redactor of the user's own. It runs synchronously on at most the text it is given and cannot be interrupted: what
 * bounds its time is the size of its input, which is 8 KiB for previews. If it throws, takes longer than
 * `customTimeoutMs`, or answers with anything but spans and strings, the whole content is dropped.
 */
export interface CustomRedactor {
  /** What its finds are counted as. */
  readonly name: string
  readonly pattern: RegExp | ((text: string) => readonly RedactionSpan[])
  /** What to put in their place; `[REDACTED:<name>]` unless given. */
  readonly replacement?: string | ((match: string) => string)
}

/** Options of {@link createRedactor}. */
export interface RedactorOptions {
  /** Kinds to look for; all of them unless given. */
  readonly detectors?: readonly RedactionKind[]
  /** Kinds not to look for. */
  readonly off?: readonly RedactionKind[]
  readonly custom?: readonly CustomRedactor[]
  /**
   * Milliseconds that redactors of the user's own may take for one text, 1000 by default. They cannot be interrupted: what
   * took them longer is dropped.
   */
  readonly customTimeoutMs?: number
}

/** A text without what must not leave the process. */
export interface RedactedText {
  readonly text: string
  readonly redactions: readonly Redaction[]
}

/** A value without what must not leave the process. */
export interface RedactedValue {
  readonly value: unknown
  readonly redactions: readonly Redaction[]
}

/** Takes secrets and personal data out of texts and values; none of its methods throws. */
export interface Redactor {
  readonly redactText: (text: string) => RedactedText
  /** Copies a JSON-like value with its texts redacted, and with everything under names such as `password` taken out. */
  readonly redactValue: (value: unknown) => RedactedValue
  /** The kind of the secret that a member's name gives away, or undefined. */
  readonly sensitiveMember: (key: string, value: unknown, holder: object) => RedactionKind | undefined
}

/** What stands in place of content whose redactor has failed. */
export const DROPPED = '[content dropped: redactor failed]'

/** Makes a redactor; with no options it looks for all secrets and personal data it knows. */
export function createRedactor(options: RedactorOptions = {}): Redactor {
  const kinds = chosenKinds(options)
  const detectors = ALL_DETECTORS.filter((detector) => detector.kinds.some((kind) => kinds.has(kind)))
  const custom = (options.custom ?? []).map(checkedCustom)
  const timeoutMs = checkedTimeout(options.customTimeoutMs)
  const redact = (text: string, counts: Counts): string => {
    const found = builtInSpans(text, detectors, kinds)
    const spans = custom.length === 0 ? found : [...found, ...customFinds(text, custom, timeoutMs)]
    return spans.length === 0 ? text : replaceSpans(text, mergeSpans(spans), counts)
  }
  const maskMember = (key: string, value: unknown, holder: object): RedactionKind | undefined => {
    const kind = sensitiveMember(key, value, holder)
    return kind !== undefined && kinds.has(kind) ? kind : undefined
  }
  return {
    redactText: (text) => orDropped((counts) => ({ text: redact(text, counts) }), { text: DROPPED }),
    redactValue: (value) =>
      orDropped(
        (counts) => ({ value: redactMembers(value, { redact, sensitiveMember: maskMember, counts }) }),
        { value: DROPPED },
      ),
    sensitiveMember: maskMember,
  }
}

function orDropped<T extends object>(
  redact: (counts: Counts) => T,
  dropped: T,
): T & { readonly redactions: readonly Redaction[] } {
  const counts: Counts = new Map()
  try {
    return { ...redact(counts), redactions: toRedactions(counts) }
  } catch {
    return { ...dropped, redactions: [{ kind: 'dropped', count: 1 }] }
  }
}

function builtInSpans(
  text: string,
  detectors: readonly Detector[],
  kinds: ReadonlySet<RedactionKind>,
): SensitiveSpan[] {
  const profile = profileText(text)
  const spans: SensitiveSpan[] = []
  for (const detector of detectors) {
    if (!detector.applies(profile)) continue
    detector.detect(text, (kind, start, end) => {
      if (kinds.has(kind)) spans.push({ kind, start, end, replacement: `[REDACTED:${kind}]` })
    })
  }
  return spans
}

const CUSTOM_TIMEOUT_MS = 1000

function customFinds(text: string, custom: readonly CustomRedactor[], timeoutMs: number): SensitiveSpan[] {
  const begun = performance.now()
  const spans = custom.flatMap((own) => customSpans(text, own))
  if (performance.now() - begun > timeoutMs)
    throw new RangeError(`custom redactors took over ${timeoutMs} ms`)
  return spans
}

function checkedTimeout(timeoutMs: number = CUSTOM_TIMEOUT_MS): number {
  if (typeof timeoutMs === 'number' && timeoutMs > 0) return timeoutMs
  throw invalidOptions('customTimeoutMs is no number above 0', 'Pass milliseconds: customTimeoutMs: 1000.')
}

function customSpans(text: string, own: CustomRedactor): SensitiveSpan[] {
  const found: unknown = own.pattern instanceof RegExp ? matches(text, own.pattern) : own.pattern(text)
  if (!Array.isArray(found))
    throw new TypeError(`custom redactor ${own.name} answered with something that is no list of spans`)
  const spans: readonly RedactionSpan[] = found
  return Array.from(spans, ({ start, end }) => {
    if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end > text.length || start > end) {
      throw new TypeError(`custom redactor ${own.name} answered with something that is no span of the text`)
    }
    return { kind: own.name, start, end, replacement: replacementOf(own, text.slice(start, end)) }
  }).filter(({ start, end }) => end > start)
}

function matches(text: string, pattern: RegExp): RedactionSpan[] {
  const flags = pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`
  return Array.from(text.matchAll(new RegExp(pattern.source, flags)), (match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }))
}

function replacementOf(own: CustomRedactor, match: string): string {
  const made: unknown = typeof own.replacement === 'function' ? own.replacement(match) : own.replacement
  const replacement: unknown =
    made === undefined && own.replacement === undefined ? `[REDACTED:${own.name}]` : made
  if (typeof replacement !== 'string')
    throw new TypeError(`custom redactor ${own.name} replaced with something that is no string`)
  return replacement
}

/** Joins overlapping spans, so that no part of any of them stays; the earlier one names the whole. */
function mergeSpans(spans: SensitiveSpan[]): SensitiveSpan[] {
  spans.sort((left, right) => left.start - right.start)
  const merged: SensitiveSpan[] = []
  for (const span of spans) {
    const last = merged.at(-1)
    if (last === undefined || span.start >= last.end) merged.push(span)
    else if (span.end > last.end) merged[merged.length - 1] = { ...last, end: span.end }
  }
  return merged
}

function replaceSpans(text: string, spans: readonly SensitiveSpan[], counts: Counts): string {
  let redacted = ''
  let from = 0
  for (const span of spans) {
    redacted += text.slice(from, span.start) + span.replacement
    from = span.end
    countRedaction(counts, span.kind)
  }
  return redacted + text.slice(from)
}

function chosenKinds({ detectors, off }: RedactorOptions): ReadonlySet<RedactionKind> {
  const known = new Set(ALL_DETECTORS.flatMap((detector) => detector.kinds))
  for (const kind of [...(detectors ?? []), ...(off ?? [])]) {
    if (!known.has(kind))
      throw invalidOptions(
        `unknown detector ${JSON.stringify(kind)}`,
        `Use one of: ${[...known].join(', ')}.`,
      )
  }
  return new Set(
    [...known].filter((kind) => (detectors?.includes(kind) ?? true) && off?.includes(kind) !== true),
  )
}

function checkedCustom(own: CustomRedactor): CustomRedactor {
  if (typeof own?.name !== 'string' || !/^[\w.-]{1,64}$/.test(own.name)) {
    throw invalidOptions(
      'a custom redactor needs a name',
      'Give it a `name` of letters, digits, `_`, `.` and `-`.',
    )
  }
  if (!(own.pattern instanceof RegExp) && typeof own.pattern !== 'function') {
    throw invalidOptions(
      `custom redactor ${own.name} has no pattern`,
      'Give it a `pattern`: a RegExp, or a function from text to spans.',
    )
  }
  return own
}

function invalidOptions(message: string, fix: string): AosError {
  return new AosError({ code: 'invalid_options', message: `createRedactor: ${message}`, fix })
}
