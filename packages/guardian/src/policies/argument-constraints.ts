import type { HookAnswer } from '@aos/sdk'
import type { Policy, PolicyContext } from '../policy/policy.ts'
import { compileArguments, type ArgumentRule, type ArgumentTest } from './argument-constraints-rules.ts'
import { compileSchema, type SchemaRule } from './argument-constraints-schema.ts'
import { invalidOption, knownOptions, policyName, textList } from './policy-options.ts'
import { CALL_HOOKS, ofCalls, recordOf } from './tool-access-call.ts'
import { similarNames, type NameTest } from './tool-access-names.ts'

/** What validates arguments in code: zod, valibot, arktype and others implement it (Standard Schema, version 1). */
export interface StandardSchema {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => unknown
  }
}

/** What the arguments of certain tools must be like; plain JSON but for `check` and a Standard Schema. */
export interface ToolArguments {
  /** Tools by name or glob, `mcp:server/tool` included. */
  readonly tools: string | readonly string[]
  /** Rules by argument, such as `to` or `options.cwd`; `*` stands for each member of a list or object. */
  readonly arguments?: Readonly<Record<string, ArgumentRule>> | undefined
  /** Denies arguments that `arguments` does not name. Default false. */
  readonly only?: boolean | undefined
  /** Held against all arguments at once: part of JSON Schema, or a Standard Schema. */
  readonly schema?: SchemaRule | StandardSchema | undefined
  /** In code: whether the call may be made. */
  readonly check?:
    | ((parameters: Readonly<Record<string, unknown>>, context: PolicyContext) => boolean)
    | undefined
}

/** Options of {@link argumentConstraints}. */
export interface ArgumentConstraintsOptions {
  /** Under which decisions are recorded; default `argument-constraints`. */
  readonly name?: string | undefined
  /** All rules that mean a tool are held against its arguments. */
  readonly rules: ToolArguments | readonly ToolArguments[]
  readonly shadow?: boolean | undefined
}

const POLICY = 'argument-constraints'

type Judged = HookAnswer | undefined | Promise<HookAnswer | undefined>
type Judge = (parameters: Readonly<Record<string, unknown>>, context: PolicyContext) => Judged

/** Holds the arguments of tool calls, over MCP too, against rules: paths, URLs, mail domains, SQL verbs, schemas. */
export function argumentConstraints(options: ArgumentConstraintsOptions): Policy {
  knownOptions(POLICY, options, ['name', 'rules', 'shadow'])
  const list: readonly unknown[] = Array.isArray(options.rules) ? options.rules : [options.rules]
  if (list.length === 0)
    throw invalidOption(POLICY, {
      option: 'rules',
      problem: 'is empty',
      fix: 'Name a tool and its arguments.',
    })
  const rules = list.map((rule, at) => compileRule(rule, `rules[${at}]`))
  return {
    name: policyName(POLICY, options.name),
    hooks: CALL_HOOKS,
    shadow: options.shadow,
    evaluate: ofCalls((call) => {
      const { toolName, mcpServer, value } = call
      const judges = rules
        .filter(({ isMeant }) => isMeant(toolName, mcpServer))
        .flatMap((rule) => rule.judges)
      if (judges.length === 0) return undefined
      const parameters = recordOf(value)
      return parameters === undefined ? UNREADABLE : judgeAll(judges, parameters, call)
    }),
  }
}

const UNREADABLE: HookAnswer = Object.freeze({
  decision: 'deny',
  message: 'The arguments of this call are no object, so no rule can be held against them',
  reasonCode: 'arguments_unreadable',
})
const NO_FIT: HookAnswer = Object.freeze({
  decision: 'deny',
  message: 'The arguments of this call are not as they must be',
  reasonCode: 'argument_invalid',
})

function judgeAll(
  judges: readonly Judge[],
  parameters: Readonly<Record<string, unknown>>,
  context: PolicyContext,
): Judged {
  for (const [at, judge] of judges.entries()) {
    const answer = judge(parameters, context)
    if (answer instanceof Promise)
      return answer.then((settled) => settled ?? judgeAll(judges.slice(at + 1), parameters, context))
    if (answer !== undefined) return answer
  }
  return undefined
}

function compileRule(
  given: unknown,
  option: string,
): { readonly isMeant: NameTest; readonly judges: readonly Judge[] } {
  const rule: Partial<ToolArguments> = knownOptions(POLICY, given, [
    'tools',
    'arguments',
    'only',
    'schema',
    'check',
  ])
  const { only = false, schema, check } = rule
  const tools = textList(POLICY, `${option}.tools`, rule.tools)
  const isWrong = typeof only !== 'boolean' || (check !== undefined && typeof check !== 'function')
  const judges = isWrong
    ? []
    : [
        ...(only ? [onlyNamed(Object.keys(rule.arguments ?? {}))] : []),
        ...(rule.arguments === undefined
          ? []
          : [byArgument(compileArguments(POLICY, `${option}.arguments`, rule.arguments))]),
        ...(schema === undefined ? [] : [bySchema(schema, `${option}.schema`)]),
        ...(check === undefined ? [] : [byCheck(check)]),
      ]
  if (tools !== undefined && tools.length > 0 && judges.length > 0)
    return { isMeant: similarNames(tools), judges }
  throw invalidOption(POLICY, {
    option,
    problem: 'names no tools, or nothing that their arguments must be like',
    fix: 'Write { "tools": "read_*", "arguments": { "path": { "path": { "allow": "/srv/data" } } } }.',
  })
}

function onlyNamed(names: readonly string[]): Judge {
  const known = new Set(names.map((name) => name.split('.')[0] ?? name))
  return (parameters) =>
    known.has('*') || Object.keys(parameters).every((name) => known.has(name)) ? undefined : NO_FIT
}

const WHAT: readonly (readonly [string, string])[] = [
  ['argument_missing', 'is missing'],
  ['path', 'leads to a path that may not be used'],
  ['url', 'leads to a URL that may not be used'],
  ['email', 'holds a mail address that may not be used'],
  ['sql', 'holds SQL that may not be run'],
]

function byArgument(test: ArgumentTest): Judge {
  return (parameters) => {
    const problem = test(parameters)
    if (problem === undefined) return undefined
    const what = WHAT.find(([start]) => problem.code.startsWith(start))?.[1] ?? 'is not as it must be'
    return { decision: 'deny', message: `The argument ${problem.argument} ${what}`, reasonCode: problem.code }
  }
}

function byCheck(check: NonNullable<ToolArguments['check']>): Judge {
  return (parameters, context) => (check(parameters, context) === true ? undefined : NO_FIT)
}

function bySchema(schema: SchemaRule | StandardSchema, option: string): Judge {
  if (
    (typeof schema !== 'object' && typeof schema !== 'function') ||
    schema === null ||
    !('~standard' in schema)
  ) {
    const test = compileSchema(POLICY, option, schema)
    return (parameters) => (test(parameters) ? undefined : NO_FIT)
  }
  const standard = schema['~standard']
  if (typeof recordOf(standard)?.['validate'] !== 'function')
    throw invalidOption(POLICY, {
      option,
      problem: 'cannot validate',
      fix: 'Pass a Standard Schema of version 1.',
    })
  return (parameters) => {
    const result = standard.validate(parameters)
    return result instanceof Promise ? result.then(fitOf) : fitOf(result)
  }
}

// a result without issues has a value
function fitOf(result: unknown): HookAnswer | undefined {
  const record = recordOf(result)
  return record !== undefined && record['issues'] === undefined && 'value' in record ? undefined : NO_FIT
}
