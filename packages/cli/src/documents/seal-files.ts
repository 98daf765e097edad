import { keyId, parseAgentRun, recordHash, runHash, sealRun, type AgentRun } from '@agent-run/types'
import { readPrivateKey } from '../keys/signing-keys.ts'
import { CliError } from '../terminal/cli-error.ts'
import type { Answer, Context } from '../terminal/context.ts'
import { EXIT } from '../terminal/exit-codes.ts'
import { visible } from '../terminal/visible.ts'
import { readJson } from './read-file.ts'
import { writePrivate } from './write-file.ts'

interface Hash {
  readonly name: 'run_hash' | 'record_hash'
  readonly computed: string
  readonly stated: string | null
}

/** Computes the hashes of a run, and compares them with those that it carries. */
export async function hashRun(file: string, { paint }: Context): Promise<Answer> {
  const run = await readRun(file)
  const { run_hash: stated, config_hash, metadata } = run.provenance
  const bound: unknown = metadata?.['record_hash']
  const hashes: readonly Hash[] = [
    { name: 'run_hash', computed: runHash({ ...run, config_hash }), stated },
    { name: 'record_hash', computed: recordHash(run), stated: typeof bound === 'string' ? bound : null },
  ]
  const isSame = hashes.every(({ computed, stated: carried }) => carried === null || carried === computed)
  const lines = hashes.map(({ name, computed, stated: carried }) => {
    if (carried === null) return `${name.padEnd(11)}  ${computed}  ${paint('quiet', 'not in the record')}`
    const verdict =
      carried === computed
        ? paint('good', 'as recorded')
        : paint('bad', `the record says ${visible(carried)}`)
    return `${name.padEnd(11)}  ${computed}  ${verdict}`
  })
  return {
    exitCode: isSame ? EXIT.ok : EXIT.found,
    json: { file, ok: isSame, hashes },
    text: lines.join('\n'),
  }
}

/** Signs a run, and prints it or writes it to a file. */
export async function signRun(
  file: string,
  { key: source, out }: { readonly key: string; readonly out?: string },
  { terminal }: Context,
): Promise<Answer> {
  const key = await readPrivateKey(source, terminal.env)
  const run = await readRun(file)
  const stated = run.provenance.run_hash
  const computed = runHash({ ...run, config_hash: run.provenance.config_hash })
  if (stated !== computed) throw otherHash(file, { stated, computed })
  const signed = sealRun(run, key)
  if (out === undefined) return { exitCode: EXIT.ok, json: signed, text: JSON.stringify(signed, null, 2) }
  await writePrivate(out, `${JSON.stringify(signed, null, 2)}\n`)
  const signedBy = keyId(key)
  return {
    exitCode: EXIT.ok,
    json: { file: out, signed_by: signedBy },
    text: `wrote ${out}, signed by ${signedBy}`,
  }
}

async function readRun(file: string): Promise<AgentRun> {
  const parsed = parseAgentRun(await readJson(file))
  if (parsed.ok) return parsed.value
  const [first] = parsed.issues
  throw new CliError({
    message: `${file} is no AgentRun: ${first?.path ?? ''} ${first?.message ?? ''}`,
    fix: `aos validate ${file} names everything that is wrong with it`,
    exit: 'failed',
  })
}

function otherHash(
  file: string,
  { stated, computed }: { readonly stated: string; readonly computed: string },
): CliError {
  return new CliError({
    message: `${file} carries the run_hash ${stated}, and its own is ${computed}`,
    why: 'A signature would vouch for a record that contradicts itself.',
    fix: 'Correct the record, or find out who changed it.',
    exit: 'failed',
  })
}
