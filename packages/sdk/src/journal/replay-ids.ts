import { createHash } from 'node:crypto'

/** Makes the id of something that has none in the journal: the same for the same place in the same run. */
export function canonicalUuid(runId: string, place: number): string {
  const digits = createHash('sha256').update(`${runId}\n${place}`).digest('hex')
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(13, 16)}-a${digits.slice(17, 20)}-${digits.slice(20, 32)}`
}
