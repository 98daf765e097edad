import { renderMasked } from '../values/render.ts'
import type { Json } from '../values/snapshot.ts'
import { type Counts, countRedaction } from './redaction-counts.ts'
import { dropCutToken } from './window-edge.ts'

/** What a redactor brings to the walk over a value. */
export interface MemberRedaction {
  readonly redact: (text: string, counts: Counts) => string
  readonly sensitiveMember: (key: string, value: unknown, holder: object) => string | undefined
  readonly counts: Counts
}

const MAX_DEPTH = 64
const MAX_NODES = 1_000_000
const MAX_INSTANCE_BYTES = 8192

interface Walk extends MemberRedaction {
  readonly ancestors: object[]
  nodes: number
}

/** Copies a JSON-like value with its texts redacted; instances, which JSON cannot hold, become their redacted text. */
export function redactMembers(value: unknown, redaction: MemberRedaction): Json {
  return redactNode(value, { ...redaction, ancestors: [], nodes: 0 })
}

function redactNode(value: unknown, walk: Walk): Json {
  if (++walk.nodes > MAX_NODES) throw new RangeError(`more than ${MAX_NODES} nodes to redact`)
  switch (typeof value) {
    case 'string':
      return walk.redact(value, walk.counts)
    case 'number':
      return redactNumber(value, walk)
    case 'boolean':
      return value
    case 'object':
      return value === null ? null : redactObject(value, walk)
    case 'undefined':
      return null
    default:
      return redactRendered(value, walk)
  }
}

/** A card number may be stored as a number. */
function redactNumber(value: number, walk: Walk): Json {
  if (!Number.isFinite(value)) return String(value)
  if (!Number.isInteger(value) || value < 1e12) return value
  const text = String(value)
  const redacted = walk.redact(text, walk.counts)
  return redacted === text ? value : redacted
}

function redactObject(value: object, walk: Walk): Json {
  if (walk.ancestors.includes(value)) return '[circular]'
  if (walk.ancestors.length >= MAX_DEPTH) return '[too deep]'
  walk.ancestors.push(value)
  const prototype: unknown = Object.getPrototypeOf(value)
  let redacted: Json
  if (Array.isArray(value)) redacted = redactItems(value, walk)
  else if (prototype === null || prototype === Object.prototype) redacted = redactPlain(value, walk)
  else redacted = redactRendered(value, walk)
  walk.ancestors.pop()
  return redacted
}

function redactItems(items: readonly unknown[], walk: Walk): Json {
  const [name, value] = items
  if (items.length === 2 && typeof name === 'string') {
    const kind = walk.sensitiveMember(name, value, items)
    if (kind !== undefined) return [redactNode(name, walk), masked(kind, walk)]
  }
  const redacted: Json[] = []
  // holes are visited too, so that the bound on nodes holds for sparse arrays
  for (let index = 0; index < items.length; index++) redacted.push(redactNode(items[index], walk))
  return redacted
}

function redactPlain(value: object, walk: Walk): Json {
  const members: [string, Json][] = []
  for (const key of Object.keys(value)) {
    const member: unknown = Reflect.get(value, key)
    if (member === undefined) continue
    const kind = walk.sensitiveMember(key, member, value)
    members.push([
      walk.redact(key, walk.counts),
      kind === undefined ? redactNode(member, walk) : masked(kind, walk),
    ])
  }
  return Object.fromEntries(distinct(members))
}

/** Two keys may be redacted to the same text; both members stay. */
function distinct(members: readonly [string, Json][]): [string, Json][] {
  const seen = new Map<string, number>()
  return members.map(([key, value]) => {
    const count = (seen.get(key) ?? 0) + 1
    seen.set(key, count)
    return [count === 1 ? key : `${key}#${count}`, value]
  })
}

function masked(kind: string, walk: Walk): string {
  countRedaction(walk.counts, kind)
  return `[REDACTED:${kind}]`
}

function redactRendered(value: unknown, walk: Walk): string {
  const { text, truncated } = renderMasked(value, MAX_INSTANCE_BYTES, (key, member, holder) => {
    const kind = walk.sensitiveMember(key, member, holder)
    return kind === undefined ? undefined : masked(kind, walk)
  })
  const redacted = walk.redact(truncated ? dropCutToken(text) : text, walk.counts)
  return /^".*"$/s.test(redacted) ? redacted.slice(1, -1) : redacted
}
