import type { AgentRun } from './generated/types.ts'
import { parseAgentRun } from './parse.ts'
import { computeRunHash, recordHash } from './run-hash.ts'
import { isSignedBy, keyOfSigner, namesKey, toPublicKey, type KeyInput } from './signing.ts'

/** How a run is verified. */
export interface VerifyOptions {
  /** Keys that are trusted; without them a signature proves only that the key it names made it. */
  readonly publicKey?: KeyInput | undefined
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

/** `verified`: signed and whole. `unsigned`: nothing contradicts it, nobody vouches for it. `refused`: something is wrong. */
export interface RunVerification {
  readonly status: 'verified' | 'unsigned' | 'refused'
  readonly checks: readonly RunCheck[]
  /** Members of the run that nothing protects against change. */
  readonly unprotected: readonly string[]
}

/** Verifies a run: its schema, its hashes, its lineage, its signature; never throws for what is in the run. */
export function verifyRun(value: unknown, options: VerifyOptions = {}): RunVerification {
  const parsed = parseAgentRun(value)
  if (!parsed.ok) {
    const message = parsed.issues.map((issue) => `${issue.path || '/'} ${issue.message}`).join('; ')
    return { status: 'refused', checks: [{ name: 'schema', ok: false, message }], unprotected: [] }
  }
  const run = parsed.value
  const checks: RunCheck[] = [{ name: 'schema', ok: true, message: 'the run fits its schema' }, ...hashChecks(run), ...lineageChecks(run, options.parent)]
  const signature = signatureCheck(run, options)
  if (signature !== undefined) checks.push(signature)
  const signed = typeof run.provenance.signature === 'string'
  const good = checks.every(({ ok }) => ok)
  return { status: good ? (signed ? 'verified' : 'unsigned') : 'refused', checks, unprotected: unprotectedOf(run, signed) }
}

function hashChecks(run: AgentRun): readonly RunCheck[] {
  const { provenance } = run
  const checks: RunCheck[] = []
  const expected = computeRunHash({ ...run, config_hash: provenance.config_hash })
  checks.push(compare('run_hash', expected, provenance.run_hash))
  const { run_id: runId, record_hash: record } = provenance.metadata ?? {}
  if (runId !== undefined) checks.push({ name: 'run_id', ok: runId === run.id, message: runId === run.id ? 'the provenance names this run' : 'the provenance belongs to another run' })
  if (record !== undefined) checks.push(recordCheck(run, record))
  return checks
}

function recordCheck(run: AgentRun, stated: unknown): RunCheck {
  try {
    return compare('record_hash', recordHash(run), stated)
  } catch (error) {
    return { name: 'record_hash', ok: false, message: error instanceof Error ? error.message : 'the run has no canonical text' }
  }
}

function compare(name: 'run_hash' | 'record_hash', computed: string, stated: unknown): RunCheck {
  const ok = computed === stated
  return { name, ok, message: ok ? `${name} fits the run` : `${name} does not fit the run: computed ${computed}` }
}

function lineageChecks({ provenance, parent_run_id: parentId }: AgentRun, parent: AgentRun | undefined): readonly RunCheck[] {
  const { lineage = [], parent_run_hash: parentHash } = provenance
  const problems: string[] = []
  if (lineage.length > 0 && lineage.at(-1) !== (parentHash ?? undefined)) problems.push('the last of lineage is not parent_run_hash')
  if (lineage.length === 0 && typeof parentHash === 'string' && provenance.lineage !== undefined) problems.push('there is a parent_run_hash and lineage is empty')
  if (parent !== undefined) {
    const expected = [...(parent.provenance.lineage ?? []), parent.provenance.run_hash]
    if (JSON.stringify(expected) !== JSON.stringify(lineage)) problems.push('lineage is not that of the given parent followed by the parent')
    if (parentId !== parent.id) problems.push('parent_run_id is not the id of the given parent')
  }
  if (lineage.length === 0 && parent === undefined && problems.length === 0) return []
  return [{ name: 'lineage', ok: problems.length === 0, message: problems.length === 0 ? 'the lineage is consistent' : problems.join('; ') }]
}

function signatureCheck(run: AgentRun, { publicKey, keys = [], requireSignature }: VerifyOptions): RunCheck | undefined {
  const trusted = publicKey === undefined ? keys : [publicKey, ...keys]
  const required = requireSignature ?? trusted.length > 0
  const { provenance } = run
  if (typeof provenance.signature !== 'string') {
    return required ? { name: 'signature', ok: false, message: 'the run is not signed' } : undefined
  }
  if (trusted.length > 0) return trustedCheck(run, trusted)
  const named = keyOfSigner(provenance.signed_by)
  if (named === undefined) return { name: 'signature', ok: false, message: 'signed_by names no key and no key was given to verify with' }
  const ok = isSignedBy(provenance, named)
  return { name: 'signature', ok, message: ok ? 'signed by the key that signed_by names; whether to trust it is not checked' : 'the signature does not fit the provenance' }
}

function trustedCheck({ provenance }: AgentRun, trusted: readonly KeyInput[]): RunCheck {
  const signer = trusted.find((key) => isSignedBy(provenance, toPublicKey(key)))
  if (signer === undefined) return { name: 'signature', ok: false, message: 'no trusted key made this signature over this provenance' }
  const named = provenance.signed_by === undefined || provenance.signed_by === null || keyOfSigner(provenance.signed_by) === undefined || namesKey(provenance.signed_by, signer)
  return { name: 'signature', ok: named, message: named ? 'signed by a trusted key' : 'signed_by names another key than the one that signed' }
}

const HASHED_INPUTS = new Set(['agent_id', 'model', 'tools_available', 'trigger'])

/** A foreign run_hash covers its inputs only; a signature covers the provenance; a record_hash covers everything but `eval`. */
function unprotectedOf(run: AgentRun, signed: boolean): readonly string[] {
  const whole = run.provenance.metadata?.['record_hash'] !== undefined
  if (signed && whole) return run.eval === undefined || run.eval === null ? [] : ['eval']
  const members = Object.keys(run).filter((name) => name !== 'provenance' || !signed)
  return signed ? members.filter((name) => !HASHED_INPUTS.has(name)) : members
}
