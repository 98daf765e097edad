import { parsedJson } from './read-file.ts'

/** What a document can be. */
export type DocumentKind =
  | 'AgentRun'
  | 'evidence pack'
  | 'evidence manifest'
  | 'evidence event'
  | 'replay case'
  | 'activity event'
  | 'PEAC record'
  | 'AgBOM'
  | 'decision journal'
  | 'audit ledger'
  | 'policy file'
  | 'eval pack'
  | 'spans'
  | 'unknown'

/** One document of a file. */
export interface Part {
  readonly kind: DocumentKind
  /** Line it stands in, where the file has several. */
  readonly line?: number
  /** Why nothing is known of it, where its text tells. */
  readonly problem?: string
  /** Text of a bare record, a journal, a policy file or an AgBOM that is no JSON; the value of anything else. */
  readonly value: unknown
}

/** The documents of a file, told by what is in it: one, a list of them, or one on each line. */
export function partsOf(text: string): readonly Part[] {
  const trimmed = text.trim()
  if (isCompactJws(trimmed)) return [{ kind: 'PEAC record', value: trimmed }]
  if (/^<\?xml|^<(?:\w+:)?SoftwareIdentity\b|^SPDXVersion:/.test(trimmed))
    return [{ kind: 'AgBOM', value: text }]
  const whole = parsedJson(text)
  if (whole !== undefined) {
    const values = listOf(whole)
    if (values.length === 0) return [{ kind: 'unknown', value: whole, problem: 'it holds nothing' }]
    return values.map((value) => asText(partOf(value), text))
  }
  if (/^tasks:/m.test(text)) return [{ kind: 'eval pack', value: text }]
  if (/^policies:/m.test(text)) return [{ kind: 'policy file', value: text }]
  const lines = text
    .split('\n')
    .flatMap((line, at) => (line.trim() === '' ? [] : [{ line: at + 1, text: line }]))
  const first = parsedJson(lines[0]?.text ?? '')
  const isKnown = (one: string): boolean => isCompactJws(one.trim()) || parsedJson(one) !== undefined
  if (!lines.some(({ text: one }) => isKnown(one)))
    return [{ kind: 'unknown', value: undefined, problem: problemOf(text) }]
  if (isRecord(first) && first['t'] === 'run' && isRecord(first['run']))
    return [{ kind: 'decision journal', value: text }]
  const sealed = partOf(first)
  if (sealed.kind === 'audit ledger') return [sealed]
  return lines.map(({ line, text: one }) => ({ ...lineOf(one.trim()), line }))
}

function problemOf(text: string): string {
  if (text.trim() === '') return 'it is empty'
  try {
    JSON.parse(text)
  } catch (error) {
    if (error instanceof Error && /^\s*[[{]/.test(text)) return `it is no JSON: ${error.message}`
  }
  return 'it is no JSON'
}

// what is wrong with a policy file is told with its line
function asText(part: Part, text: string): Part {
  return part.kind === 'policy file' ? { ...part, value: text } : part
}

function lineOf(text: string): Part {
  return isCompactJws(text) ? { kind: 'PEAC record', value: text } : partOf(parsedJson(text))
}

/** The documents that one value holds: itself, or those of a list, also as the API gives it. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return isRecord(value) && Array.isArray(value['runs']) && !('agent_id' in value) ? value['runs'] : [value]
}

function partOf(value: unknown): Part {
  return { kind: isWrappedRecord(value) ? 'PEAC record' : kindOf(value), value }
}

/** What the lines of a recorder and the answers of a command hold beside the record: what it says again. */
const WRAPPER: ReadonlySet<string> = new Set(['id', 'ref', 'type', 'jws', 'claims', 'exit_code'])

// with any other member it is another document, for which the signature of a record says nothing
function isWrappedRecord(value: unknown): boolean {
  if (!isRecord(value) || !Object.keys(value).every((name) => WRAPPER.has(name))) return false
  return typeof value['jws'] === 'string' && isCompactJws(value['jws'])
}

/** Members that only documents of one kind have, the more telling first. */
const SIGNS: readonly (readonly [kind: DocumentKind, isMeant: (value: Members) => boolean])[] = [
  ['activity event', (value) => value['schema_version'] === 'agent_activity.v1'],
  ['evidence manifest', (value) => 'export_id' in value],
  ['replay case', (value) => 'replay_id' in value],
  ['evidence event', (value) => 'event_id' in value && String(value['type']).startsWith('evidence.')],
  ['evidence pack', (value) => 'evidence_pack_id' in value],
  ['AgBOM', isAgBom],
  ['spans', (value) => 'resourceSpans' in value],
  ['decision journal', (value) => value['t'] === 'run' && 'v' in value],
  ['audit ledger', (value) => 'seal' in value && ('prev' in value || 'head' in value)],
  ['eval pack', (value) => Array.isArray(value['tasks']) && 'version' in value],
  ['AgentRun', (value) => 'agent_id' in value || ('provenance' in value && 'steps' in value)],
  ['policy file', (value) => Array.isArray(value['policies'])],
]

function kindOf(value: unknown): DocumentKind {
  if (!isRecord(value)) return 'unknown'
  return SIGNS.find(([, isMeant]) => isMeant(value))?.[0] ?? 'unknown'
}

function isAgBom(value: Members): boolean {
  if (value['bomFormat'] === 'CycloneDX' || 'spdxVersion' in value) return true
  return '@graph' in value && String(value['@context']).includes('spdx')
}

type Members = Readonly<Record<string, unknown>>

function isRecord(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCompactJws(text: string): boolean {
  return /^[\w-]{16,}\.[\w-]+\.[\w-]{16,}$/.test(text)
}
