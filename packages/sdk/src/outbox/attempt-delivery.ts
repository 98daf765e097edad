import type { OutboxClock } from './outbox-clock.ts'
import type { Deliver, DeliveryResult, OutboxItem } from './outbox-item.ts'

/** What {@link attemptDelivery} needs. */
export interface DeliveryAttempt {
  readonly item: OutboxItem
  readonly deliver: Deliver
  readonly clock: OutboxClock
  readonly timeoutMs: number
  /** Aborted by the attempt itself at its timeout, or by its owner. */
  readonly controller: AbortController
}

/** Makes one delivery attempt; it always settles, whatever `deliver` does. */
export async function attemptDelivery({
  item,
  deliver,
  clock,
  timeoutMs,
  controller,
}: DeliveryAttempt): Promise<DeliveryResult> {
  const { signal } = controller
  const aborted = new Promise<DeliveryResult>((resolve) => {
    signal.addEventListener('abort', () => resolve({ status: 'retry', reason: 'timeout' }), { once: true })
  })
  const cancelTimeout = clock.schedule(() => controller.abort(), timeoutMs, false)
  try {
    return toDeliveryResult(await Promise.race([deliver(item, signal), aborted]))
  } catch (error) {
    return {
      status: 'retry',
      reason: error instanceof Error ? `${error.name}: ${error.message}` : 'deliver threw',
    }
  } finally {
    cancelTimeout()
  }
}

const STATUSES: ReadonlySet<unknown> = new Set<DeliveryResult['status']>([
  'delivered',
  'retry',
  'rejected',
  'too_large',
])

function toDeliveryResult(result: DeliveryResult | undefined): DeliveryResult {
  return result !== undefined && STATUSES.has(result.status)
    ? result
    : { status: 'retry', reason: 'invalid delivery result' }
}
