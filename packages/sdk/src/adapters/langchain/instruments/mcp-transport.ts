import type { Frame } from './mcp-frames.ts'
import type { Ends, FrameGuard } from './mcp-guard.ts'

type OnMessage = (frame: Frame, extra?: unknown) => void

/** A transport of MCP. */
export interface TransportShape {
  send(frame: Frame, options?: unknown): Promise<void>
  onmessage?: OnMessage | undefined
  onerror?: ((error: Error) => void) | undefined
}

/** A transport whose messages are judged, for a connection that is about to be made. */
export function guardedTransport<T extends TransportShape>(transport: T, guard: FrameGuard): T {
  let onmessage = transport.onmessage
  const send = (frame: Frame, options?: unknown): Promise<unknown> =>
    guard.outbound(frame, endsOf(transport, { options, onmessage: (...args) => onmessage?.(...args) }))
  const receive: OnMessage = (frame, extra) =>
    guard.inbound(
      frame,
      endsOf(transport, { options: undefined, onmessage: (one) => onmessage?.(one, extra) }),
    )
  return new Proxy(transport, {
    get(target, key) {
      if (key === 'send') return send
      if (key === 'onmessage') return onmessage
      const own: unknown = Reflect.get(target, key, target)
      if (typeof own !== 'function' || key === 'constructor' || Object.hasOwn(target, key)) return own
      return (...args: readonly unknown[]): unknown => Reflect.apply(own, target, args)
    },
    set(target, key, value) {
      if (key !== 'onmessage') return Reflect.set(target, key, value, target)
      onmessage = value as OnMessage | undefined
      target.onmessage = receive
      return true
    },
  })
}

/** Judges the messages of a connection that stands, for whoever uses it. */
export function guardTransport(transport: TransportShape, guard: FrameGuard): void {
  const { onmessage } = transport
  const send = transport.send.bind(transport)
  // a transport sends again by itself, after it has authorised
  const decided = new WeakSet<Frame>()
  const raw: TransportShape = {
    send: (frame, options) => {
      decided.add(frame)
      return send(frame, options)
    },
    onerror: (error) => transport.onerror?.(error),
  }
  const deliver: OnMessage = (frame, extra) => onmessage?.call(transport, frame, extra)
  transport.send = async (frame, options) => {
    if (decided.has(frame)) return send(frame, options)
    await guard.outbound(frame, endsOf(raw, { options, onmessage: deliver }))
  }
  transport.onmessage = (frame, extra) =>
    guard.inbound(frame, endsOf(raw, { options: undefined, onmessage: (one) => deliver(one, extra) }))
}

function endsOf(
  transport: TransportShape,
  { options, onmessage }: { readonly options: unknown; readonly onmessage: OnMessage },
): Ends {
  return {
    send: (frame) => transport.send(frame, options),
    deliver: onmessage,
    failed: (error) => transport.onerror?.(error instanceof Error ? error : new Error(String(error))),
  }
}
