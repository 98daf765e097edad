import { issue, lifecycleObservation, type PeacRecord } from '@aos/records/peac'
import { CliError, toldError } from '../terminal/cli-error.ts'
import { EXIT } from '../terminal/exit-codes.ts'
import type { Answer, Context } from '../terminal/context.ts'
import { issuerOf } from './issuer.ts'
import { MEMBERS, type LifecycleRequest } from './lifecycle-request.ts'
import { recordAnswer } from './record-answer.ts'

/** Signs what was seen in the life of some work. */
export async function emitLifecycle(request: LifecycleRequest, context: Context): Promise<Answer> {
  const { eventKind, subjectRef, observedAt = new Date().toISOString(), out } = request
  const { key, issuer, sub } = await issuerOf(request, context)
  const members = Object.keys(MEMBERS).flatMap((member) => {
    const value = request[camel(member)]
    return value === undefined ? [] : [[member, value] as const]
  })
  const parts = lifecycleObservation(eventKind, {
    subject_ref: subjectRef,
    observed_at: observedAt,
    ...Object.fromEntries(members),
  })
  const record = issued(() =>
    issue({
      ...parts,
      key,
      ...(issuer === undefined ? {} : { iss: issuer }),
      ...(sub === undefined ? {} : { sub }),
    }),
  )
  return recordAnswer(record, { out, exitCode: EXIT.ok })
}

const MEMBER = /lifecycle-observation\/(\w+) (.+)$/

/** What would be refused is told by the option that says it. */
function issued(make: () => PeacRecord): PeacRecord {
  try {
    return make()
  } catch (cause) {
    const { message, why } = toldError(cause)
    const [, member, problem] = MEMBER.exec(message) ?? []
    if (member === undefined || problem === undefined) throw cause
    const option = `--${member.replaceAll('_', '-')}`
    throw new CliError({
      message: `${option} ${problem}`,
      why,
      fix: `Pass ${option} as aos emit lifecycle --help says.`,
      cause,
    })
  }
}

function camel(member: string): string {
  return member.replaceAll(/_(\w)/g, (_match, letter: string) => letter.toUpperCase())
}
