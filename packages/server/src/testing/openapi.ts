import Ajv2020, { type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

const FOLDER = join(import.meta.dirname, '..', '..', '..', '..', 'schemas', 'agent-run')
const FILES = ['agent-run', 'step', 'cost', 'provenance', 'eval']

type Json = Readonly<Record<string, unknown>>

/** Says what is wrong with an answer by our OpenAPI description; nothing where it is as described. */
export function createAnswerCheck(): (
  method: string,
  path: string,
  answer: { readonly status: number; readonly body: unknown },
) => string | undefined {
  const document = parse(readFileSync(join(FOLDER, 'openapi.yaml'), 'utf8')) as Json
  const ajv = new Ajv2020.default({ strict: false, allErrors: true })
  addFormats.default(ajv)
  for (const name of FILES)
    ajv.addSchema(
      JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as object,
      `https://openapi/${name}.json`,
    )
  ajv.addSchema({ $id: 'https://openapi/openapi.yaml', ...document })
  const paths = Object.keys(document['paths'] as Json)
  const checks = new Map<string, ValidateFunction>()
  return (method, path, { status, body }) => {
    const isMeant = (one: string): boolean =>
      new RegExp(`^${one.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path) &&
      member(member(document['paths'], one), method.toLowerCase()) !== undefined
    const template = paths.find(isMeant)
    if (template === undefined) return status === 404 ? undefined : `${method} ${path} is not described`
    const pointer = responsePointer(document, [template, method.toLowerCase(), String(status)])
    if (pointer === undefined) return `${status} of ${method} ${template} is not described`
    if (pointer === 'no body') return undefined
    let check = checks.get(pointer)
    if (check === undefined) {
      check = ajv.compile({ $ref: `https://openapi/openapi.yaml#${pointer}` })
      checks.set(pointer, check)
    }
    return check(body) ? undefined : `${status} of ${method} ${template}: ${ajv.errorsText(check.errors)}`
  }
}

function responsePointer(
  document: Json,
  [path, method, status]: readonly [string, string, string],
): string | undefined {
  const at = ['paths', path, method, 'responses', status]
  let response = at.reduce<unknown>((value, name) => member(value, name), document)
  let pointer = pointerOf(at)
  const reference = member(response, '$ref')
  if (typeof reference === 'string') {
    pointer = reference.slice(1)
    response = pointer
      .split('/')
      .slice(1)
      .reduce<unknown>((value, name) => member(value, name), document)
  }
  if (response === undefined) return undefined
  const content = member(response, 'content')
  if (member(content, 'application/json') === undefined) return 'no body'
  return `${pointer}/content/application~1json/schema`
}

function pointerOf(names: readonly string[]): string {
  return names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
