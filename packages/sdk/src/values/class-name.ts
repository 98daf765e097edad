/** Name of the class an object says it is of, when it looks like one. */
export function classNameOf(value: object): string | undefined {
  const constructor: unknown = Reflect.get(value, 'constructor')
  if (typeof constructor !== 'function') return undefined
  const { name } = constructor
  return typeof name === 'string' && /^\w{1,64}$/.test(name) ? name : undefined
}
