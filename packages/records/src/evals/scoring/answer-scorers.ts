import { compareJson, type JsonComparison, type JsonDifference } from './compare-json.ts'
import type { Observation } from './observation.ts'
import { hidesArguments, wasExecuted } from './recorded-arguments.ts'
import { shown, toEvalResult, type Scorer } from './scorer.ts'

/** How texts are compared. */
export interface ExactOptions {
  /** Whether white space at both ends counts; default false. */
  readonly whitespace?: boolean | undefined
  /** Whether capital letters count; default true. */
  readonly letterCase?: boolean | undefined
}

/** The output is exactly this text, or a JSON value equal to this one. */
export function exactScorer(expected: unknown, options: ExactOptions = {}): Scorer {
  const { whitespace = false, letterCase = true } = options
  const plain = (value: unknown): unknown => {
    if (typeof value !== 'string') return value
    const trimmed = whitespace ? value : value.trim()
    return letterCase ? trimmed : trimmed.toLowerCase()
  }
  return {
    name: 'exact',
    score: ({ output }) =>
      toEvalResult('output', {
        pass: compareJson(plain(expected), plain(output)).differences.length === 0,
        expected,
        actual: output ?? '',
      }),
  }
}

const SHOWN_DIFFERENCES = 20

/** The output is this JSON value, as a value or as a text; the score is the share of places that agree. */
export function jsonScorer(expected: unknown, options: JsonComparison = {}): Scorer {
  return {
    name: 'json',
    score: ({ output }) => {
      const actual: unknown = typeof output === 'string' ? JSON.parse(output) : output
      const { differences, compared } = compareJson(expected, actual, options)
      return toEvalResult('output', {
        pass: differences.length === 0,
        score: compared === 0 ? 100 : 100 * (1 - differences.length / compared),
        expected,
        actual: actual ?? '',
        detail: differences.slice(0, SHOWN_DIFFERENCES).map(sentence).join('; '),
        metrics: { differences: differences.length, compared },
      })
    },
  }
}

function sentence(difference: JsonDifference): string {
  const { path, expected, actual } = difference
  const place = path === '' ? 'the value' : path
  if (!('expected' in difference)) return `${place}: ${shown(actual)} is not expected`
  if (!('actual' in difference)) return `${place}: ${shown(expected)} is missing`
  return `${place}: ${shown(actual)} instead of ${shown(expected)}`
}

/** How numbers are found and compared. */
export interface NumericOptions {
  /** How far it may be off; default 0. */
  readonly tolerance?: number | undefined
  /** The same as a share of the expected number; default 0. */
  readonly relativeTolerance?: number | undefined
  /** Where the number is: the whole output (default), or the first or last number of a text. */
  readonly find?: 'whole' | 'first' | 'last' | undefined
}

const NUMBER = /[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?/g

/** The output is this number. */
export function numericScorer(expected: number, options: NumericOptions = {}): Scorer {
  const { tolerance = 0, relativeTolerance = 0, find = 'whole' } = options
  const allowed = Math.max(tolerance, relativeTolerance * Math.abs(expected))
  return {
    name: 'numeric',
    score: ({ output }) => {
      const actual = numberIn(output, find)
      const error = actual === undefined ? undefined : Math.abs(actual - expected)
      return toEvalResult('output', {
        pass: error !== undefined && error <= allowed,
        expected,
        actual: actual ?? shown(output ?? ''),
        detail:
          error === undefined
            ? `the output ${find === 'whole' ? 'is' : 'holds'} no number`
            : error <= allowed
              ? ''
              : `off by ${error}, and ${allowed} is allowed`,
        ...(error === undefined ? {} : { metrics: { error } }),
      })
    },
  }
}

function numberIn(output: unknown, find: 'whole' | 'first' | 'last'): number | undefined {
  if (typeof output === 'number') return Number.isFinite(output) ? output : undefined
  if (typeof output !== 'string') return undefined
  const found = output.match(NUMBER) ?? []
  const text = find === 'last' ? found.at(-1) : found[0]
  if (text === undefined || (find === 'whole' && text !== output.trim())) return undefined
  return Number(text.replaceAll(',', ''))
}

/** Texts that are looked for. */
export interface TextOptions {
  /** The output holds each of these. */
  readonly contains?: readonly string[] | undefined
  /**
   * None of these is in the output, nor in anything that a tool was executed with. Fails where the record alone tells of
   * an executed call and has its arguments redacted, cut or not at all; the output is taken as it is given.
   */
  readonly absent?: readonly string[] | undefined
}

/** The output holds some texts, and neither it nor any executed call holds some others. */
export function textScorer({ contains = [], absent = [] }: TextOptions): Scorer {
  return {
    name: 'text',
    score: (seen) => {
      const output = shown(seen.output ?? '')
      const missing = contains.filter((text) => !output.includes(text))
      const leaks = absent
        .map((text) => ({ text, places: placesOf(seen, text) }))
        .filter(({ places }) => places.length > 0)
      const hidden = absent.length === 0 ? [] : seen.calls.filter(hidesArguments)
      const unseen = new Set(hidden.map(({ tool }) => tool))
      const failed = missing.length + (hidden.length === 0 ? leaks.length : absent.length)
      return toEvalResult('output', {
        pass: failed === 0,
        score: 100 * (1 - failed / Math.max(1, contains.length + absent.length)),
        actual: output,
        detail: [
          ...missing.map((text) => `${text} is not in the output`),
          ...leaks.map(({ text, places }) => `${text} is in ${places.join(' and ')}`),
          ...[...unseen].map((tool) => `the record does not show all arguments of a call of ${tool}`),
        ].join('; '),
      })
    },
  }
}

function placesOf({ output, calls }: Observation, text: string): readonly string[] {
  const holds = (value: unknown): boolean => value !== undefined && shown(value).includes(text)
  const tools = calls
    .filter((call) => wasExecuted(call) && holds(call.arguments))
    .map(({ tool }) => `a call of ${tool}`)
  return [...(holds(output) ? ['the output'] : []), ...tools]
}

/** What validates a value, as the Standard Schema specification (version 1) describes it. */
export interface EvalSchema {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaOutcome | PromiseLike<SchemaOutcome>
  }
}

/** What a Standard Schema says of a value. */
export interface SchemaOutcome {
  readonly issues?:
    | readonly {
        readonly message: string
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
      }[]
    | undefined
}

/** The output fits a Standard Schema: of zod, valibot, arktype, …; a text is read as JSON with `parse`. */
export function schemaScorer(schema: EvalSchema, options: { readonly parse?: boolean } = {}): Scorer {
  return {
    name: 'schema',
    score: async ({ output }) => {
      const value: unknown =
        options.parse === true && typeof output === 'string' ? JSON.parse(output) : output
      const { issues = [] } = await schema['~standard'].validate(value)
      return toEvalResult('output', {
        pass: issues.length === 0,
        actual: value ?? '',
        detail: issues
          .map(({ message, path = [] }) => `${path.map((part) => `/${keyOf(part)}`).join('')}: ${message}`)
          .join('; '),
      })
    },
  }
}

function keyOf(part: PropertyKey | { readonly key: PropertyKey }): string {
  return String(typeof part === 'object' ? part.key : part)
}
