import {
  AosError,
  isAosError,
  type AosEvent,
  type AuditEntry,
  type AuditTrail,
  type RunRecord,
  type Sink,
} from '@aos/sdk'
import { diag } from '@opentelemetry/api'
import { resolve } from 'node:path'
import { BoundedMap } from '../policy/bounded-map.ts'
import {
  toCheckingKeys,
  toSigningKey,
  type SignatureKey,
  type SignatureKeyInput,
} from '../signature/signature-key.ts'
import { toLedgerFacts } from './audit-facts.ts'
import { ledgerError } from './ledger-files.ts'
import { LedgerWriter } from './ledger-writer.ts'
import { openLedger, type LedgerKeys, type OpenLedger } from './open-ledger.ts'
import type { LedgerHead } from './sealed-line.ts'

/** Where and how an audit ledger is kept; exactly one of `key` and `signingKey` is given. */
export interface AuditLedgerOptions {
  /** File of JSON lines; the files beside it have its name and a suffix. */
  readonly path: string
  /** Secret of at least 32 bytes: whoever has it can check the ledger, and could also rewrite it. */
  readonly key?: SignatureKeyInput | undefined
  /** Private Ed25519 key: everybody can check the ledger with the public one, and nobody rewrite it. */
  readonly signingKey?: SignatureKeyInput | undefined
  /** Durable entries for which the file of the head may lag behind, and which cutting the tail could take; default 1. */
  readonly checkpointEvery?: number | undefined
  /** Size from which on a file is followed by a new one; default 64 MiB. */
  readonly maxFileBytes?: number | undefined
  /** Milliseconds since the epoch. */
  readonly clock?: { date(): number } | undefined
  /** Told of what a sink could not keep or make last; default: the first one is a warning of OpenTelemetry's `diag`. */
  readonly onError?: ((error: AosError) => void) | undefined
}

/** What became of the entries of a ledger. */
export interface LedgerStats {
  readonly written: number
  readonly failed: number
  readonly pending: number
  /** Lines that an earlier writer had not finished, set aside when this one opened. */
  readonly torn: number
  /** Number of the last entry in the ledger. */
  readonly seq: number
}

/**
 * Keeps decisions so that no change of them goes unnoticed: each line is sealed with the key and has the seal of the
 * line before. Given as `audit`, a decision is on the disk before it takes effect; given as a sink, soon after.
 */
export interface AuditLedger extends AuditTrail, Sink {
  /** Resolves once the decision is on the disk. */
  append(entry: AuditEntry): Promise<void>
  /** Appends facts of any other kind, such as what a guardian server has decided; resolves once they are on the disk. */
  record(facts: Readonly<Record<string, unknown>>): Promise<void>
  accept(event: AosEvent): void | Promise<void>
  flush(): Promise<void>
  /** Finishes what is pending and lets another writer open the ledger. */
  close(): Promise<void>
  /** Where the ledger ends; kept elsewhere, it also reveals that all its files were put back to an earlier state. */
  head(): LedgerHead
  stats(): LedgerStats
}

const MAX_FILE_BYTES = 64 * 1024 * 1024
const RUNS = 10_000
// beyond this the sink's own queue waits, which is bounded
const MAX_PENDING = 1000

