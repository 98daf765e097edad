import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import type { Frame, RawTransport } from './tap.ts'

interface Waiting {
  readonly wanted: (frame: Frame) => boolean
  readonly resolve: (frame: Frame) => void
  readonly reject: (error: Error) => void
}

/** A peer that speaks what it is told, over a connection within this process, and keeps what it is sent. */
export class RawPeer {
  /** The end of the other side. */
  readonly near: RawTransport
  readonly received: Frame[] = []
  readonly #far: RawTransport
  #waiting: readonly Waiting[] = []

  constructor(react: (frame: Frame, peer: RawPeer) => void = () => undefined, over?: RawTransport) {
    const [near, far] = InMemoryTransport.createLinkedPair()
    this.near = near as RawTransport
    this.#far = over ?? (far as RawTransport)
    this.#far.onmessage = (frame: Frame) => {
      this.received.push(frame)
      react(frame, this)
      const heard = this.#waiting.filter(({ wanted }) => wanted(frame))
      this.#waiting = this.#waiting.filter((one) => !heard.includes(one))
      for (const { resolve } of heard) resolve(frame)
    }
    this.#far.onclose = () => {
      for (const { reject } of this.#waiting) reject(new Error('closed'))
    }
  }

  /** A peer that speaks over a transport of its own. */
  static over(transport: RawTransport): RawPeer {
    return new RawPeer(() => undefined, transport)
  }

  start(): Promise<void> {
    return this.#far.start()
  }

  /** Says anything at all. */
  async say(frame: unknown): Promise<void> {
    await this.#far.send(frame as Frame)
  }

  /** What comes, or came, that is wanted; rejects where the connection ends before. */
  async heard(wanted: (frame: Frame) => boolean): Promise<Frame> {
    const known = this.received.find(wanted)
    if (known !== undefined) return known
    return new Promise((resolve, reject) => {
      this.#waiting = [...this.#waiting, { wanted, resolve, reject }]
    })
  }

  /** Asks, and gives the answer. */
  async ask(frame: Frame): Promise<Frame> {
    await this.say(frame)
    return this.heard(({ id, method }) => method === undefined && id === frame.id)
  }

  close(): Promise<void> {
    return this.#far.close()
  }
}

const INFO = { name: 'raw', version: '1' }

/** What a client says first, for the lines that shake hands. */
export async function shakeHands(client: RawPeer): Promise<void> {
  await client.ask({
    jsonrpc: '2.0',
    id: 'hands',
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: { sampling: {}, elicitation: {}, roots: {} },
      clientInfo: INFO,
    },
  })
  await client.say({ jsonrpc: '2.0', method: 'notifications/initialized' })
}

/** What each request carries with it in the stateless protocol. */
export const ENVELOPE: Readonly<Record<string, unknown>> = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': INFO,
}

/** A server's answer to what a client says first, in either protocol; nothing for anything else. */
export function welcome({ id, method }: Frame): Frame | undefined {
  const capabilities = { tools: {}, resources: {}, prompts: {}, logging: {} }
  if (method === 'initialize')
    return { jsonrpc: '2.0', id, result: { protocolVersion: '2025-11-25', capabilities, serverInfo: INFO } }
  if (method === 'server/discover')
    return {
      jsonrpc: '2.0',
      id,
      result: {
        resultType: 'complete',
        supportedVersions: ['2026-07-28'],
        capabilities,
        ttlMs: 0,
        cacheScope: 'private',
        _meta: { 'io.modelcontextprotocol/serverInfo': INFO },
      },
    }
  return undefined
}

/** The answer of a tool that worked. */
export function toolAnswer(id: unknown, text: string): Frame {
  return { jsonrpc: '2.0', id, result: { resultType: 'complete', content: [{ type: 'text', text }] } }
}
