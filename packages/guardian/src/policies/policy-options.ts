import { AosError } from '@aos/sdk'

/** What is wrong with an option of a policy. */
export interface OptionProblem {
  /** Where it stands, such as `hooks.message`. */
  readonly option: string
  readonly problem: string
  readonly fix: string
}

/** Makes the error of a policy that cannot be built from its options. */
export function invalidOption(policy: string, { option, problem, fix }: OptionProblem): AosError {
  return new AosError({
    code: 'invalid_policy',
    message: `${policy}: option ${option} ${problem}`,
    why: 'A policy that is not what its author meant would guard something else.',
    fix,
  })
}

/** Reads options as a plain object that has no member besides the known ones. */
export function knownOptions(policy: string, options: unknown, known: readonly string[]): object {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw invalidOption(policy, {
      option: 'options',
      problem: 'is no object',
      fix: `Pass an object with any of: ${known.join(', ')}.`,
    })
  const unknown = Object.keys(options).find((key) => !known.includes(key))
  if (unknown === undefined) return options
  throw invalidOption(policy, {
    option: unknown,
    problem: 'is not known',
    fix: `Use any of: ${known.join(', ')}.`,
  })
}

/** Reads one text or a list of them; an empty one would mean nothing. */
export function textList(policy: string, option: string, given: unknown): readonly string[] | undefined {
  if (given === undefined) return undefined
  const list: readonly unknown[] = Array.isArray(given) ? given : [given]
  if (list.every((item): item is string => typeof item === 'string' && item.trim() !== '')) return list
  throw invalidOption(policy, {
    option,
    problem: 'is no list of texts',
    fix: `Write ${option} as one text or a list of texts that are not empty.`,
  })
}

/** Reads one of a few words. */
export function oneOf<T extends string>(
  policy: string,
  { option, given }: { readonly option: string; readonly given: unknown },
  words: readonly T[],
): T | undefined {
  if (given === undefined) return undefined
  const word = words.find((known) => known === given)
  if (word !== undefined) return word
  const shown = typeof given === 'string' ? JSON.stringify(given.slice(0, 40)) : `of type ${typeof given}`
  throw invalidOption(policy, { option, problem: `is ${shown}`, fix: `Use one of: ${words.join(', ')}.` })
}

/** Reads a policy's own name. */
export function policyName(policy: string, given: unknown): string {
  if (given === undefined) return policy
  if (typeof given === 'string' && given.trim() !== '') return given
  throw invalidOption(policy, { option: 'name', problem: 'is no text', fix: 'Give the policy a name.' })
}

/** Reads a number above zero, or a whole one where it counts something. */
export function positive(
  policy: string,
  {
    option,
    given,
    whole = false,
  }: { readonly option: string; readonly given: unknown; readonly whole?: boolean },
): number | undefined {
  if (given === undefined) return undefined
  const fits = typeof given === 'number' && Number.isFinite(given) && given > 0
  if (fits && (!whole || Number.isSafeInteger(given))) return given
  const what = whole ? 'whole number above 0' : 'number above 0'
  throw invalidOption(policy, { option, problem: `is no ${what}`, fix: `Write ${option} as a ${what}.` })
}
