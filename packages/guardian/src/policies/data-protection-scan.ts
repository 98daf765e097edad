import {
  createRedactor,
  isAosError,
  type Redaction,
  type RedactionSpan,
  type Redactor,
  type RedactorOptions,
} from '@aos/sdk'
import { withoutUnseen } from './injection-fold.ts'
import { invalidOption } from './policy-options.ts'

/** A value without protected data and what was found in it, or that it could not be looked through. */
export type DataScan =
  | { readonly status: 'clean' }
  | { readonly status: 'unreadable' }
  | { readonly status: 'found'; readonly value: unknown; readonly kinds: readonly string[] }

/** Looks a value through. */
export type DataScanner = (value: unknown) => DataScan

const MAX_DEPTH = 60
const MAX_ROUNDS = 4
// what a handler is shown in place of what it cannot be shown
const CUT = new Set(['[too deep]', '[too large]', '[unreadable]', '[circular]'])

/** Makes what looks values through, for data in the open and data that is encoded or written with odd characters. */
export function createDataScanner(policy: string, options: RedactorOptions): DataScanner {
  const plain = redactorOf(policy, options)
  const redactor = redactorOf(policy, {
    ...options,
    custom: [
      ...(options.custom ?? []),
      { name: 'disguised-data', pattern: (text) => disguised(text, plain) },
      { name: 'encoded-data', pattern: (text) => encoded(text, plain) },
    ],
  })
  return (value) => {
    if (isCut(value, 0)) return { status: 'unreadable' }
    return settle(redactor, value)
  }
}

/** Redacts until nothing is found any more, so that judging the result again changes nothing. */
function settle(redactor: Redactor, value: unknown): DataScan {
  let current = value
  const kinds = new Set<string>()
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { value: redacted, redactions } = redactor.redactValue(current)
    if (redactions.length === 0)
      return kinds.size === 0 ? { status: 'clean' } : { status: 'found', value: current, kinds: [...kinds] }
    if (redactions.some(({ kind }: Redaction) => kind === 'dropped')) return { status: 'unreadable' }
    for (const { kind } of redactions) kinds.add(kind)
    current = redacted
  }
  return { status: 'unreadable' }
}

function isCut(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return CUT.has(value)
  if (typeof value !== 'object' || value === null) return false
  if (depth >= MAX_DEPTH) return true
  return Object.values(value).some((member) => isCut(member, depth + 1))
}

function redactorOf(policy: string, options: RedactorOptions): Redactor {
  try {
    return createRedactor(options)
  } catch (error) {
    if (!isAosError(error)) throw error
    throw invalidOption(policy, {
      option: 'detectors, off or custom',
      problem: `cannot be used (${error.message})`,
      fix: error.fix ?? 'Use kinds that createRedactor of @aos/sdk knows.',
    })
  }
}

// oxlint-disable-next-line no-control-regex
const ASCII = /^[\u0000-\u007f]*$/

/** Lines that hold more than meets the eye: data between unseen characters, or in full-width digits. */
function disguised(text: string, plain: Redactor): readonly RedactionSpan[] {
  if (ASCII.test(text)) return []
  const spans: RedactionSpan[] = []
  let start = 0
  for (const line of text.split('\n')) {
    const end = start + line.length
    if (!ASCII.test(line) && count(plain, withoutUnseen(line).normalize('NFKC')) > count(plain, line))
      spans.push({ start, end })
    start = end + 1
  }
  return spans
}

const BASE64 = /[A-Za-z0-9+/_-]{16,}={0,2}/g
const HEX = /(?:[0-9A-Fa-f]{2}){12,}/g
const PERCENT = /(?:%[0-9A-Fa-f]{2}[\w.~-]{0,64}){4,}/g
const MAY_BE_ENCODED = /[A-Za-z0-9+/_-]{16}|%[0-9A-Fa-f]{2}/
const MAX_DECODED = 262_144

/** Stretches of base64, hexadecimal or percent encoding whose plain text holds data. */
function encoded(text: string, plain: Redactor): readonly RedactionSpan[] {
  if (!MAY_BE_ENCODED.test(text)) return []
  const spans: RedactionSpan[] = []
  for (const [pattern, decode] of DECODERS) {
    for (const match of text.matchAll(pattern)) {
      const decoded = match[0].length <= MAX_DECODED ? decode(match[0]) : undefined
      if (decoded === undefined || !isText(decoded) || count(plain, decoded) === 0) continue
      spans.push({ start: match.index, end: match.index + match[0].length })
    }
  }
  return spans
}

const DECODERS: readonly (readonly [RegExp, (text: string) => string | undefined])[] = [
  [BASE64, (text) => Buffer.from(text, 'base64').toString('utf8')],
  [HEX, (text) => Buffer.from(text, 'hex').toString('utf8')],
  [PERCENT, unescaped],
]

function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function isText(text: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return text.length >= 6 && !/[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text)
}

function count(plain: Redactor, text: string): number {
  return plain.redactText(text).redactions.reduce((sum, redaction) => sum + redaction.count, 0)
}
