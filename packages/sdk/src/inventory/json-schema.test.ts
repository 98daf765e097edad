import { expect, it } from 'vitest'
import { z } from 'zod'
import { jsonSchemaOf } from './json-schema.ts'

const PLAIN = {
  type: 'object',
  properties: { query: { type: 'string', description: 'what to look for' }, limit: { type: 'number' } },
  required: ['limit', 'query'],
}

it.each([
  ['JSON Schema', PLAIN],
  ['another order of names', { ...PLAIN, required: ['query', 'limit'] }],
  [
    'what a converter adds',
    { $schema: 'http://json-schema.org/draft-07/schema#', ...PLAIN, additionalProperties: false },
  ],
  ['zod', z.object({ query: z.string().describe('what to look for'), limit: z.number() })],
  ['a schema of the AI SDK', { jsonSchema: PLAIN, validate: () => undefined }],
  ['a lazy schema', () => ({ jsonSchema: PLAIN })],
  ['Standard JSON Schema', { '~standard': { version: 1, vendor: 'x', jsonSchema: { input: () => PLAIN } } }],
])('reads the same tool from %s', (_form, schema) => {
  expect(jsonSchemaOf(schema)).toEqual(PLAIN)
})

it.each([
  ['nothing', undefined],
  ['a text', 'string'],
  ['a schema that only validates', { '~standard': { version: 1, vendor: 'x', validate: () => ({}) } }],
  ['a schema that is on its way', { jsonSchema: Promise.resolve(PLAIN) }],
  [
    'one that throws',
    {
      get jsonSchema(): never {
        throw new Error('no')
      },
    },
  ],
  ['one that goes round', Object.assign({ type: 'object' }, { self: {} as object })].map((part, index) => {
    if (index === 1) Object.assign((part as { self: object }).self, { part })
    return part
  }) as [string, unknown],
  ['more than can be looked at', { type: 'object', description: 'x'.repeat(300_000) }],
])('reads nothing of %s', (_what, schema) => {
  expect(jsonSchemaOf(schema)).toBeUndefined()
})

it('keeps names that only look like those of a converter', () => {
  const schema = { type: 'object', properties: { additionalProperties: { type: 'boolean' } } }
  expect(jsonSchemaOf(schema)).toEqual(schema)
  expect(jsonSchemaOf({ type: 'object', additionalProperties: { type: 'string' } })).toEqual({
    type: 'object',
    additionalProperties: { type: 'string' },
  })
})
