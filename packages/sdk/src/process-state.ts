import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Where this piece of work stands. The members are opaque here because several installed copies of the SDK
 * may share the store; each copy narrows what it reads.
 */
export interface AmbientScope {
  readonly run?: object | undefined
  readonly step?: object | undefined
  readonly look?: object | undefined
}

interface ProcessState {
  readonly ambient: AsyncLocalStorage<AmbientScope>
  /** From a proxy to the handle behind it. */
  readonly handles: WeakMap<object, object>
}

const KEY: unique symbol = Symbol.for('aos.sdk/1') as never

function load(): ProcessState {
  const existing: unknown = Reflect.get(globalThis, KEY)
  if (existing !== undefined) return existing as ProcessState
  const created: ProcessState = { ambient: new AsyncLocalStorage(), handles: new WeakMap() }
  Object.defineProperty(globalThis, KEY, { value: created })
  return created
}

/** The one process-wide state of the SDK, shared by all its copies of the same major version. */
export const processState: ProcessState = load()
