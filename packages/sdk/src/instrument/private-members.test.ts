import { describe, expect, it } from 'vitest'
import { hasOwnFunctions, hasPrivateMembers } from './private-members.ts'

const states = new WeakMap<object, number>()

class Native {
  #count = 0
  get count(): number {
    return this.#count
  }
}
class Derived extends Native {}
class Counted {
  static #made = 0
  constructor() {
    Counted.#made += 1
  }
  get all(): number {
    return Counted.#made
  }
}
class Keyed {
  get state(): unknown {
    return states.get(this)
  }
}
class Open {
  // unlike #name, and whatever is written about #private
  readonly name: string = 'see the page#name or /agents/#open'
  shown(): string {
    return this.name
  }
}

// helpers as compilers for older targets name them
const __classPrivateFieldGet = (object: object): unknown => states.get(object)
const __privateGet = __classPrivateFieldGet
const _classPrivateFieldGet2 = __classPrivateFieldGet
const _class_private_field_get = __classPrivateFieldGet

class ByTypeScript {
  read(): unknown {
    return __classPrivateFieldGet(this)
  }
}
class ByEsbuild {
  read(): unknown {
    return __privateGet(this)
  }
}
class ByBabel {
  read(): unknown {
    return _classPrivateFieldGet2(this)
  }
}
class BySwc {
  read(): unknown {
    return _class_private_field_get(this)
  }
}

describe('a class keeps private members', () => {
  it.each([
    ['as the language has them', new Native()],
    ['in a class it is derived from', new Derived()],
    ['of the class itself', new Counted()],
    ['in a WeakMap', new Keyed()],
    ['as TypeScript compiles them', new ByTypeScript()],
    ['as esbuild compiles them', new ByEsbuild()],
    ['as Babel compiles them', new ByBabel()],
    ['as SWC compiles them', new BySwc()],
  ])('%s', (_how, object) => {
    expect(hasPrivateMembers(object)).toBe(true)
  })

  it.each([
    ['a class without any', new Open()],
    ['a plain object', { ask: () => 1 }],
    ['an object without a prototype', Object.create(null) as object],
    ['a function', () => 1],
  ])('unlike %s', (_what, object) => {
    expect(hasPrivateMembers(object)).toBe(false)
  })
})

it('knows functions and accessors of an object itself', () => {
  expect(hasOwnFunctions(new Open())).toBe(false)
  expect(hasOwnFunctions({ name: 'plain' })).toBe(false)
  expect(hasOwnFunctions({ ask: () => 1 })).toBe(true)
  expect(hasOwnFunctions(Object.defineProperty({}, 'asked', { get: () => 1 }))).toBe(true)
})
