import { isRecord } from './observation.ts'

/** One place at which two values differ. */
export interface JsonDifference {
  /** JSON Pointer. */
  readonly path: string
  /** Absent where the value has no such place. */
  readonly expected?: unknown
  readonly actual?: unknown
}

/** How two JSON values are compared. */
export interface JsonComparison {
  /** How far a number may be off; default 0. */
  readonly tolerance?: number | undefined
  /** Members that are not expected may be there; default false. */
  readonly subset?: boolean | undefined
  /** JSON Pointers of what is not compared. */
  readonly ignore?: readonly string[] | undefined
}

/** Every place at which `actual` differs from `expected`, and how many places were compared. */
export function compareJson(
  expected: unknown,
  actual: unknown,
  options: JsonComparison = {},
): { readonly differences: readonly JsonDifference[]; readonly compared: number } {
  const differences: JsonDifference[] = []
  const ignored = new Set(options.ignore)
  let compared = 0
  const visit = (path: string, left: Place, right: Place): void => {
    if (ignored.has(path)) return
    const pairs = left.is && right.is ? membersOf(left.value, right.value) : undefined
    if (pairs !== undefined) {
      for (const { key, expected: wanted, actual: found } of pairs)
        if (wanted.is || options.subset !== true) visit(`${path}/${escaped(key)}`, wanted, found)
      // an empty value is a place too
      if (pairs.length === 0) compared += 1
      return
    }
    compared += 1
    if (left.is && right.is && same(left.value, right.value, options.tolerance ?? 0)) return
    differences.push({
      path,
      ...(left.is ? { expected: left.value } : {}),
      ...(right.is ? { actual: right.value } : {}),
    })
  }
  visit('', { is: true, value: expected }, { is: true, value: actual })
  return { differences, compared }
}

/** Whether a value has all that the pattern says; lists are compared whole. */
export function matchesJson(pattern: unknown, value: unknown): boolean {
  return compareJson(pattern, value, { subset: true }).differences.length === 0
}

type Place = { readonly is: true; readonly value: unknown } | { readonly is: false }

interface Pair {
  readonly key: string
  readonly expected: Place
  readonly actual: Place
}

/** The members of two objects, or of two lists, side by side; nothing where one is neither. */
function membersOf(expected: unknown, actual: unknown): readonly Pair[] | undefined {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    if (expected.length !== actual.length) return undefined
    return expected.map((_, index) => ({
      key: String(index),
      expected: { is: true, value: expected[index] as unknown },
      actual: { is: true, value: actual[index] as unknown },
    }))
  }
  if (!isRecord(expected) || !isRecord(actual)) return undefined
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)])
  return [...keys].map((key) => ({ key, expected: placeOf(expected, key), actual: placeOf(actual, key) }))
}

// a member that is undefined is not there, as in JSON
function placeOf(holder: Readonly<Record<string, unknown>>, key: string): Place {
  return Object.hasOwn(holder, key) && holder[key] !== undefined
    ? { is: true, value: holder[key] }
    : { is: false }
}

function same(expected: unknown, actual: unknown, tolerance: number): boolean {
  if (typeof expected === 'number' && typeof actual === 'number')
    return expected === actual || Math.abs(expected - actual) <= tolerance
  return expected === actual
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}
