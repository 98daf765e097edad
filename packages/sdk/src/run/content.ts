import type { Component, DecisionRecord, StepRecord } from '../events/event.ts'
import type { HandlerRecord } from '../hooks/chain.ts'
import type { ProtocolMessage } from '../hooks/hook-context.ts'
import { keyedDigest } from '../values/digest.ts'
import { preview } from '../privacy/preview.ts'
import { createRedactor, DROPPED, type Redactor } from '../privacy/redact.ts'
import { renderBounded } from '../values/render.ts'
import type { Operation } from './operation.ts'

/** How much of messages, arguments and results telemetry carries. */
export type Capture = 'off' | 'preview' | 'full'

/** Redacted text of a value, and how often what was replaced. */
export interface CapturedText {
  readonly text: string
  readonly redactions: readonly { readonly kind: string; readonly count: number }[]
}

/** What is recorded of something that was thrown. */
export interface ErrorDescription {
  readonly type: string
  /** Redacted, and of bounded length. */
  readonly message: string
}

const PREVIEW_BYTES = 8 * 1024
const PREVIEW_CODE_POINTS = 500
const FULL_BYTES = 256 * 1024
const MAX_NAMES = 1_000
const MAX_NAME_LENGTH = 256

/** What an operation is called by, as it is recorded. */
export type RecordedNames = Pick<StepRecord, 'name' | 'executionId' | 'mcpServer' | 'protocol' | 'model'>

/** Turns values into what telemetry may carry: bounded, redacted, never a whole large value. */
export class ContentCapture {
  readonly mode: Capture
  readonly #redactor: Redactor
  readonly #digestKey: string | Uint8Array
  readonly #names = new Map<string, string>()

  constructor(mode: Capture, redactor: Redactor, digestKey: string | Uint8Array) {
    this.mode = mode
    this.#redactor = redactor
    this.#digestKey = digestKey
  }

  /** Most bytes of a value that are looked at, and of several together that are recorded as one. */
  get maxBytes(): number {
    return this.mode === 'full' ? FULL_BYTES : PREVIEW_BYTES
  }

  /** Gives the text to record, or nothing when capture is off. */
  text(value: unknown): CapturedText | undefined {
    if (this.mode === 'off' || value === undefined) return undefined
    return this.#preview(value, {
      windowBytes: this.maxBytes,
      maxCodePoints: this.mode === 'full' ? FULL_BYTES : PREVIEW_CODE_POINTS,
    })
  }

  // a redactor that fails in whatever way drops the content: neither the content nor the failure goes on
  #preview(
    value: unknown,
    bounds: { readonly windowBytes: number; readonly maxCodePoints: number },
  ): CapturedText {
    try {
      const { text, redactions } = preview(value, this.#redactor, bounds)
      if (typeof text === 'string' && Array.isArray(redactions)) return { text, redactions }
    } catch {
      // told by what stands in the place of the content
    }
    return { text: DROPPED, redactions: [{ kind: 'dropped', count: 1 }] }
  }

  /** Redacts a text that is recorded whatever the capture mode, such as a reason or an error message. */
  message(text: string): string {
    return this.#preview(text, { windowBytes: PREVIEW_BYTES, maxCodePoints: PREVIEW_CODE_POINTS }).text
  }

  /** A type and a redacted message for anything that was thrown. */
  error(error: unknown): ErrorDescription {
    try {
      if (error instanceof Error)
        return { type: this.message(String(error.name)), message: this.message(String(error.message)) }
      return { type: typeof error, message: this.message(String(error)) }
    } catch {
      return { type: 'unknown', message: 'an error that cannot be read' }
    }
  }

  /** Redacts a text that is told whole, such as what a tool says of itself. */
  whole(text: string): string {
    return this.#preview(text, { windowBytes: FULL_BYTES, maxCodePoints: FULL_BYTES }).text
  }

  /** Redacts a name or an id; remembers those that come again and again. */
  name(text: string): string {
    const known = this.#names.get(text)
    if (known !== undefined) return known
    const redacted = this.message(text)
    if (this.#names.size >= MAX_NAMES) this.#names.clear()
    if (text.length <= MAX_NAME_LENGTH) this.#names.set(text, redacted)
    return redacted
  }

  /** Redacts what an operation is called by: models and clients make names and ids up, with anything in them. */
  namesOf({ name, executionId, facts, model }: Operation, protocol?: ProtocolMessage): RecordedNames {
    return {
      name: this.name(name),
      // mostly met once, so not worth remembering
      executionId: executionId === undefined ? undefined : this.message(executionId),
      mcpServer: this.#maybe(facts?.mcpServer),
      protocol: protocol === undefined ? undefined : this.#protocol(protocol),
      model:
        model === undefined
          ? undefined
          : { requested: this.name(model.requested), provider: this.#maybe(model.provider) },
    }
  }

  #protocol({ method, id, version, target, peer, ...rest }: ProtocolMessage): ProtocolMessage {
    return {
      ...rest,
      method: this.#maybe(method),
      id: typeof id === 'string' ? this.message(id) : id,
      version: this.#maybe(version),
      target: target === undefined ? undefined : this.message(target),
      peer: peer && {
        name: this.#maybe(peer.name),
        version: this.#maybe(peer.version),
        url: this.#maybe(peer.url),
      },
    }
  }

  /** Redacts who decided and what they were called; reasons and codes are redacted where they are put in. */
  decision(record: DecisionRecord): DecisionRecord {
    const by = this.#maybe(record.by)
    const failOpen = this.#maybe(record.failOpen)
    return by === record.by && failOpen === record.failOpen ? record : { ...record, by, failOpen }
  }

  /** Redacts what handlers are called and what they said, whatever the capture mode. */
  handlers(records: readonly HandlerRecord[]): readonly HandlerRecord[] {
    return records.map((record) => ({
      ...record,
      name: this.name(record.name),
      reason: record.reason === undefined ? undefined : this.message(record.reason),
      code: this.#maybe(record.code),
      failOpen: this.#maybe(record.failOpen),
      policies: record.policies?.map((policy) => this.name(policy)),
    }))
  }

  /** Redacts a component as the bill of materials lists it. */
  component({ id, type, name, version, description, url, capabilities }: Component): Component {
    return {
      id: this.name(id),
      type,
      name: this.name(name),
      version: this.#maybe(version),
      description: description === undefined ? undefined : this.message(description),
      url: this.#maybe(url),
      capabilities: capabilities?.map((capability) => this.name(capability)),
    }
  }

  #maybe(name: string | undefined): string | undefined {
    return name === undefined ? undefined : this.name(name)
  }

  /** Keyed digest of a value, so that equal contents can be found without being readable or guessable. */
  digest(value: unknown): string {
    return keyedDigest(this.#digestKey, renderBounded(value, FULL_BYTES).text)
  }
}

/** Describes anything that was thrown as the steps of a run do: its type and its redacted message, without a stack. */
export function describeError(error: unknown, redactor: Redactor = createRedactor()): ErrorDescription {
  return new ContentCapture('preview', redactor, '').error(error)
}
