import type { CelShape } from './inspect-cel.ts'

const MAX_VALUES = 20_000
const MAX_CHARACTERS = 64 * 1024
const MAX_ROUNDS = 50_000
const MAX_CHARACTER_ROUNDS = 500_000

/** Whether a value is small enough for an expression to be evaluated over it in little time. */
export function fitsBounds(value: unknown, shape: CelShape): boolean {
  const size = sizeOf(value)
  if (size === undefined) return false
  if (shape.loops === 0) return true
  const longest = (size.values + shape.literals) * (shape.additions + 1)
  const rounds = shape.loops * longest ** shape.loopDepth
  return rounds <= MAX_ROUNDS && rounds * size.characters <= MAX_CHARACTER_ROUNDS
}

function sizeOf(value: unknown): { readonly values: number; readonly characters: number } | undefined {
  const waiting: unknown[] = [value]
  let values = 0
  let characters = 0
  while (waiting.length > 0) {
    const next = waiting.pop()
    if (++values > MAX_VALUES) return undefined
    if (typeof next === 'string') characters += next.length
    else if (Array.isArray(next)) {
      if (next.length > MAX_VALUES) return undefined
      for (const item of next) waiting.push(item)
    } else if (typeof next === 'object' && next !== null) {
      for (const [name, member] of Object.entries(next)) {
        characters += name.length
        waiting.push(member)
      }
    }
    if (characters > MAX_CHARACTERS) return undefined
  }
  return { values, characters }
}
