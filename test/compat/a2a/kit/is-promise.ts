import { createRequire, Module } from 'node:module'

// the conditions of the test runner give is-promise to `require` as the module it is for `import`, with which express
// answers nothing; imported before everything that loads express
const ofExpress = createRequire(createRequire(import.meta.url).resolve('express'))
const ofRouter = createRequire(ofExpress.resolve('router'))
const path = ofRouter.resolve('is-promise')
const loaded: unknown = ofRouter('is-promise')
if (typeof loaded !== 'function') {
  const exports: unknown = Reflect.get(Object(loaded) as object, 'default')
  ofRouter.cache[path] = Object.assign(new Module(path), { exports, loaded: true, filename: path })
}
