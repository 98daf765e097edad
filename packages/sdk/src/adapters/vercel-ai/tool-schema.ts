import { whenReady, type Awaitable } from '../../values/awaitable.ts'
import { callIfFunction, isBag, isThenable } from './shapes.ts'

/** What a tool's own schema made of an input. */
export type ParsedInput =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string }

/** Parses an input as the framework will: Standard Schema, an AI SDK schema with `validate`, or a lazy one of either. */
export function parseInput(schema: unknown, input: unknown): Awaitable<ParsedInput> {
  const resolved: unknown =
    typeof schema === 'function' && !isStandard(schema) ? callIfFunction(schema, undefined, []) : schema
  if (isStandard(resolved)) return fromStandard(resolved, input)
  if (isBag(resolved) && typeof resolved['validate'] === 'function') return fromValidate(resolved, input)
  if (isBag(resolved) && typeof resolved['safeParse'] === 'function') return fromSafeParse(resolved, input)
  return { ok: true, value: input }
}

function isStandard(
  schema: unknown,
): schema is { readonly '~standard': { validate(value: unknown): unknown } } {
  const standard: unknown =
    (typeof schema === 'object' && schema !== null) || typeof schema === 'function'
      ? Reflect.get(schema, '~standard')
      : undefined
  return isBag(standard) && typeof standard['validate'] === 'function'
}

function fromStandard(
  schema: { readonly '~standard': { validate(value: unknown): unknown } },
  input: unknown,
): Awaitable<ParsedInput> {
  return whenReady(promisedOr(schema['~standard'].validate(input)), standardResult)
}

function standardResult(result: unknown): ParsedInput {
  if (!isBag(result)) return { ok: false, problem: 'the schema gave no result' }
  const issues = result['issues']
  if (!Array.isArray(issues) || issues.length === 0) return { ok: true, value: result['value'] }
  return { ok: false, problem: issues.map(issueText).join('; ') }
}

function promisedOr(result: unknown): Awaitable<unknown> {
  return isThenable(result) ? Promise.resolve(result) : result
}

function issueText(issue: unknown): string {
  if (!isBag(issue)) return 'invalid'
  const path = Array.isArray(issue['path'])
    ? issue['path'].map((part) => String(isBag(part) ? part['key'] : part)).join('.')
    : ''
  return `${path === '' ? '' : `${path}: `}${String(issue['message'])}`
}

function fromValidate(schema: object, input: unknown): Awaitable<ParsedInput> {
  const result = promisedOr(callIfFunction(Reflect.get(schema, 'validate'), schema, [input]))
  return whenReady(result, (settled) =>
    isBag(settled) && settled['success'] === true
      ? { ok: true, value: settled['value'] }
      : { ok: false, problem: problemOf(isBag(settled) ? settled['error'] : undefined) },
  )
}

function fromSafeParse(schema: object, input: unknown): ParsedInput {
  const result = callIfFunction(Reflect.get(schema, 'safeParse'), schema, [input])
  if (isBag(result) && result['success'] === true) return { ok: true, value: result['data'] }
  return { ok: false, problem: problemOf(isBag(result) ? result['error'] : undefined) }
}

function problemOf(error: unknown): string {
  return error instanceof Error ? error.message : 'the input does not fit the schema'
}
