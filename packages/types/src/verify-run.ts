import type { KeyObject } from 'node:crypto'

import { lineageProblems } from './check-lineage.ts'
import { checkSignature } from './check-signature.ts'
import { AgentRunError } from './errors.ts'
import type { AgentRun, Provenance } from './generated/types.ts'
import { parseAgentRun, type ParseIssue } from './parse.ts'
import { computeRunHash, recordHash, type RunHashInputs } from './run-hash.ts'
import { toPublicKey, type KeyInput } from './signing.ts'

/** How a run is verified. */
export interface VerifyOptions {
  /** A key that is trusted. */
  readonly publicKey?: KeyInput | undefined
  /** More keys that are trusted. Without any, no run is `verified`. */
  readonly keys?: readonly KeyInput[] | undefined
  /** The run that started this one, to check the lineage against. */
  readonly parent?: AgentRun | undefined
  /** Inputs of `run_hash` that the run itself does not hold, for example the `config_hash` of a foreign run. */
  readonly inputs?: Partial<RunHashInputs> | undefined
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
   * `refused`: something is wrong. `verified`: all fits and a trusted key signed the whole record. `partial`: all fits and a
   * trusted key signed the provenance, which does not bind the members in `unprotected`. `untrusted`: all fits and a key
   * that nobody vouches for signed it. `unsigned`: nothing is wrong, and anybody can have written it.
   */
  readonly status: 'verified' | 'partial' | 'untrusted' | 'unsigned' | 'refused'
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
    ...hashChecks(run, { inputs: options.inputs, isSigned: signature.isTrusted }),
    ...lineageChecks(run, parent),
    ...signature.checks,
  ]
  const status = checks.every(({ ok }) => ok) ? signature.status : 'refused'
  return { status, checks, unprotected: unprotectedOf(run, signature.isTrusted) }
}

interface Signature {
  readonly status: 'verified' | 'partial' | 'untrusted' | 'unsigned'
  readonly isTrusted: boolean
  readonly checks: readonly RunCheck[]
}

function signatureOf({ provenance }: AgentRun, trusted: readonly KeyObject[], required: boolean): Signature {
  if (typeof provenance.signature !== 'string') {
    return { status: 'unsigned', isTrusted: false, checks: missingSignature(provenance, required) }
  }
  const { ok, message, trusted: isTrusted } = checkSignature(provenance, trusted)
  const whole = isBound(provenance) ? 'verified' : 'partial'
  return { status: isTrusted ? whole : 'untrusted', isTrusted, checks: [check('signature', ok, message)] }
}

function missingSignature(provenance: Provenance, required: boolean): readonly RunCheck[] {
  if (typeof provenance.signed_by === 'string') {
    return [check('signature', false, 'signed_by names a signer, and the signature is missing')]
  }
  return required ? [check('signature', false, 'the run is not signed')] : []
}

function isBound({ metadata }: Provenance): boolean {
  return metadata?.['record_hash'] !== undefined
}

interface HashContext {
  readonly inputs: Partial<RunHashInputs> | undefined
  readonly isSigned: boolean
}

function hashChecks(run: AgentRun, context: HashContext): readonly RunCheck[] {
  const { run_id: runId, record_hash: stated } = run.provenance.metadata ?? {}
  const checks = [runHashCheck(run, context)]
  if (runId !== undefined) {
    const ok = runId === run.id
    checks.push(
      check('run_id', ok, ok ? 'the provenance names this run' : 'the provenance is that of another run'),
    )
  }
  if (stated !== undefined) checks.push(compare('record_hash', stated, () => recordHash(run)))
  return checks
}

// what a foreign run does not hold was empty or was left out; only a signer vouches that it was empty
function runHashCheck({ provenance, ...run }: AgentRun, { inputs = {}, isSigned }: HashContext): RunCheck {
  const known = { ...inputs, ...run, config_hash: provenance.config_hash ?? inputs.config_hash }
  const result = compare('run_hash', provenance.run_hash, () => computeRunHash(known))
  const absent = (['model', 'tools_available', 'config_hash', 'trigger'] as const).filter(
    (name) => known[name] === undefined,
  )
  if (result.ok || isSigned || isBound(provenance) || absent.length === 0) return result
  return check('run_hash', true, `not comparable: the run does not hold ${absent.join(', ')}`)
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
  if (isBound(run.provenance)) return members.filter((name) => name === 'eval')
  const runId = run.provenance.metadata?.['run_id']
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