/** Opens an audit ledger, or starts one; throws `invalid_ledger` where it is damaged or has another writer. */
export function createAuditLedger(options: AuditLedgerOptions): AuditLedger {
  const { checkpointEvery = 1, maxFileBytes = MAX_FILE_BYTES, clock } = checked(options)
  const path = resolve(options.path)
  const keys = keysOf(options)
  const now = clock === undefined ? () => Date.now() : () => clock.date()
  const opened = openedOrThrown(path, () => openLedger(path, keys, now))
  const report = reporter(options)
  const writer = new LedgerWriter(opened, { path, keys, checkpointEvery, maxFileBytes, now, report })
  const runs = new BoundedMap<RunRecord>(RUNS)
  const keep = (event: AosEvent & { readonly type: 'decision' }): void | Promise<void> => {
    const kept = writer.append(jsonOf(path, factsOf(event, runs.get(event.runId))), false)
    if (writer.counts.pending > MAX_PENDING) return kept
    kept.catch(report)
  }
  return {
    name: 'audit-ledger',
    append: async (entry) => writer.append(jsonOf(path, toLedgerFacts(entry)), true),
    record: async (facts) => writer.append(jsonOf(path, facts), true),
    accept: (event) => {
      if (event.type === 'run.start') runs.getOrMake(event.runId, () => event.run)
      if (event.type === 'run.end') runs.delete(event.runId)
      return event.type === 'decision' ? keep(event) : undefined
    },
    flush: () => writer.flush(),
    close: () => writer.close(),
    head: () => writer.head,
    stats: () => ({ ...writer.counts, torn: opened.torn, seq: writer.head.seq }),
  }
}

/** Gives the key that seals a ledger, as {@link toSigningKey} and {@link toCheckingKeys} take it. */
export function sealKeyOf(key: unknown, publicKey: unknown): SignatureKey {
  if ((key === undefined) === (publicKey === undefined))
    throw invalidOptions('there must be one key', 'Pass either `key` or the Ed25519 key.')
  return key === undefined
    ? { algorithm: 'ed25519', key: publicKey as SignatureKeyInput }
    : { algorithm: 'hmac-sha256', key: key as SignatureKeyInput }
}

function openedOrThrown(path: string, open: () => OpenLedger): OpenLedger {
  try {
    return open()
  } catch (cause) {
    if (isAosError(cause)) throw cause
    const why = cause instanceof Error ? cause.message : 'opening it failed'
    throw ledgerError(path, { why, fix: 'Use a file in a folder of this user.', cause })
  }
}

function keysOf({ key, signingKey }: AuditLedgerOptions): LedgerKeys {
  const given = sealKeyOf(key, signingKey)
  const signing = toSigningKey('ledger', given)
  const checking = toCheckingKeys({ ledger: given }).get('ledger')
  if (checking === undefined) throw invalidOptions('there must be one key', 'Pass `key` or `signingKey`.')
  return { signing, checking }
}

function factsOf(event: AosEvent & { readonly type: 'decision' }, run: RunRecord | undefined): object {
  return toLedgerFacts({
    runId: event.runId,
    sessionId: run?.sessionId,
    agentId: run?.agent.id,
    agentName: run?.agent.name,
    userId: run?.userId,
    step: event.step,
    decision: event.decision,
  })
}

function jsonOf(path: string, facts: object): string {
  try {
    const text: unknown = JSON.stringify(facts)
    if (typeof text === 'string') return text
    throw new TypeError('it stands for nothing')
  } catch (cause) {
    throw ledgerError(path, { why: 'an entry cannot be written as JSON', fix: 'Append plain data.', cause })
  }
}

function reporter({ onError }: AuditLedgerOptions): (error: unknown) => void {
  let reported = false
  return (error) => {
    if (onError !== undefined) return onError(error as AosError)
    if (!reported) diag.warn(`aos: ${String(error)}`)
    reported = true
  }
}

function checked(options: AuditLedgerOptions): AuditLedgerOptions {
  const { path, checkpointEvery, maxFileBytes } = options
  if (typeof path !== 'string' || path === '' || path.includes('\0'))
    throw invalidOptions('path is no path of a file', "Pass path: 'audit/decisions.jsonl'.")
  for (const [name, value, least] of [
    ['checkpointEvery', checkpointEvery, 1],
    ['maxFileBytes', maxFileBytes, 1024],
  ] as const) {
    if (value !== undefined && (!Number.isSafeInteger(value) || value < least))
      throw invalidOptions(`${name} is no whole number from ${least} on`, `Leave ${name} out.`)
  }
  return options
}

function invalidOptions(why: string, fix: string): AosError {
  return new AosError({ code: 'invalid_options', message: `An audit ledger cannot be kept: ${why}`, fix })
}
