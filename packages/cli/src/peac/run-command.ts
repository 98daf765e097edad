import { observeCommand, recordCommand } from '@aos/records/peac'
import { writePrivate } from '../documents/write-file.ts'
import type { Answer, Context } from '../terminal/context.ts'
import { commandOptions, type CommandRequest } from './command-request.ts'
import type { IssuerRequest } from './issuer-request.ts'
import { issuerOf } from './issuer.ts'
import { recordAnswer } from './record-answer.ts'

/** Runs a command and signs what was seen of it. */
export async function record(
  command: readonly string[],
  request: CommandRequest & IssuerRequest,
  context: Context,
): Promise<Answer> {
  const issuer = await issuerOf(request, context)
  const {
    record: made,
    exitCode,
    timedOut,
  } = await recordCommand(command, {
    ...commandOptions(request, context),
    ...issuer,
  })
  if (timedOut) context.note('the command was ended, as its time was up')
  return recordAnswer(made, { out: request.out, exitCode })
}

/** Runs a command and tells what was seen of it, unsigned. */
export async function observe(
  command: readonly string[],
  request: CommandRequest,
  context: Context,
): Promise<Answer> {
  const { observation, exitCode, timedOut } = await observeCommand(command, commandOptions(request, context))
  if (timedOut) context.note('the command was ended, as its time was up')
  const text = JSON.stringify(observation, null, 2)
  if (request.out === undefined) return { exitCode, json: observation, text }
  await writePrivate(request.out, `${text}\n`)
  return { exitCode, json: { file: request.out, exit_code: exitCode }, text: '' }
}
