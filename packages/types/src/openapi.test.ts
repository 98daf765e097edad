import { readFileSync } from 'node:fs'

import { Validator } from '@seriousme/openapi-schema-validator'
import addFormats from 'ajv-formats'
import Ajv2020 from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const names = ['agent-run', 'step', 'cost', 'provenance', 'eval']
const base = 'https://agent-run.example/schemas/'

interface Api {
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>
  components: { schemas: Record<string, unknown> }
}

function read(name: string): string {
  return readFileSync(new URL(`../schemas/${name}`, import.meta.url), 'utf8')
}

function strictAjv(): Ajv2020.default {
  const ajv = new Ajv2020.default({ strict: true, allErrors: true })
  addFormats.default(ajv)
  ajv.addVocabulary(['components'])
  for (const name of names) ajv.addSchema(JSON.parse(read(`${name}.json`)) as object)
  return ajv
}

const api = parse(read('openapi.yaml'), { merge: true }) as Api

function references(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) =>
    key === '$ref' && typeof member === 'string' ? [member] : references(member),
  )
}

describe('the schemas', () => {
  test.each(names)('%s compiles in strict mode and is open to unknown members', (name) => {
    const validate = strictAjv().getSchema(`${base}${name}.json`)
    expect(validate?.({})).toBe(false)
    expect(validate?.errors?.map(({ keyword }) => keyword)).not.toContain('additionalProperties')
    expect(read(`${name}.json`)).not.toMatch(/(additional|unevaluated)Properties": false/)
  })
})

describe('openapi.yaml', () => {
  const validate = async (specification: Api): Promise<boolean> => {
    const validator = new Validator()
    for (const name of names) {
      await validator.addSpecRef(JSON.parse(read(`${name}.json`)) as Record<string, unknown>, `${name}.json`)
    }
    const { valid } = await validator.validate({ ...structuredClone(specification) })
    return valid
  }

  test('is valid OpenAPI 3.1, as a validator says that refuses what is not', async () => {
    expect(await validate(api)).toBe(true)
    expect(await validate({ ...api, paths: { runs: {} } })).toBe(false)
  })

  test('describes every operation of the protocol', () => {
    const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method]) => method !== 'parameters' && method !== 'servers')
        .map(([method, { responses }]) => `${method} ${path}: ${Object.keys(responses).join(' ')}`),
    )
    expect(operations).toEqual([
      'post /runs: 200 201 400 401 403 409 413 429 500 503',
      'get /runs: 200 400 401 429 500 503',
      'post /runs/batch: 200 400 401 403 413 429 500 503',
      'get /runs/stream: 200 400 401 429 500 503',
      'get /runs/{id}: 200 401 404 429 500 503',
      'patch /runs/{id}: 200 400 401 403 404 413 429 500 503',
      'get /runs/{id}/provenance: 200 401 404 429 500 503',
      'get /runs/{id}/verification: 200 401 404 429 500 503',
      'put /runs/{id}/eval: 200 400 401 403 404 413 429 500 503',
      'get /runs/{id}/spans: 200 400 401 404 429 500 503',
      'get /runs/{id}/events: 200 400 401 404 429 500 503',
      'get /runs/{id}/documents: 200 401 404 429 500 503',
      'get /runs/{id}/documents/{kind}: 200 401 404 429 500 503',
      'put /runs/{id}/documents/{kind}: 200 201 400 401 403 404 413 429 500 503',
      'post /events: 200 201 400 401 403 409 413 429 500 503',
      'post /audit: 200 400 401 403 413 429 500 503',
      'post /v1/traces: 200 400 401 403 413 429 500 503',
      'get /evals/leaderboard: 200 400 401 429 500 503',
      'get /stats: 200 400 401 429 500 503',
      'get /export: 200 401 429 500 503',
      'get /health: 200 503',
    ])
  })

  test('refers only to what is there', () => {
    const ajv = strictAjv()
    ajv.addSchema({ $id: `${base}openapi.yaml`, components: api.components })
    const all = [...new Set(references(api))]
    expect(all.length).toBeGreaterThan(20)
    for (const reference of all.filter((text) => !text.startsWith('#/components/responses/'))) {
      const { href } = new URL(reference, `${base}openapi.yaml`)
      expect(() => ajv.compile({ $ref: href })).not.toThrow()
    }
  })

  test('takes updates of known members only', () => {
    const ajv = strictAjv()
    ajv.addSchema({ $id: `${base}openapi.yaml`, components: api.components })
    const validate = ajv.compile({ $ref: `${base}openapi.yaml#/components/schemas/RunUpdate` })
    expect(validate({ status: 'completed', ended_at: null, steps: [] })).toBe(true)
    expect(['done', 1].map((status) => validate({ status }))).toEqual([false, false])
    expect([{ agent_id: 'other' }, {}].map((update) => validate(update))).toEqual([false, false])
  })
})
