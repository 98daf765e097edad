import { startExchange, type Exchange, type HttpAnswer, type HttpFailure } from '../client/exchange.ts'
import { parseGuardedJson } from '../client/json-guard.ts'
import { parseEndpoint, targetOf, type Target } from '../client/endpoint.ts'
import { createTransport, type Transport } from '../client/transport.ts'
import type { StepInput } from '../policies/step-input.ts'

/** What OPA gave: a result, or nothing that can be used. */
export type OpaResult =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly problem: string }

/** Which OPA is asked, and for what. */
export interface OpaClientOptions {
  readonly url: string
  readonly path: string
  readonly bearer: string | undefined
  readonly timeoutMs: number
}

/** Asks one rule of one OPA. */
export interface OpaClient {
  ask(input: StepInput, signal: AbortSignal): Promise<OpaResult>
  close(): void
}

const MAX_REQUEST_BYTES = 1024 * 1024
const MAX_RESPONSE_BYTES = 64 * 1024
const MAX_IDLE = 8

/** Makes the client of OPA's data API; throws `invalid_endpoint`. */
export function createOpaClient(options: OpaClientOptions): OpaClient {
  const endpoint = parseEndpoint(options.url)
  const base = targetOf(endpoint, false)
  const url = new URL(base.href)
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/data/${options.path}`
  const target: Target = { ...base, href: url.href, path: `${url.pathname}${url.search}` }
  const transport = createTransport({ endpoint, maxIdle: MAX_IDLE })
  return {
    ask: (input, signal) => ask({ transport, target, options }, input, signal),
    close: () => transport.destroy(),
  }
}

interface Line {
  readonly transport: Transport
  readonly target: Target
  readonly options: OpaClientOptions
}

async function ask(line: Line, input: StepInput, signal: AbortSignal): Promise<OpaResult> {
  const body = bodyOf(input)
  if (body === undefined) return problem('what it would be asked is no JSON, or too large')
  let under: Exchange | undefined
  let stopped: string | undefined
  const stop = (why: string): void => {
    stopped ??= why
    under?.cancel()
  }
  const aborted = (): void => stop('the step was aborted')
  const timer = setTimeout(
    () => stop(`no answer came within ${line.options.timeoutMs} ms`),
    line.options.timeoutMs,
  )
  signal.addEventListener('abort', aborted, { once: true })
  try {
    if (signal.aborted) return problem('the step was aborted')
    under = start(line, body)
    let done = await under.done
    // a connection that was kept may have been closed from the other side meanwhile
    if (!done.ok && done.again && done.reused && stopped === undefined) {
      under = start(line, body)
      done = await under.done
    }
    return stopped === undefined ? resultOf(done) : problem(stopped)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', aborted)
  }
}

function start({ transport, target, options }: Line, body: string): Exchange {
  const request = transport.request(target, {
    'content-type': 'application/json',
    accept: 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...(options.bearer === undefined ? {} : { authorization: `Bearer ${options.bearer}` }),
  })
  return startExchange(request, body, MAX_RESPONSE_BYTES)
}

function bodyOf(input: StepInput): string | undefined {
  try {
    const body = JSON.stringify({ input })
    return Buffer.byteLength(body) > MAX_REQUEST_BYTES ? undefined : body
  } catch {
    return undefined
  }
}

function resultOf(done: HttpAnswer | HttpFailure): OpaResult {
  if (!done.ok) return problem(done.failure.problem.replace(/^its answer/, 'the answer'))
  if (done.status !== 200) return problem(`the answer has status ${done.status}`)
  const parsed = parseGuardedJson(done.body)
  if (!parsed.ok) return problem(`of the answer: ${parsed.problem}`)
  const { value } = parsed
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return problem('the answer is no object')
  return { ok: true, result: Object.hasOwn(value, 'result') ? Reflect.get(value, 'result') : undefined }
}

function problem(text: string): OpaResult {
  return { ok: false, problem: text }
}
