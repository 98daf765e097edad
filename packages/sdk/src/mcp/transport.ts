import type { Awaitable } from '../values/awaitable.ts'
import type { FrameGuard, SendFacts } from './frame-guard.ts'
import type { Ends } from './frame-operation.ts'
import { nameAt, type Frame } from './frames.ts'
import { attempt } from './line.ts'

type OnMessage = (frame: Frame, extra?: unknown) => void

/** A transport of MCP. */
export interface TransportShape {
  send(frame: Frame, options?: unknown): Promise<void>
  close?(...args: readonly unknown[]): unknown
  onmessage?: OnMessage | undefined
  onerror?: ((error: Error) => void) | undefined
  onclose?: (() => void) | undefined
}

/** A transport whose messages are judged, for a connection that is about to be made; the original sees no other use. */
export function guardedTransport<T extends TransportShape>(transport: T, guard: FrameGuard): T {
  const own: Handlers = { onmessage: transport.onmessage, onclose: transport.onclose }
  const methods = guardedMethods(
    guard,
    { transport, send: (frame, options) => transport.send(frame, options) },
    own,
  )
  // what is put in the place of a method goes through it, and must not go through itself
  const given: Record<PropertyKey, unknown> = {
    send: methods.send,
    ...(typeof transport.close === 'function'
      ? { close: (...args: readonly unknown[]) => closing(guard, () => transport.close?.(...args)) }
      : {}),
  }
  if (own.onmessage !== undefined) transport.onmessage = methods.onmessage
  transport.onclose = methods.onclose
  return new Proxy(transport, {
    get(target, key) {
      if (key === 'onmessage' || key === 'onclose') return own[key]
      if (Object.hasOwn(given, key)) return given[key]
      const member: unknown = Reflect.get(target, key, target)
      if (typeof member !== 'function' || key === 'constructor' || Object.hasOwn(target, key)) return member
      return (...args: readonly unknown[]): unknown => Reflect.apply(member, target, args)
    },
    set(target, key, value) {
      if (key === 'onmessage') {
        own.onmessage = value as OnMessage | undefined
        target.onmessage = value === undefined ? undefined : methods.onmessage
      } else if (key === 'onclose') own.onclose = value as (() => void) | undefined
      else if (Object.hasOwn(given, key)) given[key] = value
      else return Reflect.set(target, key, value, target)
      return true
    },
  })
}

/** Judges the messages of a connection that stands, for whoever uses it; `over` is called once it is closed. */
export function guardTransport(transport: TransportShape, guard: FrameGuard, over: () => void): void {
  const own: Handlers = { onmessage: transport.onmessage, onclose: transport.onclose }
  const before = Object.getOwnPropertyDescriptor(transport, 'send')
  const send = transport.send.bind(transport)
  // a transport sends again by itself, after it has authorised
  const sending = new Set<Frame>()
  const raw = async (frame: Frame, options: unknown): Promise<void> => {
    sending.add(frame)
    try {
      await send(frame, options)
    } finally {
      sending.delete(frame)
    }
  }
  const methods = guardedMethods(guard, { transport, send: raw }, own)
  const guardedSend: TransportShape['send'] = (frame, options) =>
    sending.has(frame) ? send(frame, options) : methods.send(frame, options)
  transport.send = guardedSend
  transport.onmessage = methods.onmessage
  transport.onclose = () => {
    // what connects to it again is guarded anew, and is not to be judged twice
    if (transport.send === guardedSend) restore(transport, before)
    over()
    methods.onclose()
  }
}

function restore(transport: TransportShape, send: PropertyDescriptor | undefined): void {
  if (send === undefined) Reflect.deleteProperty(transport, 'send')
  else Object.defineProperty(transport, 'send', send)
}

interface Handlers {
  onmessage: OnMessage | undefined
  onclose: (() => void) | undefined
}

interface Guarded {
  readonly send: (frame: Frame, options?: unknown) => Promise<void>
  readonly onmessage: OnMessage
  readonly onclose: () => void
}

interface Raw {
  readonly transport: TransportShape
  readonly send: (frame: Frame, options: unknown) => unknown
}

function guardedMethods(guard: FrameGuard, { transport, send }: Raw, own: Handlers): Guarded {
  const failed = (error: unknown): void =>
    transport.onerror?.(error instanceof Error ? error : new Error(String(error)))
  // an application may answer in its own handler and wait there until that is sent: it is not waited for
  const deliver = (frame: Frame, extra: unknown): void => {
    own.onmessage?.call(transport, frame, extra)
  }
  return {
    send: (frame, options) => {
      const facts = factsOf(options)
      const given = untilStreamEnd(options, () => guard.forget(frame))
      const ends: Ends = {
        send: (decided) => send(decided, given),
        deliver: (answer) => deliver(answer, undefined),
        failed,
      }
      // whatever a transport gives, the SDKs wait for a promise
      const sent = attempt(
        () => guard.outbound(frame, ends, facts),
        (error) => Promise.reject(error as Error),
      ) as Awaitable<void>
      return Promise.resolve(sent)
    },
    onmessage: (frame, extra) =>
      guard.inbound(
        frame,
        {
          send: (answer) => send(answer, undefined),
          deliver: (decided) => deliver(decided, extra),
          failed,
        },
        versionOf(extra),
      ),
    onclose: () => {
      guard.closed()
      own.onclose?.call(transport)
    },
  }
}

// the stream that would have brought the answer may end without one
function untilStreamEnd(options: unknown, ended: () => void): unknown {
  if (typeof options !== 'object' || options === null) return options
  const own: unknown = Reflect.get(options, 'onRequestStreamEnd')
  if (typeof own !== 'function') return options
  const onRequestStreamEnd = (...args: readonly unknown[]): unknown => {
    ended()
    return Reflect.apply(own, options, args)
  }
  return { ...options, onRequestStreamEnd }
}

const VERSION_HEADER = 'mcp-protocol-version'

/** The protocol version that the HTTP request of a message names. */
function versionOf(extra: unknown): string | undefined {
  if (typeof extra !== 'object' || extra === null) return undefined
  const request: unknown = Reflect.get(extra, 'request') ?? Reflect.get(extra, 'requestInfo')
  if (typeof request !== 'object' || request === null) return undefined
  const headers: unknown = Reflect.get(request, 'headers')
  return headers instanceof Headers
    ? (headers.get(VERSION_HEADER) ?? undefined)
    : nameAt(headers, VERSION_HEADER)
}

function closing(guard: FrameGuard, close: () => unknown): unknown {
  const closed = attempt(
    () => close() as Awaitable<unknown>,
    (error) => Promise.reject(error as Error),
  )
  const end = (): void => guard.closed()
  if (closed instanceof Promise) closed.then(end, end)
  else end()
  return closed
}

function factsOf(options: unknown): SendFacts {
  if (typeof options !== 'object' || options === null) return {}
  const { relatedRequestId, signal, requestSignal } = options as Readonly<Record<string, unknown>>
  const aborting = signal ?? requestSignal
  return {
    related:
      typeof relatedRequestId === 'string' || typeof relatedRequestId === 'number'
        ? relatedRequestId
        : undefined,
    signal: aborting instanceof AbortSignal ? aborting : undefined,
  }
}
