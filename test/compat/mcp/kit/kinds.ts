import { isDeepStrictEqual } from 'node:util'
import { outcomeOf, type Body, type Outcome } from './applications.ts'
import type { Connection, Over, Role } from './connect.ts'
import type { Line } from './line.ts'

/** One kind of message, how it comes to be sent, and what may be changed of it. */
export interface Kind {
  readonly name: string
  readonly method: string
  readonly from: 'client' | 'server'
  /** Whether it is answered; a notification is not. */
  readonly asks: boolean
  readonly params: Body
  /** What takes the place of the params. */
  readonly changed: Body
  /** What takes the place of the answer. */
  readonly changedAnswer?: Body
  /** A text of its answer that nobody may see who is denied it. */
  readonly secret?: string
  /** How the receiving application notes it, where not under its method. */
  readonly notedAs?: string
  /** Why a line does not have it, or nothing. */
  readonly missing?: ((line: Line, over: Over, role?: Role) => string | undefined) | undefined
  readonly send: (connection: Connection) => Promise<Outcome>
}

const ofHandshake = (line: Line): string | undefined =>
  line.stateless ? `${line.protocol} has none` : undefined

type Request = Pick<Kind, 'params' | 'changed'> & Partial<Kind>

/** A request that the client makes of the server. */
function call(method: string, parts: Request): Kind {
  return {
    name: method,
    method,
    from: 'client',
    asks: true,
    send: ({ request }) => outcomeOf(request(method, parts.params)),
    ...parts,
  }
}

/** A request that the server makes of the client while it serves a tool call. */
function demand(method: string, parts: Request): Kind {
  return {
    name: method,
    method,
    from: 'server',
    asks: true,
    missing: ofHandshake,
    send: async (connection) => {
      const { result, error } = await relayed(connection, { as: 'request', method, params: parts.params })
      if (error !== undefined) return { error }
      const { content } = result as { content: readonly { text: string }[] }
      return JSON.parse(content[0]?.text ?? '') as Outcome
    },
    ...parts,
  }
}

const atEntry: Kind['missing'] = (line, over, role) =>
  line.stateless && over === 'http' && role === 'server'
    ? 'the entry point of the SDK sends it past every server'
    : undefined

/** A notification of the server. */
function news(method: string, parts: Request & { readonly as: 'notification' | 'publication' }): Kind {
  return {
    name: method,
    method,
    from: 'server',
    asks: false,
    send: (connection) => relayed(connection, { as: parts.as, method, params: parts.params }),
    ...(parts.as === 'publication' ? { missing: atEntry } : {}),
    ...parts,
  }
}

function relayed({ request }: Connection, given: Body): Promise<Outcome> {
  return outcomeOf(request('tools/call', { name: 'relay', arguments: given }))
}

const TEXT = (text: string): Body => ({ content: [{ type: 'text', text }] })
const LISTS = { ttlMs: 0, cacheScope: 'private' }

const CALLS: readonly Kind[] = [
  call('ping', { params: {}, changed: {}, missing: ofHandshake }),
  call('tools/list', {
    params: {},
    changed: { cursor: 'next' },
    secret: 'Reads a file',
    changedAnswer: { tools: [], ...LISTS },
  }),
  call('tools/call', {
    params: { name: 'read', arguments: { path: 'secret.txt' } },
    changed: { name: 'read', arguments: { path: 'public.txt' } },
    secret: 'content of',
    changedAnswer: TEXT('nothing'),
  }),
  call('tools/call', {
    name: 'tools/call, the tool fails',
    params: { name: 'fail', arguments: {} },
    changed: { name: 'read', arguments: { path: 'public.txt' } },
    secret: 'it broke',
    changedAnswer: { ...TEXT('it failed'), isError: true },
  }),
  call('tools/call', {
    name: 'tools/call, structured content',
    params: { name: 'structured', arguments: {} },
    changed: { name: 'structured', arguments: { more: true } },
    secret: '42',
    changedAnswer: { ...TEXT('{"answer":0}'), structuredContent: { answer: 0 } },
  }),
  call('resources/list', {
    params: {},
    changed: { cursor: 'next' },
    secret: 'kit://a',
    changedAnswer: { resources: [], ...LISTS },
  }),
  call('resources/templates/list', {
    params: {},
    changed: { cursor: 'next' },
    secret: 'Any text',
    changedAnswer: { resourceTemplates: [], ...LISTS },
  }),
  call('resources/read', {
    params: { uri: 'kit://secret' },
    changed: { uri: 'kit://public' },
    secret: 'text of',
    changedAnswer: { contents: [{ uri: 'kit://secret', text: 'nothing' }], ...LISTS },
  }),
  call('resources/subscribe', {
    params: { uri: 'kit://a' },
    changed: { uri: 'kit://b' },
    missing: ofHandshake,
  }),
  call('resources/unsubscribe', {
    params: { uri: 'kit://a' },
    changed: { uri: 'kit://b' },
    missing: ofHandshake,
  }),
  call('prompts/list', {
    params: {},
    changed: { cursor: 'next' },
    secret: 'greet',
    changedAnswer: { prompts: [], ...LISTS },
  }),
  call('prompts/get', {
    params: { name: 'greet', arguments: { who: 'Ann' } },
    changed: { name: 'greet', arguments: { who: 'Bob' } },
    secret: 'A greeting',
    changedAnswer: {
      description: 'Nothing',
      messages: [{ role: 'user', content: { type: 'text', text: 'Say nothing' } }],
    },
  }),
  call('completion/complete', {
    params: { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'who', value: 'A' } },
    changed: { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'who', value: 'B' } },
    secret: 'Ann',
    changedAnswer: { completion: { values: ['nobody'] } },
  }),
  call('logging/setLevel', {
    params: { level: 'debug' },
    changed: { level: 'error' },
    missing: ofHandshake,
  }),
]

