/** One thing to deliver; its `id` lets the receiver recognise a repeated delivery. */
export interface OutboxItem {
  readonly id: string
  /** What the item is, for the `deliver` function to route by. */
  readonly kind: string
  readonly contentType: string
  /** The bytes to deliver; kept by reference, so they must not change after `enqueue`. */
  readonly body: Uint8Array
  /** Extra headers; they reach the disk, so credentials belong in `deliver` instead. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What became of one delivery attempt. */
export type DeliveryResult =
  | { readonly status: 'delivered' }
  | { readonly status: 'retry'; readonly reason: string; readonly retryAfterMs?: number | undefined }
  | { readonly status: 'rejected'; readonly reason: string }
  /** The receiver takes no requests of this size: what was joined is sent apart, then the item is divided. */
  | { readonly status: 'too_large'; readonly reason: string }

/** Sends one item; whatever it throws counts as `retry`. */
export type Deliver = (item: OutboxItem, signal: AbortSignal) => Promise<DeliveryResult>

const FIXED_OVERHEAD_BYTES = 64

/** Whether a value has the shape of an {@link OutboxItem}. */
export function isOutboxItem(value: unknown): value is OutboxItem {
  if (typeof value !== 'object' || value === null) return false
  const { id, kind, contentType, body } = value as Partial<Record<keyof OutboxItem, unknown>>
  return [id, kind, contentType].every((text) => typeof text === 'string') && body instanceof Uint8Array
}

/** Size of an item as it counts against the bounds of the queue. */
export function outboxItemBytes(item: OutboxItem): number {
  let bytes =
    FIXED_OVERHEAD_BYTES + item.id.length + item.kind.length + item.contentType.length + item.body.byteLength
  for (const [name, value] of Object.entries(item.headers ?? {})) bytes += name.length + value.length
  return bytes
}
