import type { KeyObject } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { verifyRun, type AgentRun } from '@agent-run/types'
import type { ReceivedSpan } from '../../test/support/otlp-spans.ts'
import { fact, paint, shorten, show } from './screen.ts'

/** Shows what the verification of a record finds, and that a record which was tampered with is refused. */
export function showRecord(run: AgentRun, publicKey: KeyObject): void {
  const { status, checks } = verifyRun(run, { publicKey })
  const { run_hash, metadata, signed_by } = run.provenance
  const values: Readonly<Record<string, unknown>> = {
    run_hash,
    record_hash: metadata?.['record_hash'],
    signature: signed_by,
  }
  show(
    '',
    `${paint('bold', 'AgentRun')} ${run.id}: ${paint(status === 'verified' ? 'green' : 'red', status)}`,
    '',
  )
  for (const { name, ok, message } of checks) {
    const value = values[name]
    const shown = typeof value === 'string' ? paint('dim', shorten(value, 32)) : ''
    fact(name, `${paint(ok ? 'green' : 'red', ok ? '✓' : '✗')} ${message.padEnd(32)}${shown}`)
  }
  const copy = verifyRun(tampered(run), { publicKey }).status
  fact('tampered', `${paint('green', '✓')} a copy with one more token is ${copy}`)
}

/** A copy of a record with one more token. */
export function tampered(run: AgentRun): AgentRun {
  return { ...run, cost: { ...run.cost, output_tokens: run.cost.output_tokens + 1 } }
}

/** What is kept of a story. */
export interface Kept {
  readonly run: AgentRun
  readonly spans: readonly ReceivedSpan[]
  readonly publicKey: KeyObject
}

/** Writes a record, the key that verifies it, and the spans into a folder. */
export function writeFiles(folder: string, { run, spans, publicKey }: Kept): void {
  mkdirSync(folder, { recursive: true })
  const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)
  writeFileSync(join(folder, 'trace.json'), `${JSON.stringify(spans, plain, 2)}\n`)
  writeFileSync(join(folder, 'agent-run.json'), `${JSON.stringify(run, null, 2)}\n`)
  writeFileSync(join(folder, 'public-key.pem'), publicKey.export({ type: 'spki', format: 'pem' }))
  fact('written', join(relative(process.cwd(), folder), '{agent-run.json, public-key.pem, trace.json}'))
}
