// how private members are used in source text: `.#name`, what compilers make of it, and a WeakMap keyed by `this`
const PRIVATE =
  /\.#[\p{L}_$]|#[\p{L}_$][\w$]*\s+in\b|class_?private|__private|assertClassBrand|\.(?:get|set|has)\(\s*this\b/iu

const KNOWN = new WeakMap<object, boolean>()

/**
 * Whether a class of an object keeps members that only the object itself can be asked for, and no proxy of it. It is
 * read off the source: a comment that looks like one counts too, which costs the proxy as `this` and nothing else.
 */
export function hasPrivateMembers(object: object): boolean {
  for (
    let prototype = Reflect.getPrototypeOf(object);
    prototype !== null;
    prototype = Reflect.getPrototypeOf(prototype)
  ) {
    const maker: unknown = Reflect.getOwnPropertyDescriptor(prototype, 'constructor')?.value
    if (typeof maker === 'function' && isPrivate(maker)) return true
  }
  return false
}

function isPrivate(maker: object): boolean {
  const known = KNOWN.get(maker)
  if (known !== undefined) return known
  const found = PRIVATE.test(Function.prototype.toString.call(maker))
  KNOWN.set(maker, found)
  return found
}

/** Whether an object has functions or accessors of its own, which may have kept the object itself as their `this`. */
export function hasOwnFunctions(object: object): boolean {
  return Object.values(Object.getOwnPropertyDescriptors(object)).some(
    (own) => !('value' in own) || typeof own.value === 'function',
  )
}
