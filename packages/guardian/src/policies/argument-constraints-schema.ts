import { isDeepStrictEqual } from '@aos/sdk/adapter'
import { compilePattern } from './argument-constraints-pattern.ts'
import { invalidOption } from './policy-options.ts'
import { ownValue, recordOf } from './tool-access-call.ts'

/**
 * The part of JSON Schema that a policy may be written in. Any other keyword is refused when the policy is made: one
 * that is not understood would let through what its author meant to stop.
 */
export interface SchemaRule {
  readonly title?: string
  readonly description?: string
  readonly type?: SchemaType | readonly SchemaType[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  /** Without groups that repeat, references and looking around. */
  readonly pattern?: string
  readonly items?: SchemaRule
  readonly minItems?: number
  readonly maxItems?: number
  readonly properties?: Readonly<Record<string, SchemaRule>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | SchemaRule
  readonly anyOf?: readonly SchemaRule[]
  readonly allOf?: readonly SchemaRule[]
  readonly not?: SchemaRule
}

/** What JSON Schema calls a type. */
export type SchemaType = 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'array' | 'object'

/** Says whether a value is as it must be. */
export type ValueTest = (value: unknown) => boolean

interface Place {
  readonly policy: string
  readonly option: string
}

const TYPES: ReadonlyMap<unknown, ValueTest> = new Map<SchemaType, ValueTest>([
  ['string', (value) => typeof value === 'string'],
  ['number', (value) => typeof value === 'number' && Number.isFinite(value)],
  ['integer', (value) => Number.isInteger(value)],
  ['boolean', (value) => typeof value === 'boolean'],
  ['null', (value) => value === null],
  ['array', (value) => Array.isArray(value)],
  ['object', (value) => recordOf(value) !== undefined],
])

const ANNOTATIONS: ReadonlySet<string> = new Set(['title', 'description', '$comment'])

/** Compiles a schema into one test; throws `invalid_policy` at a keyword that it does not know. */
export function compileSchema(policy: string, option: string, given: unknown): ValueTest {
  const schema = recordOf(given)
  const place = { policy, option }
  if (schema === undefined) throw wrong(place, 'is no schema')
  const tests: ValueTest[] = []
  for (const [keyword, said] of Object.entries(schema)) {
    if (ANNOTATIONS.has(keyword)) continue
    const compile = KEYWORDS.get(keyword)
    if (compile === undefined) throw wrong({ policy, option: `${option}.${keyword}` }, 'is not understood')
    checkTyped({ policy, option: `${option}.${keyword}` }, keyword, schema['type'])
    tests.push(compile({ policy, option: `${option}.${keyword}` }, said, schema))
  }
  return (value) => tests.every((test) => test(value))
}

const BOUNDED: readonly (readonly [readonly SchemaType[], readonly string[]])[] = [
  [
    ['number', 'integer'],
    ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  ],
  [['string'], ['minLength', 'maxLength', 'pattern']],
  [['array'], ['minItems', 'maxItems', 'items']],
]

// JSON Schema lets a value of any other type pass such a keyword, so that "9999" would be within every maximum
function checkTyped(place: Place, keyword: string, type: unknown): void {
  const needed = BOUNDED.find(([, keywords]) => keywords.includes(keyword))?.[0]
  const types: readonly unknown[] = Array.isArray(type) ? type : [type]
  if (needed === undefined || needed.some((one) => types.includes(one))) return
  throw wrong(place, `says nothing of other values: add type: ${needed[0]}`)
}

type Compile = (place: Place, said: unknown, schema: Readonly<Record<string, unknown>>) => ValueTest

const KEYWORDS: ReadonlyMap<string, Compile> = new Map<string, Compile>([
  ['type', compileType],
  [
    'enum',
    (place, said) => {
      const values = listOf(place, said)
      return (value) => values.some((one) => isDeepStrictEqual(one, value))
    },
  ],
  ['const', (_place, said) => (value) => isDeepStrictEqual(said, value)],
  ['minimum', limit((value, bound) => value >= bound)],
  ['maximum', limit((value, bound) => value <= bound)],
  ['exclusiveMinimum', limit((value, bound) => value > bound)],
  ['exclusiveMaximum', limit((value, bound) => value < bound)],
  ['minLength', size('string', (length, bound) => length >= bound)],
  ['maxLength', size('string', (length, bound) => length <= bound)],
  ['minItems', size('array', (length, bound) => length >= bound)],
  ['maxItems', size('array', (length, bound) => length <= bound)],
  [
    'pattern',
    (place, said) => {
      const test = compilePattern(place.policy, place.option, said)
      return (value) => typeof value !== 'string' || test(value)
    },
  ],
  [
    'items',
    (place, said) => {
      const test = compileSchema(place.policy, place.option, said)
      return (value) => !Array.isArray(value) || value.every(test)
    },
  ],
  ['properties', compileProperties],
  [
    'required',
    (place, said) => {
      const names = listOf(place, said)
      if (!names.every((name) => typeof name === 'string')) throw wrong(place, 'is no list of names')
      return ifRecord((record) => names.every((name) => ownValue(record, name) !== undefined))
    },
  ],
  ['additionalProperties', compileAdditional],
  [
    'anyOf',
    (place, said) => {
      const tests = listOf(place, said).map((one) => compileSchema(place.policy, place.option, one))
      return (value) => tests.some((test) => test(value))
    },
  ],
  [
    'allOf',
    (place, said) => {
      const tests = listOf(place, said).map((one) => compileSchema(place.policy, place.option, one))
      return (value) => tests.every((test) => test(value))
    },
  ],
  [
    'not',
    (place, said) => {
      const test = compileSchema(place.policy, place.option, said)
      return (value) => !test(value)
    },
  ],
])

function compileType(place: Place, said: unknown): ValueTest {
  const tests = (Array.isArray(said) ? listOf(place, said) : [said]).map((type) => {
    const test = TYPES.get(type)
    if (test === undefined) throw wrong(place, 'is no type')
    return test
  })
  return (value) => tests.some((test) => test(value))
}

function compileProperties({ policy, option }: Place, said: unknown): ValueTest {
  const properties = recordOf(said)
  if (properties === undefined) throw wrong({ policy, option }, 'is no object')
  const tests = Object.entries(properties).map(
    ([name, schema]) => [name, compileSchema(policy, `${option}.${name}`, schema)] as const,
  )
  return ifRecord((record) =>
    tests.every(([name, test]) => ownValue(record, name) === undefined || test(ownValue(record, name))),
  )
}

function compileAdditional(
  { policy, option }: Place,
  said: unknown,
  schema: Readonly<Record<string, unknown>>,
): ValueTest {
  const known = new Set(Object.keys(recordOf(schema['properties']) ?? {}))
  const test = typeof said === 'boolean' ? () => said : compileSchema(policy, option, said)
  return ifRecord((record) => Object.keys(record).every((name) => known.has(name) || test(record[name])))
}

function ifRecord(test: (record: Readonly<Record<string, unknown>>) => boolean): ValueTest {
  return (value) => {
    const record = recordOf(value)
    return record === undefined || test(record)
  }
}

function limit(fits: (value: number, bound: number) => boolean): Compile {
  return (place, said) => {
    const bound = numberOf(place, said)
    return (value) => typeof value !== 'number' || fits(value, bound)
  }
}

function size(type: 'string' | 'array', fits: (length: number, bound: number) => boolean): Compile {
  return (place, said) => {
    const bound = numberOf(place, said)
    if (type === 'array') return (value) => !Array.isArray(value) || fits(value.length, bound)
    return (value) => typeof value !== 'string' || fits(Array.from(value).length, bound)
  }
}

function numberOf(place: Place, said: unknown): number {
  if (typeof said === 'number' && Number.isFinite(said)) return said
  throw wrong(place, 'is no number')
}

function listOf(place: Place, said: unknown): readonly unknown[] {
  if (Array.isArray(said) && said.length > 0) return said
  throw wrong(place, 'is no list, or an empty one')
}

function wrong({ policy, option }: Place, problem: string): Error {
  return invalidOption(policy, {
    option,
    problem,
    fix: `Use JSON Schema with these keywords only: ${[...KEYWORDS.keys()].join(', ')}.`,
  })
}
