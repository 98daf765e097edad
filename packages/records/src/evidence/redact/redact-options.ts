import { AosError } from '@aos/sdk'

/** What is to be hidden, and what is said about it. */
export interface RedactOptions {
  /** Claims, by id, whose words are withheld; `all` for every one. */
  readonly claims?: 'all' | readonly string[] | undefined
  /** Sources, by id, of which only id, kind, trust and freshness stay. */
  readonly sources?: 'all' | readonly string[] | undefined
  /** Sources, by id, whose words are withheld; where they are stays. */
  readonly snippets?: 'all' | readonly string[] | undefined
  /** Texts that are masked wherever they stand, except within ids. */
  readonly texts?: readonly (string | RegExp)[] | undefined
  /** Who hides it. */
  readonly by: string
  /** Why: `privacy`, `secret`, `policy`, `license`, `safety`, `retention`, `legal` or `user_request`. */
  readonly reason: string
  /** Policy that asks for it. */
  readonly policyRef?: string | undefined
  /** When, in milliseconds since the epoch. */
  readonly at: number
}

type Check = readonly [isValid: (value: unknown) => boolean, expected: string]

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isIds = (value: unknown): boolean => value === 'all' || (Array.isArray(value) && value.every(isText))
const isPattern = (value: unknown): boolean => isText(value) || value instanceof RegExp

const CHECKS: { readonly [Option in keyof RedactOptions]-?: Check } = {
  claims: [isIds, "'all' or a list of ids"],
  sources: [isIds, "'all' or a list of ids"],
  snippets: [isIds, "'all' or a list of ids of sources"],
  texts: [
    (value) => Array.isArray(value) && value.every(isPattern),
    'a list of texts that are not empty, or of regular expressions',
  ],
  by: [isText, 'the name of who redacts'],
  reason: [(value) => typeof value === 'string' && /^[a-z][a-z_]*$/.test(value), "a word such as 'privacy'"],
  policyRef: [isText, 'the reference of a policy'],
  at: [isMoment, 'milliseconds since the epoch'],
}

const REQUIRED: ReadonlySet<string> = new Set(['by', 'reason', 'at'])

/** Throws `invalid_options` for options that name nothing, or not how. */
export function assertRedactOptions(options: RedactOptions): void {
  for (const [name, [isValid, expected]] of Object.entries(CHECKS)) {
    const value: unknown = Reflect.get(options, name)
    if (value === undefined ? !REQUIRED.has(name) : isValid(value)) continue
    throw new AosError({
      code: 'invalid_options',
      message: `redactPack: option ${name} must be ${expected}`,
      fix: `Pass ${name} as ${expected}${REQUIRED.has(name) ? '' : ', or leave it out'}.`,
    })
  }
}

/** Whether a value is a moment that a calendar has. */
export function isMoment(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) <= 8_640_000_000_000_000
}

/** The error for an id that is to be redacted and is not there. */
export function unknownId(kind: 'claim' | 'source', id: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `redactPack: the evidence has no ${kind} ${JSON.stringify(id)}`,
    why: 'What is not found is not redacted, and nobody would notice.',
    fix: `Name ${kind}s of this pack, or pass the maps that hold them as well.`,
  })
}
