/** What the built-in detectors call their finds, which are also the names to switch them on and off by. */
export type RedactionKind =
  | 'anthropic-key'
  | 'api-key'
  | 'authorization'
  | 'aws-access-key'
  | 'credit-card'
  | 'email'
  | 'github-token'
  | 'gitlab-token'
  | 'google-key'
  | 'iban'
  | 'jwt'
  | 'npm-token'
  | 'openai-key'
  | 'phone'
  | 'private-key'
  | 'pypi-token'
  | 'secret'
  | 'slack-token'
  | 'slack-webhook'
  | 'ssn'
  | 'stripe-key'
  | 'url-password'
  | 'webhook-url'

/** A stretch of text that must not leave the process. */
export interface SensitiveSpan {
  readonly start: number
  readonly end: number
  readonly kind: string
  readonly replacement: string
}

/** Takes what a detector has found: `text.slice(start, end)` is of that kind. */
export type Report = (kind: RedactionKind, start: number, end: number) => void

/** Finds one family of sensitive text in time linear in the length of the text. */
export interface Detector {
  /** Kinds it reports, which are the names users switch off. */
  readonly kinds: readonly RedactionKind[]
  /** Whether a text of this profile can hold something the detector finds. */
  readonly applies: (profile: TextProfile) => boolean
  readonly detect: (text: string, report: Report) => void
}

/** What one cheap pass over a text tells, so that most detectors need not look at a clean one. */
export interface TextProfile {
  /** How many there are, as far as any detector asks. */
  readonly digits: number
  /** Length of the longest run of characters that tokens are made of. */
  readonly longestRun: number
  /** Whether there is a character that can stand between a name and its value. */
  readonly hasSeparator: boolean
  readonly hasAt: boolean
}
