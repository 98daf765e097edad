/** What a guardian is asked. */
export interface Question {
  readonly hook: string
  readonly tool: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly session: string
}

/** What a guardian says, in the words of the AOS landing page. */
export interface Verdict {
  readonly action: 'ALLOW' | 'DENY' | 'MODIFY'
  readonly reason?: string
  readonly modifications?: Readonly<Record<string, unknown>>
}

const DOLLARS_PER_IMAGE = 0.08
const DOLLAR_LIMIT = 50

/** Judges a tool call; in an application a service of its own does this. */
export async function evaluate({ tool, parameters }: Question): Promise<Verdict> {
  const input = String(parameters['input'])
  if (tool === 'DALL-E' && Number.parseInt(input, 10) * DOLLARS_PER_IMAGE > DOLLAR_LIMIT)
    return { action: 'DENY', reason: `Request exceeds cost threshold ($${DOLLAR_LIMIT} limit)` }
  if (tool === 'Database' && input === 'SELECT * FROM customers')
    return {
      action: 'MODIFY',
      modifications: { input: 'SELECT id, name FROM customers LIMIT 100' },
      reason: 'Limited query to prevent full data exposure',
    }
  return { action: 'ALLOW' }
}
