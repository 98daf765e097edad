import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { toCheckingKeys, type CheckingKey, type SignatureKeyInput } from '../signature/signature-key.ts'
import { sealKeyOf } from './audit-ledger.ts'
import { headPath, isMissing, listLedgerFiles, type LedgerFile } from './ledger-files.ts'
import { MAX_LINE_BYTES, readHead, readLine, type LedgerHead } from './sealed-line.ts'

/** What a ledger is checked with: the secret that seals it, or the public key of the one that signs it. */
export interface VerifyLedgerOptions {
  readonly key?: SignatureKeyInput | undefined
  readonly publicKey?: SignatureKeyInput | undefined
  /** A head of this ledger that was kept elsewhere; without it, files put back all together look whole. */
  readonly checkpoint?: LedgerHead | undefined
}

/** What is wrong with a ledger. */
export type LedgerProblemCode =
  | 'missing'
  | 'head_missing'
  | 'head_changed'
  | 'line_changed'
  | 'line_missing'
  | 'line_misplaced'
  | 'tail_cut'
  | 'torn'
  | 'checkpoint_differs'
  | 'unreadable'

/** Whether a ledger is as it was written. */
export type LedgerVerification =
  | { readonly ok: true; readonly entries: number; readonly head: LedgerHead; readonly files: number }
  | {
      readonly ok: false
      readonly code: LedgerProblemCode
      readonly problem: string
      /** Entries before the first bad line. */
      readonly entries: number
      readonly file?: string | undefined
      /** The first bad line of the file, from 1. */
      readonly line?: number | undefined
    }

type LedgerProblem = Extract<LedgerVerification, { ok: false }>

/**
 * Checks every line of a ledger: any change, cut, swap or insertion is found. A ledger that is being written may have an
 * unfinished line at its end, which is `torn`; everything before it is whole.
 */
export async function verifyLedger(path: string, options: VerifyLedgerOptions): Promise<LedgerVerification> {
  const key = toCheckingKeys({ ledger: sealKeyOf(options.key, options.publicKey) }).get('ledger')
  if (key === undefined) return failed({ entries: 0, code: 'unreadable', problem: 'there is no key' })
  try {
    return await verify(resolve(path), key, options.checkpoint)
  } catch (error) {
    const problem = `it cannot be read: ${error instanceof Error ? error.message : 'unknown'}`
    return failed({ entries: 0, code: 'unreadable', problem })
  }
}

async function verify(
  path: string,
  key: CheckingKey,
  checkpoint: LedgerHead | undefined,
): Promise<LedgerVerification> {
  // before the lines: a writer may add some meanwhile
  const sealed = await readFile(headPath(path)).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw error
  })
  const files = listLedgerFiles(path)
  if (sealed === undefined) {
    const problem = files.length === 0 ? 'there is no ledger' : 'the file that says where it ends is gone'
    return failed({ entries: 0, code: files.length === 0 ? 'missing' : 'head_missing', problem })
  }
  const head = readHead(sealed, key)
  if (head === undefined)
    return failed({
      entries: 0,
      code: 'head_changed',
      problem: 'the file that says where it ends was changed',
    })
  const chain = new Chain(head, checkpoint, key)
  for (const file of files) {
    const bad = await chain.read(file)
    if (bad !== undefined) return bad
  }
  return chain.end(files.length)
}

interface Place {
  readonly file: LedgerFile
  readonly line: number
}

class Chain {
  readonly #sealed: LedgerHead
  readonly #checkpoint: LedgerHead | undefined
  readonly #key: CheckingKey
  #head: LedgerHead
  #sealedFound = false
  #checkpointFound = false

  constructor(sealed: LedgerHead, checkpoint: LedgerHead | undefined, key: CheckingKey) {
    this.#sealed = sealed
    this.#checkpoint = checkpoint
    this.#key = key
    this.#head = { ledger: sealed.ledger, seq: 0, last: sealed.ledger }
    this.#compare()
  }

  async read(file: LedgerFile): Promise<LedgerProblem | undefined> {
    let line = 0
    if (file.firstSeq !== this.#head.seq + 1)
      return this.#bad('line_missing', `the file of entry ${this.#head.seq + 1} is not there`, {
        file,
        line: 0,
      })
    let rest: Buffer = Buffer.alloc(0)
    for await (const chunk of createReadStream(file.path) as AsyncIterable<Buffer>) {
      let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a)) {
        const bad = this.#take(bytes.subarray(0, end), { file, line: ++line })
        if (bad !== undefined) return bad
        bytes = bytes.subarray(end + 1)
      }
      rest = bytes
      if (rest.length > MAX_LINE_BYTES)
        return this.#bad('line_changed', 'the line is longer than any that is written', {
          file,
          line: line + 1,
        })
    }
    return rest.length === 0 ? undefined : this.#unfinished({ file, line: line + 1 })
  }

  end(files: number): LedgerVerification {
    const { seq } = this.#sealed
    if (!this.#sealedFound) return this.#bad('tail_cut', `it ends before entry ${seq}, which it had`)
    if (!this.#checkpointFound)
      return this.#bad('checkpoint_differs', 'it does not have the entry of the checkpoint')
    return { ok: true, entries: this.#head.seq, head: this.#head, files }
  }

  #take(bytes: Buffer, place: Place): LedgerProblem | undefined {
    const read = readLine(bytes, this.#key)
    if (read === undefined) return this.#bad('line_changed', 'the line is not as it was written', place)
    const expected = this.#head.seq + 1
    if (read.seq > expected)
      return this.#bad('line_missing', `entry ${read.seq} stands where entry ${expected} has to be`, place)
    if (read.seq < expected)
      return this.#bad('line_misplaced', `entry ${read.seq} stands here once more`, place)
    if (read.prev !== this.#head.last)
      return this.#bad('line_misplaced', 'the line does not follow the one before', place)
    this.#head = { ledger: this.#head.ledger, seq: read.seq, last: read.seal }
    return this.#compare(place)
  }

  #compare(place?: Place): LedgerProblem | undefined {
    const { ledger, seq, last } = this.#head
    if (seq === this.#sealed.seq) {
      this.#sealedFound = last === this.#sealed.last
      if (!this.#sealedFound)
        return this.#bad('head_changed', `entry ${seq} is another one than it was`, place)
    }
    const kept = this.#checkpoint
    if (kept === undefined) this.#checkpointFound = true
    else if (seq === kept.seq) {
      this.#checkpointFound = last === kept.last && ledger === kept.ledger
      if (!this.#checkpointFound)
        return this.#bad('checkpoint_differs', `entry ${seq} is not that of the checkpoint`, place)
    }
    return undefined
  }

  #unfinished(place: Place): LedgerProblem {
    return this.#head.seq < this.#sealed.seq
      ? this.#bad('tail_cut', `it ends in the middle of entry ${this.#head.seq + 1}`, place)
      : this.#bad('torn', 'a line was begun and not finished; the next writer sets it aside', place)
  }

  #bad(code: LedgerProblemCode, problem: string, place?: Place): LedgerProblem {
    const where = place === undefined ? {} : { file: basename(place.file.path), line: place.line }
    return failed({ code, problem, entries: this.#head.seq, ...where })
  }
}

function failed(problem: Omit<LedgerProblem, 'ok'>): LedgerProblem {
  return { ok: false, ...problem }
}
