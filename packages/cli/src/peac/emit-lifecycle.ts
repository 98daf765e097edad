import { issue, lifecycleObservation } from '@aos/records/peac'
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
  const record = issue({
    ...parts,
    key,
    ...(issuer === undefined ? {} : { iss: issuer }),
    ...(sub === undefined ? {} : { sub }),
  })
  return recordAnswer(record, { out, exitCode: EXIT.ok })
}

function camel(member: string): string {
  return member.replaceAll(/_(\w)/g, (_match, letter: string) => letter.toUpperCase())
}
