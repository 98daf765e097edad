import { compileSchema, type SchemaRule, type ValueTest } from './argument-constraints-schema.ts'
import { compilePathRule, type PathRule, type TextTest } from './paths.ts'
import { invalidOption, knownOptions } from './policy-options.ts'
import { compileSqlRule, type SqlRule } from './sql-verbs.ts'
import { ownValue, recordOf } from './tool-access-call.ts'
import { compileEmailRule, compileUrlRule, type EmailRule, type UrlRule } from './urls.ts'

/** What one argument must be like; plain JSON but for `check`. A list of texts is held against a rule one by one. */
export interface ArgumentRule {
  readonly path?: PathRule | undefined
  readonly url?: UrlRule | undefined
  readonly email?: EmailRule | undefined
  readonly sql?: SqlRule | undefined
  readonly schema?: SchemaRule | undefined
  /** Whether the argument may be missing. Default false. */
  readonly optional?: boolean | undefined
  /** In code: whether the value may be used. */
  readonly check?: ((value: unknown) => boolean) | undefined
}

/** What is wrong with an argument: a reason code, and its name as the policy writes it. */
export interface ArgumentProblem {
  readonly code: string
  readonly argument: string
}

/** Holds arguments against rules. */
export type ArgumentTest = (parameters: unknown) => ArgumentProblem | undefined

interface CompiledArgument {
  readonly argument: string
  readonly steps: readonly string[]
  readonly isOptional: boolean
  readonly texts: readonly TextTest[]
  readonly values: readonly ValueTest[]
}

const RULES = ['path', 'url', 'email', 'sql', 'schema', 'optional', 'check']
const MAX_TEXTS = 1000

/** Compiles rules by argument, such as `to` or `options.cwd`; `*` stands for each member of a list or object. */
export function compileArguments(policy: string, option: string, given: unknown): ArgumentTest {
  const rules = recordOf(given)
  if (rules === undefined || Object.keys(rules).length === 0)
    throw invalidOption(policy, {
      option,
      problem: 'names no argument',
      fix: 'Write { "argument": { "schema": … } }.',
    })
  const compiled = Object.entries(rules).map(([argument, rule]) =>
    compileArgument(policy, `${option}.${argument}`, { argument, rule }),
  )
  return (parameters) => {
    for (const rule of compiled) {
      const code = problemOf(rule, parameters)
      if (code !== undefined) return { code, argument: rule.argument }
    }
    return undefined
  }
}

function compileArgument(
  policy: string,
  option: string,
  { argument, rule: given }: { readonly argument: string; readonly rule: unknown },
): CompiledArgument {
  const rule: ArgumentRule = knownOptions(policy, given, RULES)
  const { path, url, email, sql, schema, check, optional = false } = rule
  const steps = argument.split('.')
  if (
    typeof optional !== 'boolean' ||
    (check !== undefined && typeof check !== 'function') ||
    steps.includes('')
  )
    throw invalidOption(policy, {
      option,
      problem: 'has an optional, check or name that is none',
      fix: 'Write optional as true or false, check as a function.',
    })
  return {
    argument,
    steps,
    isOptional: optional,
    texts: [
      ...(path === undefined ? [] : [compilePathRule(policy, `${option}.path`, path)]),
      ...(url === undefined ? [] : [compileUrlRule(policy, `${option}.url`, url)]),
      ...(email === undefined ? [] : [compileEmailRule(policy, `${option}.email`, email)]),
      ...(sql === undefined ? [] : [compileSqlRule(policy, `${option}.sql`, sql)]),
    ],
    values: [
      ...(schema === undefined ? [] : [compileSchema(policy, `${option}.schema`, schema)]),
      ...(check === undefined ? [] : [(value: unknown) => check(value) === true]),
    ],
  }
}

function problemOf(
  { steps, isOptional, texts, values }: CompiledArgument,
  parameters: unknown,
): string | undefined {
  for (const value of valuesAt(parameters, steps, 0)) {
    if (value === undefined) {
      if (isOptional) continue
      return 'argument_missing'
    }
    if (!values.every((test) => test(value))) return 'argument_invalid'
    const code = texts.length === 0 ? undefined : textProblem(value, texts)
    if (code !== undefined) return code
  }
  return undefined
}

// `undefined` where an argument is missing
function valuesAt(value: unknown, steps: readonly string[], at: number): readonly unknown[] {
  const step = steps[at]
  if (step === undefined) return [value]
  if (step !== '*') {
    const record = recordOf(value)
    return record === undefined ? [undefined] : valuesAt(ownValue(record, step), steps, at + 1)
  }
  if (typeof value !== 'object' || value === null) return [undefined]
  return Object.values(value).flatMap((member: unknown) => valuesAt(member, steps, at + 1))
}

function textProblem(value: unknown, tests: readonly TextTest[]): string | undefined {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (texts.length > MAX_TEXTS) return 'argument_invalid'
  for (const text of texts) {
    if (typeof text !== 'string') return 'argument_invalid'
    for (const test of tests) {
      const code = test(text)
      if (code !== undefined) return code
    }
  }
  return undefined
}
