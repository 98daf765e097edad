import { createGuardianServer, type GuardianServer, type GuardianServerOptions } from '@aos/guardian/server'
import { deny, allow } from '@aos/sdk'
import type { Policy } from '@aos/guardian'
import { afterEach } from 'vitest'

/** Tokens of a scripted guardian server: an agent, an approver, an administrator. */
export const BOT = 'bot-token-0123456789'
export const ALICE = 'alice-token-0123456789'
export const ROOT = 'root-token-0123456789'

/** Who they belong to. */
export const auth: NonNullable<GuardianServerOptions['auth']> = {
  tokens: {
    [BOT]: { name: 'bot', roles: ['agent'] },
    [ALICE]: { name: 'alice', roles: ['approver'] },
    [ROOT]: { name: 'root', roles: ['admin', 'agent'] },
  },
}

/** Denies mail, allows everything else. */
export const noMail: Policy = {
  name: 'no-mail',
  hooks: ['toolCallRequest'],
  evaluate: ({ toolName }) => (toolName === 'send_email' ? deny('no mail', 'mail') : allow()),
}

/** Servers of one test file, closed after each test; `later` closes anything else. */
export function guardianServers(): {
  readonly later: (close: () => Promise<unknown>) => void
  readonly serve: (
    options?: Partial<GuardianServerOptions>,
  ) => Promise<{ readonly url: string; readonly server: GuardianServer }>
} {
  const closers: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).toReversed()) await close()
  })
  return {
    later: (close) => void closers.push(close),
    serve: async (options = {}) => {
      const server = createGuardianServer({ policies: [noMail], ...options })
      closers.push(() => server.close(200))
      return { url: await server.listen(), server }
    },
  }
}

/** What an HTTP request came to. */
export interface Reply {
  readonly status: number
  readonly body: unknown
}

/** Posts JSON and reads the answer. */
export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: text,
  })
  const answer = await response.text()
  return { status: response.status, body: answer === '' ? undefined : JSON.parse(answer) }
}

/** The header that shows a token. */
export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` })

/** The `result` of a JSON-RPC answer. */
export function resultOf({ body }: Reply): Record<string, unknown> {
  return (body as { result: Record<string, unknown> }).result
}

/** The `error` of a JSON-RPC answer. */
export function errorOf({ body }: Reply): { readonly code: number; readonly message: string } {
  return (body as { error: { code: number; message: string } }).error
}
