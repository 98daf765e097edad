import { createRequire } from 'node:module'
import protobuf from 'protobufjs'

// the conditions of the test runner give `long` to `require` as the module it is for `import`, and protobufjs, which then
// does not know it, reads times with an error of hundreds of nanoseconds
const load = createRequire(createRequire(import.meta.url).resolve('protobufjs')) as (name: string) => object
const loaded = load('long')
const Long: unknown = Reflect.get(loaded, 'default') ?? loaded
if (typeof Reflect.get(Object(Long), 'isLong') !== 'function') throw new Error('long is not what it was')
protobuf.util.Long = Long as typeof protobuf.util.Long
protobuf.configure()
