import { AOSInstrument, type AOSHandle, type AOSOptions, type GuardedRun } from '@aos/sdk'
import { instrumentMcpTransport, type InstrumentMcpOptions } from '@aos/sdk/mcp'

/** Any message. */
export type Message = Record<string, unknown>

/** One end of a wire in this process: what is sent arrives at once. */
export class WireEnd {
  onmessage: ((message: Message, extra?: unknown) => void) | undefined
  onerror: ((error: Error) => void) | undefined
  onclose: (() => void) | undefined
  sessionId: string | undefined
  /** What was sent from here. */
  readonly sent: Message[] = []
  /** What came of sending, in place of arriving. */
  fail: Error | undefined
  #other: WireEnd | undefined

  static pair(): [WireEnd, WireEnd] {
    const [near, far] = [new WireEnd(), new WireEnd()]
    near.#other = far
    far.#other = near
    return [near, far]
  }

  async start(): Promise<void> {
    // nothing has to be done
  }

  async send(message: unknown, _options?: unknown): Promise<void> {
    if (this.fail !== undefined) throw this.fail
    this.sent.push(message as Message)
    this.#other?.onmessage?.(message as Message)
  }

  async close(): Promise<void> {
    this.onclose?.()
    this.#other?.onclose?.()
  }
}

/** A connection one end of which is gated; the application of that end is the test. */
export interface GatedWire {
  /** The end of the application, gated. */
  readonly near: WireEnd
  /** The end of the other side, which is not. */
  readonly far: WireEnd
  /** What reached the application. */
  readonly delivered: Message[]
  /** What reached the other side. */
  readonly arrived: Message[]
  readonly errors: string[]
}

/** Makes a connection whose near end is judged by an agent, or by nobody in particular. */
export function gatedWire(
  agent?: Pick<AOSHandle<object>, 'registerHook' | 'unwrap'>,
  options?: InstrumentMcpOptions,
): GatedWire {
  const [raw, far] = WireEnd.pair()
  const near = instrumentMcpTransport(raw, agent, options)
  const wire: GatedWire = { near, far, delivered: [], arrived: [], errors: [] }
  near.onmessage = (message) => void wire.delivered.push(message)
  near.onerror = (error) => void wire.errors.push(error.message)
  far.onmessage = (message) => void wire.arrived.push(message)
  return wire
}

/** An instrumented agent whose run does the given work. */
export function workerOf<T>(
  work: (aos: GuardedRun) => Promise<T>,
  options?: AOSOptions,
): Omit<AOSHandle<object>, 'run'> & { run(input: string): Promise<T> } {
  return new AOSInstrument(async (_input: unknown, aos: GuardedRun) => work(aos), options) as never
}

/** Lets everything that is ready happen. */
export async function turns(count = 10): Promise<void> {
  for (let turn = 0; turn < count; turn += 1)
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
}

/** A request. */
export function request(id: unknown, method = 'tools/call', params: unknown = { name: 'read' }): Message {
  return { jsonrpc: '2.0', id, method, params }
}

/** The answer to one. */
export function result(id: unknown, given: unknown = { content: [] }): Message {
  return { jsonrpc: '2.0', id, result: given }
}

/** A notification. */
export function notification(method: string, params: unknown = {}): Message {
  return { jsonrpc: '2.0', method, params }
}

/** The error a refused request is answered with. */
export function refused(id: unknown, message: string, code = -32010): Message {
  return { jsonrpc: '2.0', id, error: { code, message } }
}
