/** The same object, noting which of its methods are called. */
export function counted<T extends object>(target: T, calls: string[]): T {
  const proxy: T = new Proxy(target, {
    get(own, key) {
      const value: unknown = Reflect.get(own, key)
      if (typeof value !== 'function' || typeof key !== 'string') return value
      return function (this: unknown, ...args: readonly unknown[]): unknown {
        if (this !== proxy) return Reflect.apply(value, this, args)
        if (key !== 'getAgentCard') calls.push(key)
        return Reflect.apply(value, own, args)
      }
    },
  })
  return proxy
}
