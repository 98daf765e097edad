import { AosError } from '@aos/sdk'
import { compileMatch } from '@aos/sdk/adapter'
import type { Policy } from '../policy/policy.ts'
import { POLICY_FACTORIES } from './policy-factories.ts'

/** A policy said in data: the name of a built-in one, or that with options as a policy file writes them. */
export type PolicySpec = string | PolicyDefinition

/** A built-in policy with its options; `name`, `match` and `shadow` are understood for every one. */
export interface PolicyDefinition {
  /** Which one: `tool-access`, `data-protection`, `cost-control` and so on. */
  readonly policy: string
  readonly name?: string | undefined
  /** Limits it to tools by name or glob. */
  readonly match?: string | readonly string[] | undefined
  /** Evaluates and records, and changes nothing. */
  readonly shadow?: boolean | undefined
  readonly [option: string]: unknown
}

/** Factories of policies by the name that a definition calls them, such as `{ cel: celPolicy }`. */
export type PolicyFactories = Readonly<Record<string, (options: never) => Policy>>

/**
 * Makes a policy of its definition, and gives back what is one already; throws `invalid_policy`. A built-in policy
 * outranks a factory of the same name.
 */
export function policyFrom(given: Policy | PolicySpec, factories: PolicyFactories = {}): Policy {
  if (typeof given === 'string') return factory(given, factories)({})
  if (typeof given !== 'object' || given === null)
    throw invalidPolicy(`it is ${given === null ? 'null' : `a ${typeof given}`}`)
  if (typeof Reflect.get(given, 'evaluate') === 'function') return given as Policy
  return fromDefinition(given as PolicyDefinition, factories)
}

function fromDefinition(
  { policy: kind, name, match, shadow, ...options }: PolicyDefinition,
  factories: PolicyFactories,
): Policy {
  if (typeof kind !== 'string') throw invalidPolicy('it has neither evaluate nor policy')
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    throw invalidPolicy('name must be a text')
  if (shadow !== undefined && typeof shadow !== 'boolean') throw invalidPolicy('shadow must be true or false')
  if (match !== undefined) checkMatch(match)
  const made = factory(kind, factories)(options)
  return {
    ...made,
    name: name ?? made.name,
    ...(match === undefined ? {} : { match }),
    ...(shadow === undefined ? {} : { shadow }),
  }
}

function checkMatch(match: unknown): void {
  const globs: readonly unknown[] = Array.isArray(match) ? match : [match]
  if (globs.length === 0 || !globs.every((glob) => typeof glob === 'string' && glob !== ''))
    throw invalidPolicy('match must be a tool name or glob, or a list of them')
  compileMatch(globs as readonly string[])
}

function factory(
  kind: string,
  factories: PolicyFactories,
): (options: Readonly<Record<string, unknown>>) => Policy {
  const make = POLICY_FACTORIES.get(kind)
  if (make !== undefined) return make
  const own: unknown = Object.hasOwn(factories, kind) ? factories[kind] : undefined
  // a definition's options have no type: each factory checks what it is given
  if (typeof own === 'function') return own as (options: Readonly<Record<string, unknown>>) => Policy
  throw invalidPolicy(
    `there is no built-in policy ${JSON.stringify(kind)}; one of your own, or of @aos/guardian/cel and /opa, is given as factories: { ${kind}: … }`,
  )
}

function invalidPolicy(problem: string): AosError {
  return new AosError({
    code: 'invalid_policy',
    message: `A policy cannot be made: ${problem}`,
    why: 'A policy that is not what its author meant would guard something else.',
    fix: `Name a built-in policy (${[...POLICY_FACTORIES.keys()].join(', ')}), or pass what a factory makes.`,
  })
}
