const INSPECT: symbol = Symbol.for('nodejs.util.inspect.custom')

/** Whether a proxy with this target could not show other members than the target's own, because those are frozen. */
export function isFixed(target: object): boolean {
  if (typeof target === 'function') return false
  return Object.values(Object.getOwnPropertyDescriptors(target)).some(
    (own) => own.configurable !== true && own.writable === false,
  )
}

/** A target for a proxy that is to stand for an object without being held to what is frozen in it. */
export function shadowOf<T extends object>(object: T): T {
  // what is printed is the object
  const printed: PropertyDescriptorMap = { [INSPECT]: { value: () => object, configurable: true } }
  return Object.create(Reflect.getPrototypeOf(object), printed) as T
}

/** Traps that answer for an object where the target is its shadow. */
export function answeringFor<T extends object>(object: T): ProxyHandler<T> {
  return {
    get: (_shadow, key, receiver) => Reflect.get(object, key, receiver) as unknown,
    set: (_shadow, key, value) => Reflect.set(object, key, value),
    has: (_shadow, key) => Reflect.has(object, key),
    ownKeys: () => Reflect.ownKeys(object),
    getOwnPropertyDescriptor(_shadow, key) {
      const own = Reflect.getOwnPropertyDescriptor(object, key)
      // a proxy may call nothing fixed that is not fixed in its target
      return own && { ...own, configurable: true }
    },
    defineProperty: (_shadow, key, descriptor) => Reflect.defineProperty(object, key, descriptor),
    deleteProperty: (_shadow, key) => Reflect.deleteProperty(object, key),
    preventExtensions: () => false,
  }
}
