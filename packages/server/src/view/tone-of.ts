/** How a word of a status is meant: as something good, bad, that wants a look, or neither. */
export type Tone = 'good' | 'bad' | 'warn' | 'plain'

const TONES: Readonly<Record<Exclude<Tone, 'plain'>, readonly string[]>> = {
  good: ['supported', 'supports', 'passed', 'approved', 'complete', 'verified', 'deterministic'],
  bad: ['unsupported', 'contradicted', 'contradicts', 'failed', 'error', 'rejected', 'missing', 'invalid'],
  warn: [
    'partially_supported',
    'partially_supports',
    'unverified',
    'warning',
    'needs_changes',
    'escalated',
    'partial',
    'unknown',
    'unavailable',
    'not_collected',
    'redacted',
    'expired',
  ],
}

/** The tone of a status of Agent Evidence; only what says that something was done and held is good. */
export function toneOf(status: string): Tone {
  const found = (['good', 'bad', 'warn'] as const).find((tone) => TONES[tone].includes(status))
  return found ?? 'plain'
}
