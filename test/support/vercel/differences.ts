import { isDeepStrictEqual } from 'node:util'

import type { Plain } from './normalise.ts'

const MOST = 12

/** Where two records differ, as lines a person reads; the first dozen. */
export function differences(expected: unknown, actual: unknown): string[] {
  if (isDeepStrictEqual(expected, actual)) return []
  const left = leavesOf(expected)
  const right = leavesOf(actual)
  const places = [...new Set([...left.keys(), ...right.keys()])]
  const lines = places
    .filter((place) => left.get(place) !== right.get(place))
    .map((place) => `${place}: ${shown(left.get(place))} became ${shown(right.get(place))}`)
  return lines.length > MOST ? [...lines.slice(0, MOST), `and ${lines.length - MOST} more`] : lines
}

function leavesOf(record: unknown): Map<string, Plain> {
  const leaves = new Map<string, Plain>()
  const visit = (value: unknown, place: string): void => {
    if (typeof value !== 'object' || value === null) leaves.set(place, value as Plain)
    else if (Object.keys(value).length === 0) leaves.set(place, Array.isArray(value) ? '[]' : '{}')
    else for (const [key, member] of Object.entries(value)) visit(member, `${place}.${key}`)
  }
  visit(record, '')
  return leaves
}

function shown(value: Plain | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 160)
}
