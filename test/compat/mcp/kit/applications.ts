import type { Frame } from './tap.ts'

/** Members of the params or of the result of a message. */
export type Body = Readonly<Record<string, unknown>>

/** What an application was handed. */
export interface Received {
  readonly method: string
  readonly params: unknown
}

/** What the handler of a request may do with the connection it came by. */
export interface Link {
  readonly request: (method: string, params: Body) => Promise<unknown>
  readonly notify: (method: string, params: Body) => Promise<void>
  /** Sends something that belongs to no request. */
  readonly publish: (method: string, params: Body) => Promise<void>
  readonly signal: AbortSignal
  readonly progressToken: string | number | undefined
  /** Answers to what an earlier attempt of this request asked for (2026-07-28). */
  readonly inputs: Readonly<Record<string, unknown>> | undefined
}

type Answer = Body | ((params: Body, link: Link, app: Application) => Body | Promise<Body>)

/** One side's application: it answers from a table, and counts all that it is handed. */
export class Application {
  readonly received: Received[] = []
  readonly #answers: Readonly<Record<string, Answer>>
  #waiting: readonly { readonly method: string; readonly resolve: () => void }[] = []

  constructor(answers: Readonly<Record<string, Answer>>) {
    this.#answers = answers
  }

  get methods(): readonly string[] {
    return Object.keys(this.#answers)
  }

  async handle(method: string, params: unknown, link: Link): Promise<Body> {
    this.note(method, params)
    const answer = this.#answers[method]
    if (answer === undefined) throw new Error(`nothing answers ${method}`)
    return typeof answer === 'function' ? answer(bodyOf(params), link, this) : answer
  }

  note(method: string, params: unknown): void {
    this.received.push({ method, params: withoutMeta(params) })
    const waiting = this.#waiting.filter((one) => one.method === method)
    this.#waiting = this.#waiting.filter((one) => one.method !== method)
    for (const { resolve } of waiting) resolve()
  }

  /** How often something came in. */
  count(method: string): number {
    return this.received.filter((one) => one.method === method).length
  }

  /** Ends when something has come in. */
  async arrived(method: string): Promise<void> {
    if (this.count(method) > 0) return
    await new Promise<void>((resolve) => {
      this.#waiting = [...this.#waiting, { method, resolve }]
    })
  }
}

/** Params or a result without what the protocol itself puts there. */
export function withoutMeta(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  const { _meta, ...rest } = body as Record<string, unknown>
  return rest
}

/** The application of a server that offers all there is. */
export function serverApplication(): Application {
  return new Application({
    ping: {},
    'tools/list': { tools: TOOLS },
    'tools/call': callTool,
    'resources/list': { resources: [{ uri: 'kit://a', name: 'a', mimeType: 'text/plain' }] },
    'resources/read': ({ uri }) => ({
      contents: [{ uri, mimeType: 'text/plain', text: `text of ${String(uri)}` }],
    }),
    'resources/templates/list': {
      resourceTemplates: [{ uriTemplate: 'kit://{name}', name: 'any', description: 'Any text' }],
    },
    'resources/subscribe': {},
    'resources/unsubscribe': {},
    'prompts/list': { prompts: [{ name: 'greet', arguments: [{ name: 'who', required: true }] }] },
    'prompts/get': ({ arguments: given }) => ({
      description: 'A greeting',
      messages: [{ role: 'user', content: { type: 'text', text: `Greet ${String(bodyOf(given)['who'])}` } }],
    }),
    'completion/complete': ({ argument }) => ({
      completion: { values: [`${String(bodyOf(argument)['value'])}nn`], total: 1, hasMore: false },
    }),
    'logging/setLevel': {},
  })
}

/** The application of a client that answers all that a server may ask. */
export function clientApplication(): Application {
  return new Application({
    ping: {},
    'sampling/createMessage': ({ messages }) => ({
      role: 'assistant',
      content: { type: 'text', text: `Sampled for ${JSON.stringify(messages).length} characters` },
      model: 'kit-model',
      stopReason: 'endTurn',
    }),
    'elicitation/create': { action: 'accept', content: { name: 'Ann' } },
    'roots/list': { roots: [{ uri: 'file:///home/ann', name: 'home' }] },
  })
}

const TOOLS = [
  {
    name: 'read',
    description: 'Reads a file',
    inputSchema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
  },
  { name: 'fail', description: 'Fails', inputSchema: { type: 'object' } },
  {
    name: 'structured',
    description: 'Gives structured content',
    inputSchema: { type: 'object' },
    outputSchema: { type: 'object', properties: { answer: { type: 'number' } }, required: ['answer'] },
  },
  { name: 'work', description: 'Reports progress', inputSchema: { type: 'object' } },
  { name: 'relay', description: 'Sends what it is told', inputSchema: { type: 'object' } },
  { name: 'hang', description: 'Never ends', inputSchema: { type: 'object' } },
  { name: 'ask', description: 'Asks who there is', inputSchema: { type: 'object' } },
]

const TOOL_ANSWERS: Readonly<Record<string, Answer>> = {
  read: ({ path }) => textResult(`content of ${String(path)}`),
  fail: { ...textResult('it broke'), isError: true },
  structured: { ...textResult('{"answer":42}'), structuredContent: { answer: 42 } },
  work: async (_arguments, { notify, progressToken }) => {
    if (progressToken !== undefined)
      for (const progress of [1, 2])
        await notify('notifications/progress', {
          progressToken,
          progress,
          total: 2,
          message: `step ${progress}`,
        })
    return textResult('done')
  },
  relay: async ({ method, params, as }, link) => {
    if (as === 'request')
      return textResult(JSON.stringify(await outcomeOf(link.request(String(method), bodyOf(params)))))
    await (as === 'publication' ? link.publish : link.notify)(String(method), bodyOf(params))
    return textResult('sent')
  },
  hang: async (_arguments, { signal }, app) => {
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      else signal.addEventListener('abort', () => resolve())
    })
    app.note('aborted', undefined)
    return textResult('aborted')
  },
  ask: (_arguments, { inputs }) =>
    inputs === undefined
      ? { resultType: 'input_required', inputRequests: { who: ELICITATION }, requestState: 'asked once' }
      : textResult(`it is ${JSON.stringify(inputs)}`),
  received: (_arguments, _link, app) => textResult(JSON.stringify(app.received)),
}

const ELICITATION = {
  method: 'elicitation/create',
  params: {
    mode: 'form',
    message: 'Who are you?',
    requestedSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  },
}

function callTool({ name, arguments: given }: Body, link: Link, app: Application): Body | Promise<Body> {
  const answer = TOOL_ANSWERS[String(name)]
  if (answer === undefined) throw new Error(`there is no tool ${String(name)}`)
  return typeof answer === 'function' ? answer(bodyOf(given), link, app) : answer
}

/** What came of a request: its result without `_meta`, or the code and message of its error. */
export async function outcomeOf(request: Promise<unknown>): Promise<Outcome> {
  try {
    return { result: withoutMeta(await request) }
  } catch (thrown) {
    const { code, message } = thrown as { code?: unknown; message?: unknown }
    return { error: { code, message } }
  }
}

/** What came of a request. */
export interface Outcome {
  readonly result?: unknown
  readonly error?: Frame['error']
}

function textResult(text: string): Body & { readonly content: readonly Body[] } {
  return { content: [{ type: 'text', text }] }
}

function bodyOf(value: unknown): Body {
  return typeof value === 'object' && value !== null ? (value as Body) : {}
}
