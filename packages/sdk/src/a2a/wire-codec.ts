/** How a value of the SDK is written in the protocol's own JSON, and read back. */
export interface Codec {
  readonly toWire: (value: unknown) => unknown
  /** What does not fit is named in `problems` and stays as it is. */
  readonly fromWire: (value: unknown, problems: Problems) => unknown
  /** What an absent member stands for; without it, absent stays absent. */
  readonly absent?: () => unknown
}

/** What is wrong with a value that was read. */
export type Problems = string[]

type Members = Readonly<Record<string, unknown>>

/** Stays as it is. */
export const ANY: Codec = { toWire: (value) => value, fromWire: (value) => value }

/** A text; the empty one is not written. */
export const TEXT: Codec = scalar('string', '')

/** A text that is written whatever it is. */
export const STRING: Codec = { ...scalar('string', undefined), absent: () => undefined }

/** A flag; false is not written. */
export const FLAG: Codec = scalar('boolean', false)

/** A number; 0 is not written. */
export const COUNT: Codec = scalar('number', 0)

/** A list of texts or other values without a form of their own. */
export const VALUES: Codec = listOf(ANY)

function scalar(type: 'string' | 'boolean' | 'number', absent: unknown): Codec {
  return {
    absent: () => absent,
    toWire: (value) => (value === absent ? undefined : value),
    fromWire(value, problems) {
      if (typeof value !== type) problems.push(`a ${type} is expected, not ${typeof value}`)
      return value
    },
  }
}

/** Bytes, as base64. */
export const BYTES: Codec = {
  toWire: (value) => (value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value),
  fromWire(value, problems) {
    if (typeof value === 'string') return Buffer.from(value, 'base64')
    problems.push(`base64 text is expected, not ${typeof value}`)
    return value
  },
}

/** A number that is written as its name; 0 is not written. */
export function enumOf(names: readonly string[]): Codec {
  return {
    absent: () => 0,
    toWire: (value) =>
      value === 0 ? undefined : typeof value === 'number' ? (names[value] ?? value) : value,
    fromWire(value, problems) {
      const known = typeof value === 'string' ? names.indexOf(value) : -1
      if (known >= 0) return known
      if (typeof value !== 'number') problems.push(`one of ${names.slice(1).join(', ')} is expected`)
      return value
    },
  }
}

/** A list; an empty one is not written. */
export function listOf(items: Codec): Codec {
  return {
    absent: () => [],
    toWire(value) {
      if (!Array.isArray(value)) return value
      return value.length === 0 ? undefined : value.map((item) => items.toWire(item))
    },
    fromWire(value, problems) {
      if (Array.isArray(value)) return value.map((item) => items.fromWire(item, problems))
      problems.push(`a list is expected, not ${typeof value}`)
      return value
    },
  }
}

/** An object whose values have a form of their own. */
export function mapOf(values: Codec): Codec {
  const each = (value: unknown, convert: (one: unknown) => unknown): unknown =>
    isMembers(value)
      ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, convert(one)]))
      : value
  return {
    absent: () => ({}),
    toWire: (value) =>
      isMembers(value) && Object.keys(value).length === 0
        ? undefined
        : each(value, (one) => values.toWire(one)),
    fromWire: (value, problems) => each(value, (one) => values.fromWire(one, problems)),
  }
}

/** One value of several kinds: `{ $case, value }` in the SDK, a member named by the kind on the wire. */
export interface OneOf {
  readonly member: string
  readonly cases: Readonly<Record<string, Codec>>
}

/** A message; members it does not name stay as they are. */
export function message(members: Readonly<Record<string, Codec>>, oneOf?: OneOf): Codec {
  return {
    toWire(value) {
      if (!isMembers(value)) return value
      const written = Object.entries(value).map(([key, own]) =>
        key === oneOf?.member ? caseToWire(oneOf, own) : ([key, write(members[key], own)] as const),
      )
      return fromEntries(written.filter(([, own]) => own !== undefined))
    },
    fromWire(value, problems) {
      if (!isMembers(value)) {
        problems.push(`an object is expected, not ${value === null ? 'null' : typeof value}`)
        return value
      }
      const absent = Object.entries(members).flatMap(([key, codec]) =>
        codec.absent === undefined ? [] : [[key, codec.absent()]],
      )
      const read = Object.entries(value).flatMap(([key, own]) =>
        own === null && (key in members || oneOf?.cases[key] !== undefined)
          ? []
          : [readMember({ members, oneOf }, [key, own], problems)],
      )
      return fromEntries([...absent, ...read])
    },
  }
}

interface Shape {
  readonly members: Readonly<Record<string, Codec>>
  readonly oneOf: OneOf | undefined
}

type Entry = readonly [key: string, value: unknown]

function readMember({ members, oneOf }: Shape, [key, own]: Entry, problems: Problems): Entry {
  const kind = oneOf !== undefined && Object.hasOwn(oneOf.cases, key) ? oneOf.cases[key] : undefined
  if (oneOf !== undefined && kind !== undefined)
    return [oneOf.member, { $case: key, value: kind.fromWire(own, problems) }]
  const codec = Object.hasOwn(members, key) ? members[key] : undefined
  return [key, codec === undefined ? own : codec.fromWire(own, problems)]
}

function caseToWire({ member, cases }: OneOf, own: unknown): Entry {
  const { $case, value }: Members = isMembers(own) ? own : {}
  if (typeof $case !== 'string' || !Object.hasOwn(cases, $case)) return [member, own]
  return [$case, write(cases[$case], value)]
}

function write(codec: Codec | undefined, own: unknown): unknown {
  return codec === undefined || own === undefined ? own : codec.toWire(own)
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fromEntries(entries: readonly (readonly unknown[])[]): unknown {
  return Object.fromEntries(entries as readonly Entry[])
}
