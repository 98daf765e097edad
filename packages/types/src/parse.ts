import type { AgentRun, Cost, EvalResult, Provenance, Step } from './generated/types.ts'
import {
  validateAgentRun,
  validateCost,
  validateEvalResult,
  validateProvenance,
  validateStep,
  type Issue,
  type Validator,
} from './generated/validators.ts'

/** One thing that is wrong with a value: where, and what. */
export interface ParseIssue {
  /** JSON Pointer into the value; empty for the value itself. */
  readonly path: string
  readonly message: string
}

/** A checked value, or everything that is wrong with it. */
export type ParseResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly ParseIssue[] }

/** Checks an AgentRun against its schema. */
export function parseAgentRun(value: unknown): ParseResult<AgentRun> {
  return parse(validateAgentRun, value)
}

/** Checks a Step against its schema. */
export function parseStep(value: unknown): ParseResult<Step> {
  return parse(validateStep, value)
}

/** Checks a Cost against its schema. */
export function parseCost(value: unknown): ParseResult<Cost> {
  return parse(validateCost, value)
}

/** Checks a Provenance against its schema. */
export function parseProvenance(value: unknown): ParseResult<Provenance> {
  return parse(validateProvenance, value)
}

/** Checks an EvalResult against its schema. */
export function parseEvalResult(value: unknown): ParseResult<EvalResult> {
  return parse(validateEvalResult, value)
}

/** Whether a value is a valid AgentRun. */
export function isAgentRun(value: unknown): value is AgentRun {
  return parseAgentRun(value).ok
}

function parse<T>(validate: Validator, value: unknown): ParseResult<T> {
  try {
    if (validate(value)) return { ok: true, value: value as T }
    return { ok: false, issues: toIssues(validate.errors ?? []) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown error'
    return { ok: false, issues: [{ path: '', message: `cannot be read: ${reason}` }] }
  }
}

// the one choice in the schemas is between an evaluation and null; what counts is why the evaluation is none
function toIssues(errors: readonly Issue[]): readonly ParseIssue[] {
  const isNoise = ({ keyword, params }: Issue) => keyword === 'anyOf' || params['type'] === 'null'
  return errors.filter((error) => !isNoise(error)).map(toIssue)
}

function toIssue({ instancePath, keyword, params, message = 'is not valid' }: Issue): ParseIssue {
  switch (keyword) {
    case 'required':
      return { path: `${instancePath}/${String(params['missingProperty'])}`, message: 'is missing' }
    case 'enum':
      return { path: instancePath, message: `must be one of: ${list(params['allowedValues'])}` }
    case 'type':
      return { path: instancePath, message: `must be ${String(params['type']).replaceAll(',', ' or ')}` }
    case 'pattern':
      return { path: instancePath, message: hashMessage(instancePath, String(params['pattern'])) }
    case 'format':
      return {
        path: instancePath,
        message: `must be a ${String(params['format'])}, such as 2026-01-31T10:30:00.000Z`,
      }
    default:
      return { path: instancePath, message }
  }
}

function hashMessage(path: string, pattern: string): string {
  const maker = path.endsWith('/run_hash')
    ? 'runHash'
    : path.endsWith('/config_hash')
      ? 'configHash'
      : 'childLineage'
  return `must be a SHA-256 in 64 lowercase hexadecimal digits (${pattern}), as ${maker}() gives it`
}

function list(values: unknown): string {
  return Array.isArray(values) ? values.map((value) => JSON.stringify(value)).join(', ') : ''
}
