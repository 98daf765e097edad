import { createHash } from 'node:crypto'
import { fromOwnerText, toOwnerText, type SegmentOwner } from '../outbox/spool-lock.ts'

const SAFE_ID = /^[\w-]{1,128}$/
const OPEN_RUN_FILE = /^([\w-]{1,128})\.([0-9a-f-]+)\.run(\.new)?$/

/** Ends the name of a file that is not whole yet. */
export const UNFINISHED = '.new'

/** Names the file of an open run after the run and the process that it is in. */
export function toOpenRunFile(id: string, owner: SegmentOwner): string {
  const name = SAFE_ID.test(id) ? id : createHash('sha256').update(id).digest('hex')
  return `${name}.${toOwnerText(owner)}.run`
}

/** Reads whose file of which run it is; `undefined` for any other file. */
export function fromOpenRunFile(
  file: string,
): { readonly name: string; readonly owner: SegmentOwner; readonly isWhole: boolean } | undefined {
  const [, name, holder, rest] = OPEN_RUN_FILE.exec(file) ?? []
  const owner = holder === undefined ? undefined : fromOwnerText(holder)
  return name === undefined || owner === undefined ? undefined : { name, owner, isWhole: rest === undefined }
}

/** Names the same file after another process. */
export function withOwner(name: string, owner: SegmentOwner): string {
  return `${name}.${toOwnerText(owner)}.run`
}
