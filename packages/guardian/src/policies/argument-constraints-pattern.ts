import { invalidOption } from './policy-options.ts'

// characters of a text by how many repetitions a pattern has
const MAX_TEXT = [4096, 4096, 512]
// a group that repeats, a reference, a look around
const SLOW = /\)(?:[*+{])|\(\?(?!:)|\\[1-9k]/
const UNBOUNDED = /[*+]|\{\d+,\d*\}/g

/**
 * Compiles a pattern that no text can make slow: at most two repetitions of variable length, none of a group. Texts of
 * more than 4096 characters do not fit, with two repetitions those of more than 512.
 */
export function compilePattern(policy: string, option: string, given: unknown): (text: string) => boolean {
  const source = typeof given === 'string' ? given : ''
  const pattern = source === '' ? undefined : parse(source)
  const max = MAX_TEXT[source.match(UNBOUNDED)?.length ?? 0]
  if (pattern !== undefined && max !== undefined) return (text) => text.length <= max && pattern.test(text)
  throw invalidOption(policy, {
    option,
    problem: 'is no pattern that can be held against any text',
    fix: 'Write a regular expression without groups that repeat, references and looking around, with at most two of *, + and {n,m}.',
  })
}

function parse(source: string): RegExp | undefined {
  if (SLOW.test(source)) return undefined
  try {
    return new RegExp(source, 'u')
  } catch {
    return undefined
  }
}
