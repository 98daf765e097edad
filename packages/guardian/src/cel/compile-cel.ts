import { celEnv, isCelError, parse, plan, type CelInput } from '@bufbuild/cel'
import { isAosError, type AosError } from '@aos/sdk'
import { invalidOption } from '../policies/policy-options.ts'
import type { StepInput } from '../policies/step-input.ts'
import { inspectCel, type CelShape } from './inspect-cel.ts'
import { fitsBounds } from './input-bounds.ts'

/** Says whether an expression holds; undefined where it cannot be evaluated to a boolean. */
export type CompiledCel = (input: StepInput) => boolean | undefined

const MAX_EXPRESSION_BYTES = 8 * 1024
const ENV = celEnv()
const TRY_PATTERN = plan(ENV, parse('text.matches(pattern)'))

/** Compiles an expression; throws `invalid_policy` with what is wrong and where. */
export function compileCel(policy: string, text: string): CompiledCel {
  if (Buffer.byteLength(text) > MAX_EXPRESSION_BYTES)
    throw invalidWhen(policy, `is longer than ${MAX_EXPRESSION_BYTES} bytes`)
  const { shape, evaluate } = compiled(policy, text)
  return (input) => {
    if (!fitsBounds([input.value, input.query], shape)) return undefined
    try {
      const result = evaluate(input as unknown as Record<string, CelInput>)
      return typeof result === 'boolean' ? result : undefined
    } catch {
      return undefined
    }
  }
}

function compiled(
  policy: string,
  text: string,
): { readonly shape: CelShape; readonly evaluate: (input: Record<string, CelInput>) => unknown } {
  try {
    const parsed = parse(text)
    const shape = inspectCel(parsed.expr, (name) => ENV.funcs.find(name) !== undefined)
    const problem = shape.problem ?? patternProblem(shape.patterns)
    if (problem !== undefined) throw invalidWhen(policy, problem)
    return { shape, evaluate: plan(ENV, parsed) }
  } catch (error) {
    if (isAosError(error)) throw error
    throw invalidWhen(policy, `is no CEL expression${messageOf(error)}`)
  }
}

function patternProblem(patterns: readonly string[]): string | undefined {
  for (const pattern of patterns) {
    const tried = TRY_PATTERN({ text: '', pattern })
    if (isCelError(tried)) return `has a pattern that RE2 does not take: ${tried.message}`
  }
  return undefined
}

function messageOf(error: unknown): string {
  if (error instanceof RangeError) return ': it is nested too deep'
  if (!(error instanceof Error)) return ''
  const at: unknown = Reflect.get(Object(Reflect.get(error, 'location')), 'start')
  const line: unknown = Reflect.get(Object(at), 'line')
  const column: unknown = Reflect.get(Object(at), 'column')
  const where = typeof line === 'number' && typeof column === 'number' ? ` at ${line}:${column}` : ''
  return `${where}: ${error.message}`
}

function invalidWhen(policy: string, problem: string): AosError {
  return invalidOption(policy, {
    option: 'when',
    problem,
    fix: 'Write a CEL expression that gives true or false, such as parameters.amount > 100.',
  })
}