const DEMANDS: readonly Kind[] = [
  demand('sampling/createMessage', {
    params: { messages: [{ role: 'user', content: { type: 'text', text: 'Hello there' } }], maxTokens: 10 },
    changed: { messages: [{ role: 'user', content: { type: 'text', text: 'Bye' } }], maxTokens: 10 },
    secret: 'Sampled for',
    changedAnswer: { role: 'assistant', model: 'none', content: { type: 'text', text: 'nothing' } },
  }),
  demand('elicitation/create', {
    params: {
      mode: 'form',
      message: 'Who are you?',
      requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
    },
    changed: {
      mode: 'form',
      message: 'Who may you be?',
      requestedSchema: { type: 'object', properties: { name: { type: 'string' } } },
    },
    secret: 'Ann',
    changedAnswer: { action: 'accept', content: { name: 'Bob' } },
  }),
  demand('roots/list', { params: {}, changed: {}, secret: '/home/ann', changedAnswer: { roots: [] } }),
  demand('ping', { name: 'ping of the server', params: {}, changed: {} }),
]

const NEWS: readonly Kind[] = [
  news('notifications/message', {
    as: 'notification',
    params: { level: 'info', data: 'the log' },
    changed: { level: 'info', data: 'another log' },
  }),
  news('notifications/resources/updated', {
    as: 'publication',
    params: { uri: 'kit://a' },
    changed: { uri: 'kit://b' },
  }),
  ...['resources', 'tools', 'prompts'].map((what) =>
    news(`notifications/${what}/list_changed`, { as: 'publication', params: {}, changed: {} }),
  ),
  {
    name: 'notifications/roots/list_changed',
    method: 'notifications/roots/list_changed',
    from: 'client',
    asks: false,
    params: {},
    changed: {},
    missing: ofHandshake,
    send: ({ notify }) => outcomeOf(notify('notifications/roots/list_changed')),
  },
  {
    name: 'notifications/progress',
    method: 'notifications/progress',
    from: 'server',
    asks: false,
    params: { progress: 2, total: 2, message: 'step 2' },
    changed: { progress: 3, total: 9, message: 'none of your business' },
    missing: (_line, over) =>
      over === 'stdio' ? 'the SDK itself loses it when all comes in one read' : undefined,
    send: ({ request, clientApp }) =>
      outcomeOf(
        request(
          'tools/call',
          { name: 'work' },
          { onprogress: (progress) => clientApp.note('notifications/progress', progress) },
        ),
      ),
  },
]

/** Every kind of message that can be sent again and again over one connection. */
export const KINDS: readonly Kind[] = [...CALLS, ...DEMANDS, ...NEWS]

/** Whether params are those of this kind's own message, or what it is changed to, rather than of another one of its method. */
export function isOwnMessage({ params, changed, method }: Kind, given: unknown): boolean {
  const { _meta, ...own } = given as Record<string, unknown>
  if (method === 'notifications/progress')
    return own['progress'] === params['progress'] || own['progress'] === changed['progress']
  return isDeepStrictEqual(own, params) || isDeepStrictEqual(own, changed)
}
