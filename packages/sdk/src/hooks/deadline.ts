/** How a promise settled, or that it did not in time; a rejection in time is thrown. */
export type SettledWithin =
  | { readonly timedOut: false; readonly value: unknown }
  | { readonly timedOut: true }

const TIMED_OUT: SettledWithin = { timedOut: true }

/** Waits at most `timeoutMs`; what settles later is reported to `onLate`, never applied. */
export function settleWithin(
  work: PromiseLike<unknown>,
  timeoutMs: number,
  onLate: () => void,
): Promise<SettledWithin> {
  return new Promise((resolve, reject) => {
    let open = true
    let timer: NodeJS.Timeout | undefined
    const expire = (): void => {
      open = false
      resolve(TIMED_OUT)
    }
    const settle = (conclude: () => void): void => {
      if (!open) return onLate()
      open = false
      clearTimeout(timer)
      conclude()
    }
    try {
      work.then(
        (value) => settle(() => resolve({ timedOut: false, value })),
        (error: unknown) => settle(() => reject(error)),
      )
    } catch (error) {
      settle(() => reject(error))
    }
    // what has its answer ready settles before this, and costs no timer
    queueMicrotask(() => {
      if (open) timer = setTimeout(expire, timeoutMs)
    })
  })
}
