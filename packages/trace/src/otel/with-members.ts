/** The same object with other members; what keeps its state private goes on reading it from itself. */
export function withMembers<Target extends object>(target: Target, members: Partial<Target>): Target {
  return new Proxy(target, {
    get(own, key) {
      if (Object.hasOwn(members, key)) return Reflect.get(members, key) as unknown
      const value: unknown = Reflect.get(own, key, own)
      return typeof value === 'function'
        ? (...args: unknown[]): unknown => Reflect.apply(value, own, args)
        : value
    },
  })
}
