import { callIfFunction, isBag, isThenable } from './shapes.ts'

/** What a tool's own schema made of an input. */
export type ParsedInput =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string }

/** Parses an input as the framework will: Standard Schema, an AI SDK schema with `validate`, or a lazy one of either. */
export async function parseInput(schema: unknown, input: unknown): Promise<ParsedInput> {
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

async function fromStandard(
  schema: { readonly '~standard': { validate(value: unknown): unknown } },
  input: unknown,
): Promise<ParsedInput> {
  const result = await schema['~standard'].validate(input)
  if (!isBag(result)) return { ok: false, problem: 'the schema gave no result' }
  const issues = result['issues']
  if (!Array.isArray(issues) || issues.length === 0) return { ok: true, value: result['value'] }
  return { ok: false, problem: issues.map(issueText).join('; ') }
}

function issueText(issue: unknown): string {
  if (!isBag(issue)) return 'invalid'
  const path = Array.isArray(issue['path'])
    ? issue['path'].map((part) => String(isBag(part) ? part['key'] : part)).join('.')
    : ''
  return `${path === '' ? '' : `${path}: `}${String(issue['message'])}`
}

async function fromValidate(schema: object, input: unknown): Promise<ParsedInput> {
  const pending = callIfFunction(Reflect.get(schema, 'validate'), schema, [input])
  const result: unknown = isThenable(pending) ? await pending : pending
  if (isBag(result) && result['success'] === true) return { ok: true, value: result['value'] }
  return { ok: false, problem: problemOf(isBag(result) ? result['error'] : undefined) }
}

function fromSafeParse(schema: object, input: unknown): ParsedInput {
  const result = callIfFunction(Reflect.get(schema, 'safeParse'), schema, [input])
  if (isBag(result) && result['success'] === true) return { ok: true, value: result['data'] }
  return { ok: false, problem: problemOf(isBag(result) ? result['error'] : undefined) }
}

function problemOf(error: unknown): string {
  return error instanceof Error ? error.message : 'the input does not fit the schema'
}
