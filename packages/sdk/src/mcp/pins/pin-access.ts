import type { Awaitable } from '../../values/awaitable.ts'
import type { ToolPinEntry } from './pin-store.ts'
import type { PinSettings } from './pin-options.ts'
import { pinProblem, shown, type ToolPin } from './tool-pin.ts'

/** Says that the store could not give a pin. */
export const UNAVAILABLE: unique symbol = Symbol('unavailable')

/** Reads one pin; whatever goes wrong with it is reported, and no pin. */
export function readPin(
  { store, onError }: PinSettings,
  server: string,
  tool: string,
): Awaitable<ToolPin | undefined | typeof UNAVAILABLE> {
  const failed = (error: unknown): typeof UNAVAILABLE => {
    onError(error)
    return UNAVAILABLE
  }
  const checked = (pin: ToolPin | undefined | null): ToolPin | undefined | typeof UNAVAILABLE => {
    if (pin === undefined || pin === null) return undefined
    const problem = pinProblem(pin)
    return problem === undefined
      ? pin
      : failed(new TypeError(`the pin of ${shown(tool)} of ${shown(server)}${problem}`))
  }
  try {
    const pin = store.get(server, tool)
    return isThenable(pin) ? Promise.resolve(pin).then(checked, failed) : checked(pin)
  } catch (error) {
    return failed(error)
  }
}

/** Keeps pins; false where they are not kept, which is reported. */
export function keepPins(
  { store, onError }: PinSettings,
  entries: readonly ToolPinEntry[],
): Awaitable<boolean> {
  const failed = (error: unknown): false => {
    onError(error)
    return false
  }
  try {
    const kept = store.set(entries)
    return isThenable(kept) ? Promise.resolve(kept).then(() => true, failed) : true
  } catch (error) {
    return failed(error)
  }
}

function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function'
}
