import type { AgentRun } from '@agent-run/types'
import { createHash } from 'node:crypto'
import { AosError } from '../errors.ts'
import { handleOf } from '../instrument/handle-of.ts'
import {
  createOutbox,
  installExitHandlers,
  type DeliveryResult,
  type FlushResult,
  type Outbox,
  type OutboxItem,
  type OutboxStats,
} from '../outbox/index.ts'

/** Where finished runs go. */
export interface AgentRunReporterOptions {
  /** Base URL of an agent-run server; without a path `/api/v1/runs` is appended. */
  readonly url: string
  /** Sent as `X-API-Key`; never written to disk. */
  readonly apiKey?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Private folder for what could not be sent; `false` keeps nothing on disk. */
  readonly directory?: string | false
  /** Milliseconds the process may be held up at its end; default 2000. */
  readonly exitDeadlineMs?: number
  readonly fetch?: typeof globalThis.fetch
}

const EXIT_DEADLINE_MS = 2000

/** Posts each finished run to an agent-run server, durably: retried, and kept on disk across the end of the process. */
export class AgentRunReporter {
  readonly #outbox: Outbox
  readonly #uninstall: () => void
  readonly #options: AgentRunReporterOptions
  readonly #url: string

  /** Throws `invalid_options` for a URL that is no http or https URL. */
  constructor(options: AgentRunReporterOptions) {
    this.#options = options
    this.#url = endpointOf(options.url)
    this.#outbox = createOutbox({
      // runs of one account wait in a folder of their own, so that another account's reporter never sends them
      name: `agent-run-reporter-${accountOf(this.#url, options)}`,
      directory: options.directory,
      deliver: (item, signal) => this.#deliver(item, signal),
    })
    this.#uninstall = installExitHandlers({
      flushers: [this.#outbox],
      deadlineMs: options.exitDeadlineMs ?? EXIT_DEADLINE_MS,
    })
  }

  /** Reports every run of an instrumented agent from now on; throws `not_instrumented`. Returns how to stop. */
  attach(agent: object): () => void {
    const handle = handleOf(agent)
    if (handle === undefined) {
      throw new AosError({
        code: 'not_instrumented',
        message: 'Only an instrumented agent can be reported',
        fix: 'Pass new AOSInstrument(agent).',
      })
    }
    return handle.on('run', (run) => this.report(run))
  }

  /** Queues one run; false when the queue is full, which is counted. */
  report(run: AgentRun): boolean {
    const body = new TextEncoder().encode(JSON.stringify(run))
    return this.#outbox.enqueue({ id: run.id, kind: 'agent-run', contentType: 'application/json', body })
  }

  stats(): OutboxStats {
    return this.#outbox.stats()
  }

  flush(deadlineMs: number): Promise<FlushResult> {
    return this.#outbox.flush(deadlineMs)
  }

  async close(deadlineMs: number): Promise<FlushResult> {
    this.#uninstall()
    return this.#outbox.close(deadlineMs)
  }

  async #deliver(item: OutboxItem, signal: AbortSignal): Promise<DeliveryResult> {
    const { apiKey, headers, fetch = globalThis.fetch } = this.#options
    const response = await fetch(this.#url, {
      method: 'POST',
      // a redirect could carry the key to somebody else
      redirect: 'manual',
      headers: {
        ...headers,
        'content-type': item.contentType,
        ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
      },
      body: item.body as Uint8Array<ArrayBuffer>,
      signal,
    })
    await response.body?.cancel()
    return resultOf(response)
  }
}

function resultOf(response: Response): DeliveryResult {
  if (response.ok) return { status: 'delivered' }
  const reason = `the server answered ${response.status}`
  if (response.status !== 408 && response.status !== 429 && response.status < 500)
    return { status: 'rejected', reason }
  return { status: 'retry', reason, retryAfterMs: retryAfterMs(response.headers.get('retry-after')) }
}

// seconds, or a date (RFC 9110, 10.2.3)
function retryAfterMs(value: string | null): number | undefined {
  if (value === null || value.trim() === '') return undefined
  const seconds = Number(value)
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now()
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
}

function accountOf(url: string, { apiKey = '', headers = {} }: AgentRunReporterOptions): string {
  const account = JSON.stringify([
    url,
    apiKey,
    Object.entries(headers).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ])
  return createHash('sha256').update(account).digest('hex').slice(0, 16)
}

function endpointOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new AosError({
      code: 'invalid_options',
      message: `AgentRunReporter: ${JSON.stringify(url)} is no http or https URL`,
      fix: "Pass url: 'http://localhost:3000'.",
    })
  }
  if (parsed.pathname === '/') parsed.pathname = '/api/v1/runs'
  return parsed.href
}
