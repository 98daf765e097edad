/** A value as JSON, with everything that differs from run to run by nature replaced. */
export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain }

/** Turns observed values into comparable ones; one per observation, so that generated ids get stable names. */
export interface Normaliser {
  (value: unknown): Plain
  /** Makes an object recognisable: wherever the very same object turns up, the name is shown. */
  mark<T extends object>(object: T, name: string): T
}

const GENERATED_ID = /\b(?:aitxt|aiobj|call|msg|steer)-[A-Za-z0-9]{16,24}\b|^[A-Za-z0-9]{16}$/g
const TIMING = /(?:Ms|PerSecond)$/

/** Makes a normaliser. */
export function createNormaliser(): Normaliser {
  const ids = new Map<string, string>()
  const names = new WeakMap<object, string>()

  function stableId(id: string): string {
    const known = ids.get(id) ?? `<id ${ids.size + 1}>`
    ids.set(id, known)
    return known
  }

  function plain(value: unknown, path: readonly object[]): Plain {
    if (typeof value === 'string') return value.replace(GENERATED_ID, stableId)
    if (value === null || typeof value === 'boolean' || typeof value === 'number') return value
    if (typeof value !== 'object') return typeof value === 'function' ? '<function>' : `<${typeof value}>`
    const name = names.get(value)
    if (name !== undefined) return `<${name}>`
    if (path.includes(value)) return '<cycle>'
    return object(value, [...path, value])
  }

  function object(value: object, path: readonly object[]): Plain {
    if (Array.isArray(value)) return value.map((entry) => plain(entry, path))
    if (value instanceof Date) return `<date ${value.toISOString()}>`
    if (value instanceof AbortSignal) return value.aborted ? '<aborted signal>' : '<signal>'
    if (value instanceof Uint8Array) return `<${value.length} bytes>`
    if (value instanceof Map) return { '<map>': plain([...value], path) }
    const shown: { [key: string]: Plain } = {}
    const kind = classOf(value)
    if (kind !== 'Object') shown['<class>'] = kind
    for (const key of keysOf(value)) {
      const member: unknown = Reflect.get(value, key)
      if (member === undefined) continue
      shown[key] = differsByNature(key, member) ? `<${key}>` : plain(member, path)
    }
    return shown
  }

  return Object.assign((value: unknown) => plain(value, []), {
    mark<T extends object>(value: T, given: string): T {
      names.set(value, given)
      return value
    },
  })
}

function differsByNature(key: string, member: unknown): boolean {
  if (key === 'performance') return true
  if (key === 'signature') return typeof member === 'string' && member.length === 43
  // a question that is always asked and one that a function asks are the same question to whoever looks at a tool
  if (key === 'needsApproval') return member === true || typeof member === 'function'
  return typeof member === 'number' && TIMING.test(key)
}

function classOf(value: object): string {
  const made: unknown = Reflect.get(value, 'constructor')
  return typeof made === 'function' ? made.name.replace(/^_/, '') : 'Object'
}

function keysOf(value: object): string[] {
  // the milliseconds each tool took, under the id of its call
  const keys = Object.keys(value).filter((key) => key !== 'toolExecutionMs')
  if (!(value instanceof Error)) return keys.sort()
  const hidden = ['name', 'message', ...(value.cause === undefined ? [] : ['cause'])]
  return [...new Set([...keys, ...hidden])].sort()
}
