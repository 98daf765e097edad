import type { PeacRecord } from '@aos/records/peac'
import { writePrivate } from '../documents/write-file.ts'
import type { Answer } from '../terminal/context.ts'

/** The answer of a command that made a record: the record itself, or that it was written. */
export async function recordAnswer(
  { jws, ref, claims }: PeacRecord,
  { out, exitCode }: { readonly out: string | undefined; readonly exitCode: number },
): Promise<Answer> {
  if (out === undefined) return { exitCode, json: { jws, ref, claims, exit_code: exitCode }, text: jws }
  await writePrivate(out, `${jws}\n`)
  return { exitCode, json: { file: out, ref, exit_code: exitCode }, text: '' }
}
