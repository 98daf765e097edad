import type { KeyObject } from 'node:crypto'

import { lineageProblems } from './check-lineage.ts'
import { checkSignature } from './check-signature.ts'
import { AgentRunError } from './errors.ts'
import type { AgentRun } from './generated/types.ts'
import { parseAgentRun, type ParseIssue } from './parse.ts'
import { computeRunHash, recordHash } from './run-hash.ts'
import { toPublicKey, type KeyInput } from './signing.ts'

/** How a run is verified. */
export interface VerifyOptions {
  /** A key that is trusted. */
  readonly publicKey?: KeyInput | undefined
  /** More keys that are trusted. Without any, no run is `verified`. */
  readonly keys?: readonly KeyInput[] | undefined
  /** The run that started this one, to check the lineage against. */
  readonly parent?: AgentRun | undefined
  /** Makes a missing signature a refusal. Default: true where keys are given. */
  readonly requireSignature?: boolean | undefined
}

/** One thing that was checked. */
export interface RunCheck {
  readonly name: 'schema' | 'run_hash' | 'run_id' | 'record_hash' | 'lineage' | 'signature'
  readonly ok: boolean
  readonly message: string
}

/** What a verification found. */
export interface RunVerification {
  /**
   * `refused`: something is wrong. `verified`: all fits and a trusted key signed it. `untrusted`: all fits and a key that
   * nobody vouches for signed it. `unsigned`: all fits, and anybody can have written it.
   */
  readonly status: 'verified' | 'untrusted' | 'unsigned' | 'refused'
  readonly checks: readonly RunCheck[]
  /** Members of the run that anybody can change without it being noticed. */
  readonly unprotected: readonly string[]
}

/** Verifies a run: its schema, its hashes, its lineage, its signature; throws for a bad key, never for what is in the run. */
export function verifyRun(value: unknown, options: VerifyOptions = {}): RunVerification {
  const { publicKey, keys = [], parent } = options
  const trusted = (publicKey === undefined ? keys : [publicKey, ...keys]).map((key) => toPublicKey(key))
  const parsed = parseAgentRun(value)
  if (!parsed.ok) {
    return { status: 'refused', checks: [check('schema', false, issueText(parsed.issues))], unprotected: [] }
  }
  const run = parsed.value
  const signature = signatureOf(run, trusted, options.requireSignature ?? trusted.length > 0)
  const checks = [
    check('schema', true, 'the run fits its schema'),
    ...hashChecks(run),
    ...lineageChecks(run, parent),
    ...signature.checks,
  ]
  const status = checks.every(({ ok }) => ok) ? signature.status : 'refused'
  return { status, checks, unprotected: unprotectedOf(run, signature.status === 'verified') }
}

interface Signature {
  readonly status: 'verified' | 'untrusted' | 'unsigned'
  readonly checks: readonly RunCheck[]
}

function signatureOf({ provenance }: AgentRun, trusted: readonly KeyObject[], required: boolean): Signature {
  if (typeof provenance.signature !== 'string') {
    return {
      status: 'unsigned',
      checks: required ? [check('signature', false, 'the run is not signed')] : [],
    }
  }
  const { ok, message, trusted: isTrusted } = checkSignature(provenance, trusted)
  return { status: isTrusted ? 'verified' : 'untrusted', checks: [check('signature', ok, message)] }
}

function hashChecks(run: AgentRun): readonly RunCheck[] {
  const { config_hash, run_hash, metadata = {} } = run.provenance
  const { run_id: runId, record_hash: stated } = metadata
  const checks = [compare('run_hash', run_hash, () => computeRunHash({ ...run, config_hash }))]
  if (runId !== undefined) {
    const ok = runId === run.id
    checks.push(
      check('run_id', ok, ok ? 'the provenance names this run' : 'the provenance is that of another run'),
    )
  }
  if (stated !== undefined) checks.push(compare('record_hash', stated, () => recordHash(run)))
  return checks
}

function compare(name: 'run_hash' | 'record_hash', stated: unknown, compute: () => string): RunCheck {
  try {
    const computed = compute()
    const ok = computed === stated
    return check(name, ok, ok ? `${name} fits the run` : `${name} does not fit the run, whose is ${computed}`)
  } catch (error) {
    if (error instanceof AgentRunError) return check(name, false, error.message)
    throw error
  }
}

function lineageChecks(run: AgentRun, parent: AgentRun | undefined): readonly RunCheck[] {
  const problems = lineageProblems(run, parent)
  if (problems === undefined) return []
  const ok = problems.length === 0
  return [check('lineage', ok, ok ? 'the lineage is consistent' : problems.join('; '))]
}

const HASHED_INPUTS = ['agent_id', 'model', 'tools_available', 'trigger', 'provenance']

/** A trusted signature covers the provenance, its run_hash the inputs, and its record_hash everything but `eval`. */
function unprotectedOf(run: AgentRun, isSigned: boolean): readonly string[] {
  const members = Object.keys(run)
  if (!isSigned) return members
  const { run_id: runId, record_hash: record } = run.provenance.metadata ?? {}
  if (record !== undefined) return members.filter((name) => name === 'eval')
  return members.filter((name) => !HASHED_INPUTS.includes(name) && (name !== 'id' || runId === undefined))
}

const SHOWN_ISSUES = 10

function issueText(issues: readonly ParseIssue[]): string {
  const shown = issues
    .slice(0, SHOWN_ISSUES)
    .map(({ path, message }) => `${path === '' ? 'the run' : path} ${message}`)
  const more = issues.length - shown.length
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join('; ')
}

function check(name: RunCheck['name'], ok: boolean, message: string): RunCheck {
  return { name, ok, message }
}
