import { deepEqual } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { compareSchemas } from './schema-changes.ts'

const BEFORE = {
  title: 'Event',
  type: 'object',
  required: ['id'],
  properties: {
    id: { type: 'string' },
    kind: { enum: ['a', 'b'] },
    version: { const: 'v1' },
    tool: { $ref: '#/$defs/tool' },
    tags: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
    at: { type: ['string', 'null'] },
  },
  additionalProperties: true,
  $defs: { tool: { type: 'object', properties: { name: { type: 'string' } } } },
}

type Schema = typeof BEFORE
const after = (change: (schema: Schema) => unknown): readonly string[] => {
  const schema = structuredClone(BEFORE)
  change(schema)
  return compareSchemas(BEFORE, schema).breaking
}
const properties = (schema: Schema): Record<string, unknown> => schema.properties

describe('a change of a schema', () => {
  const broken: readonly (readonly [string, (schema: Schema) => unknown, string])[] = [
    ['loses a member', (s) => Reflect.deleteProperty(s.properties, 'at'), '/at is gone'],
    ['requires a member', (s) => s.required.push('kind'), '/kind is required now'],
    ['loses a member of a part', (s) => (s.$defs.tool.properties = {} as never), '/tool/name is gone'],
    [
      'loses a member of items',
      (s) => (s.properties.tags.items.properties = {} as never),
      '/tags/*/name is gone',
    ],
    ['takes fewer types', (s) => (s.properties.at.type = ['string']), '/at takes other types: string'],
    ['takes fewer values', (s) => (s.properties.kind.enum = ['a']), '/kind takes other values: "a"'],
    ['takes another value', (s) => (s.properties.version.const = 'v2'), '/version takes other values: "v2"'],
    [
      'asks for a form',
      (s) => Object.assign(s.properties.id, { minLength: 1 }),
      '/id has another minLength: 1',
    ],
    [
      'closes it',
      (s) => (s.additionalProperties = false),
      'the document has another additionalProperties: false',
    ],
    [
      'adds a required member',
      (s) => {
        properties(s)['team'] = { type: 'string' }
        s.required.push('team')
      },
      '/team is new and required',
    ],
  ]
  for (const [what, change, expected] of broken)
    test(`that ${what}`, () => {
      deepEqual(after(change), [expected])
    })

  test('that renames a member', () => {
    const renamed = (schema: Schema): void => {
      const { at, ...rest } = schema.properties
      Object.assign(schema, { properties: { ...rest, occurred_at: at } })
    }
    deepEqual(after(renamed), ['/at is gone'])
  })

  test('that only adds or loosens is none', () => {
    const loosened = structuredClone(BEFORE)
    Object.assign(loosened.properties, {
      team: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } },
      id: { type: ['string', 'number'], description: 'its id' },
      kind: { enum: ['b', 'a', 'c'] },
    })
    loosened.required = []
    deepEqual(compareSchemas(BEFORE, loosened), { breaking: [], added: ['/team', '/team/id'] })
  })
})
