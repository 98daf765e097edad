/** A value that is here already, or promised. */
export type Awaitable<T> = T | Promise<T>

/** Goes on with a value, at once where it is here: what answers at once costs no promise and no turn. */
export function whenReady<T, R>(value: Awaitable<T>, goOn: (value: T) => Awaitable<R>): Awaitable<R> {
  return value instanceof Promise ? value.then(goOn) : goOn(value)
}
