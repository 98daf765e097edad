import { createHash } from 'node:crypto'
import type { EvidenceFile } from './swid.ts'

/** Describes a file for the evidence of a tag by its text, as it is written in UTF-8. */
export function evidenceFileOf(name: string, text: string): EvidenceFile {
  const bytes = Buffer.from(text)
  return { name, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}
