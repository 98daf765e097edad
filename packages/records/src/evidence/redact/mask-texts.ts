import type { RedactionLog } from './redaction-log.ts'
import { pointerPart } from './withhold.ts'

/** How texts are masked, and what came of it. */
export interface Masking {
  readonly patterns: readonly RegExp[]
  readonly log: RedactionLog
  /** What can be referred to, in any member. */
  readonly ids: ReadonlySet<string>
  /** Ids that hold a text, which stay as they are. */
  readonly kept: Set<string>
}

/** Makes patterns of texts and regular expressions. */
export function patternsOf(texts: readonly (string | RegExp)[]): readonly RegExp[] {
  // the longest first, so that no text is cut by one within it
  const literal = texts
    .filter((text) => typeof text === 'string')
    .toSorted((left, right) => right.length - left.length)
    .map((text) => new RegExp(text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`), 'g'))
  const expressions = texts.flatMap((text) =>
    text instanceof RegExp ? [new RegExp(text.source, `${text.flags.replaceAll(/[gy]/g, '')}g`)] : [],
  )
  return [...literal, ...expressions]
}

interface Place {
  /** The nearest thing with an id. */
  readonly owner: string
  readonly pointer: string
  /** Whether members are of a free form, so that no name of theirs means anything. */
  readonly isFree: boolean
}

/** Masks texts in a document, except where it would break what refers to what. */
export function maskTexts<T>(masking: Masking, document: T, id: string): T {
  return masked(masking, document, { owner: id, pointer: '', isFree: false }) as T
}

const FREE: ReadonlySet<string> = new Set([
  'retrieval',
  'freshness',
  'trust',
  'privacy',
  'reviewer',
  'coverage',
  'issues',
  'expected_outputs',
  'replay_steps',
  'confidence',
])

const OWNERS = [
  'claim_id',
  'source_id',
  'verification_id',
  'review_id',
  'replay_id',
  'node_id',
  'redaction_id',
  'edge_id',
] as const

function masked(masking: Masking, value: unknown, place: Place): unknown {
  if (typeof value === 'string') {
    if (place.isFree || !masking.ids.has(value)) return maskedText(masking, value, place)
    keepIds(masking, value)
    return value
  }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return maskedList(masking, value, place)
  const here = place.isFree ? place : { ...place, ...ownerOf(value) }
  let isSame = true
  const taken = new Set<string>()
  const members = Object.entries(value).map(([name, member]: [string, unknown]) => {
    const shown = here.isFree ? maskedName(masking, { name, taken }, here) : name
    const next = maskedMember(masking, { name: shown, member }, here)
    if (next !== member || shown !== name) isSame = false
    return [shown, next] as const
  })
  return isSame ? value : Object.fromEntries(members)
}

// a plain word is the name of a member; whatever else stands there may be what it is about
function maskedName(
  masking: Masking,
  { name, taken }: { readonly name: string; readonly taken: Set<string> },
  place: Place,
): string {
  const masked = /^[a-zA-Z]\w*$/.test(name) ? name : maskedText(masking, name, place)
  let shown = masked
  for (let count = 2; taken.has(shown); count++) shown = `${masked} ${count}`
  taken.add(shown)
  return shown
}

function maskedList(masking: Masking, list: readonly unknown[], place: Place): unknown {
  const items = list.map((item, index) =>
    masked(masking, item, { ...place, pointer: `${place.pointer}/${index}` }),
  )
  return items.every((item, index) => item === list[index]) ? list : items
}

function maskedMember(
  masking: Masking,
  { name, member }: { readonly name: string; readonly member: unknown },
  place: Place,
): unknown {
  if (!place.isFree && (isStructural(name) || isEdgeList(name, member))) {
    keepIds(masking, member)
    return member
  }
  const pointer = `${place.pointer}/${pointerPart(name)}`
  return masked(masking, member, { ...place, pointer, isFree: place.isFree || FREE.has(name) })
}

// an edge of a claim is not what the claim's own edges are about
function ownerOf(value: object): Partial<Place> {
  for (const name of 'edge_id' in value ? (['edge_id'] as const) : OWNERS) {
    const id: unknown = Reflect.get(value, name)
    if (typeof id === 'string') return { owner: id, pointer: '' }
  }
  return {}
}

const STRUCTURAL: ReadonlySet<string> = new Set([
  'id',
  'schema_version',
  'status',
  'type',
  'relationship',
  'source_kind',
  'claim_type',
  'check_type',
  'verdict',
  'redaction_kind',
  'reason',
  'determinism',
  'severity',
  'x_phase',
  'x_required_checks',
  'from',
  'to',
  'timestamp',
  'hash',
  'target_ref',
  'claim_map_ref',
  'source_map_ref',
  'provenance_ref',
  'export_manifest_ref',
  'verification_refs',
  'entity_type',
  'activity_type',
  'agent_type',
  // records say where something was, not what
  'redactions',
  'redaction_summary',
])

function isStructural(name: string): boolean {
  // a case of others is known by whatever they call it
  return STRUCTURAL.has(name) || (name.endsWith('_id') && name !== 'external_case_id') || name.endsWith('_at')
}

// a claim lists the ids of its edges, a pack the edges
function isEdgeList(name: string, member: unknown): boolean {
  return name === 'support_edges' && Array.isArray(member) && member.every((id) => typeof id === 'string')
}

function keepIds({ patterns, kept }: Masking, member: unknown): void {
  const ids: readonly unknown[] = Array.isArray(member) ? member : [member]
  for (const id of ids)
    if (typeof id === 'string' && patterns.some((pattern) => id.search(pattern) >= 0 && id !== ''))
      kept.add(id)
}

const PLACEHOLDER = /(\[(?:masked|withheld): [a-z_]+\])/

function maskedText({ patterns, log }: Masking, text: string, { owner, pointer }: Place): string {
  const placeholder = log.placeholder('masked')
  // what was hidden before is not hidden again
  const parts = text.split(PLACEHOLDER).map((part, index) => {
    if (index % 2 === 1) return part
    let rest = part
    for (const pattern of patterns)
      rest = rest
        .split(PLACEHOLDER)
        .map((piece, at) => (at % 2 === 1 ? piece : replaced(piece, pattern, placeholder)))
        .join('')
    return rest
  })
  const next = parts.join('')
  if (next !== text) log.add(`${owner}#${pointer}`, 'mask')
  return next
}

function replaced(text: string, pattern: RegExp, placeholder: string): string {
  return text.replace(pattern, (match) => (match === '' ? '' : placeholder))
}
