import { parseAgentRun, type AgentRun } from '@agent-run/types'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'

/** What kind of server it is. */
export type AgentRunServerKind =
  /** Checks everything; an id that it has is 200 with the same body and 409 with another. */
  | 'strict'
  /** Takes nearly everything; an id that it has is 500, and an update changes some members only. */
  | 'lax'
  /** Has no way to update a run; what is posted again takes the place of what was there. */
  | 'create-only'
  /** Has no way to update a run, and refuses an id that it has. */
  | 'create-once'

/** What happens to one request instead of what the server would do. */
export type AgentRunFault =
  | 'none'
  /** Never answers, and takes nothing. */
  | 'hang'
  /** Does what it is asked for, and cuts the connection instead of answering. */
  | 'unanswered'
  /** Does what it is asked for once it is released. */
  | 'held'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }

/** One request as it arrived. */
export interface AgentRunRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly run: AgentRun
  readonly at: number
}

const UPDATABLE = ['status', 'outcome', 'ended_at', 'duration_ms', 'error', 'model', 'provider', 'git_branch']
const LAX_UPDATABLE = [...UPDATABLE, 'git_commit', 'steps', 'cost', 'tags', 'metadata']
const STRICT_UPDATABLE = [...LAX_UPDATABLE, 'provenance']

/** An agent-run server on loopback, on a port that it keeps. */
export class AgentRunServer implements AsyncDisposable {
  kind: AgentRunServerKind = 'strict'
  /** Runs as they are now. */
  readonly runs: Map<string, AgentRun> = new Map()
  /** Every change of a run, in order. */
  readonly changes: { readonly id: string; readonly status: string }[] = []
  readonly requests: AgentRunRequest[] = []
  /** What a strict server found wrong. */
  readonly issues: unknown[] = []
  port = 0
  #faults: AgentRunFault[] = []
  #always: AgentRunFault = 'none'
  #held: (() => void)[] = []
  #server: Server | undefined
  #waiting: (() => void)[] = []

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Methods and paths of the requests so far, without the common part. */
  get calls(): readonly string[] {
    return this.requests.map(({ method, path }) => `${method} ${path.replace('/api/v1/runs', '')}`)
  }

  /** Chooses what happens to the next requests, one after the other. */
  next(...faults: readonly AgentRunFault[]): void {
    this.#faults.push(...faults)
  }

  /** Chooses what happens to all requests for which nothing else was chosen. */
  always(fault: AgentRunFault): void {
    this.#always = fault
  }

  /** Lets requests go on that were held. */
  release(): void {
    for (const go of this.#held.splice(0)) go()
  }

  /** Resolves once a condition holds; looks at each request. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** Resolves once this many requests have arrived. */
  arrived(count: number): Promise<void> {
    return this.until(() => this.requests.length >= count)
  }

  async listen(): Promise<void> {
    const server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        // a client that has gone is what some tests are about
        if (!response.headersSent && !response.destroyed) response.writeHead(400).end(String(error))
      })
    })
    this.#server = server
    for (let attempts = 1; !server.listening; attempts += 1) {
      // outside the range that systems hand out, so that the port stays ours while nobody listens
      if (attempts > 1 || this.port === 0) this.port = randomInt(18_000, 32_000)
      server.listen(this.port, '127.0.0.1')
      await once(server, 'listening').catch((error: unknown) => {
        if (attempts === 20) throw error
      })
    }
  }

  /** Listens no more, so that connections are refused. */
  refuse(): Promise<void> {
    return new Promise((resolve) => {
      this.#server?.close(() => resolve())
      this.#server?.closeAllConnections()
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server?.listening === true) await this.refuse()
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    const { method = '', url: path = '', headers } = request
    const run = (text === '' ? {} : JSON.parse(text)) as AgentRun
    this.requests.push({ method, path, headers, run, at: performance.now() })
    this.#wake()
    const fault = this.#faults.shift() ?? this.#always
    if (fault === 'hang') return
    if (fault === 'held') await new Promise<void>((resolve) => this.#held.push(resolve))
    const {
      status,
      body,
      headers: extra,
    } = typeof fault === 'object' ? { body: {}, ...fault } : this.#answer(method, path, run)
    if (fault === 'unanswered') return void request.socket.destroy()
    response.writeHead(status, {
      'content-type': 'application/json',
      'x-agent-run-protocol': '0.1.0',
      ...extra,
    })
    response.end(JSON.stringify(body))
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }

  #answer(
    method: string,
    path: string,
    run: AgentRun,
  ): { status: number; body: unknown; headers?: Readonly<Record<string, string>> } {
    const [, id] = /\/runs\/([^/]+)$/.exec(path) ?? []
    if (method === 'POST') return this.#create(run)
    const known = this.runs.get(decodeURIComponent(id ?? ''))
    if (method === 'PATCH' && this.kind.startsWith('create'))
      return { status: 405, body: { error: 'Method not allowed' } }
    if (known === undefined) return { status: 404, body: { error: 'Not found' } }
    return method === 'PATCH' ? this.#update(known, run) : { status: 200, body: known }
  }

  #create(run: AgentRun): { status: number; body: unknown } {
    const known = this.runs.get(run.id)
    const created = { id: run.id, run_hash: run.provenance.run_hash }
    if (known !== undefined && this.kind === 'lax')
      return { status: 500, body: { error: 'UNIQUE constraint failed' } }
    if (known !== undefined && this.kind !== 'create-only') {
      const isSame = JSON.stringify(known) === JSON.stringify(run)
      return { status: isSame ? 200 : 409, body: created }
    }
    return this.#store(run, 201, created)
  }

  #update(known: AgentRun, update: AgentRun): { status: number; body: unknown } {
    const members = this.kind === 'lax' ? LAX_UPDATABLE : STRICT_UPDATABLE
    const foreign = Object.keys(update).filter((member) => !STRICT_UPDATABLE.includes(member))
    if (this.kind === 'strict' && foreign.length > 0) {
      this.issues.push(foreign)
      return { status: 400, body: { error: `unknown members: ${foreign.join(', ')}` } }
    }
    const changed = Object.entries(update).filter(([member]) => members.includes(member))
    const run = { ...known, ...Object.fromEntries(changed) }
    return this.#store(run, 200, run)
  }

  #store(run: AgentRun, status: number, body: unknown): { status: number; body: unknown } {
    const parsed = parseAgentRun(run)
    if (!parsed.ok) {
      this.issues.push(parsed.issues)
      if (this.kind === 'strict')
        return { status: 400, body: { error: 'Invalid run data', issues: parsed.issues } }
    }
    this.runs.set(run.id, run)
    this.changes.push({ id: run.id, status: run.status })
    return { status, body }
  }
}

/** Starts a server on a free port. */
export async function startAgentRunServer(kind: AgentRunServerKind = 'strict'): Promise<AgentRunServer> {
  const server = new AgentRunServer()
  server.kind = kind
  await server.listen()
  return server
}
