import { randomUUID } from 'node:crypto'

/** What a person is asked to approve. */
export interface ApprovalQuestion {
  readonly hook: string
  readonly decisionId: string
  readonly runId: string
  readonly sessionId: string
  readonly agentId?: string | undefined
  readonly toolName?: string | undefined
  readonly executionId?: string | undefined
  readonly reason: string
  /** What is to be approved, as much of it as may be shown. */
  readonly value?: unknown
  /** Digest of exactly what will be done; an approval holds for nothing else. */
  readonly valueDigest: string
}

/** A question in the inbox, answered or not. Times are milliseconds since the epoch. */
export interface ApprovalRecord extends ApprovalQuestion {
  readonly id: string
  /** Who asked. */
  readonly askedBy: string
  readonly askedAt: number
  readonly expiresAt: number
  readonly status: 'pending' | 'approved' | 'refused' | 'expired'
  /** Who answered, and why. */
  readonly by?: string | undefined
  readonly comment?: string | undefined
  readonly answeredAt?: number | undefined
}

/** Why an answer was not taken. */
export type AnswerProblem = 'unknown' | 'settled' | 'digest_differs' | 'own_question'

/** Settings of {@link ApprovalInbox}. */
export interface InboxOptions {
  /** Milliseconds a question stays open; default 300000. */
  readonly expiryMs?: number | undefined
  /** Questions kept, open and settled; default 1000. Where all of them are open, a new one is refused. */
  readonly capacity?: number | undefined
  readonly clock?: (() => number) | undefined
}

const EXPIRY_MS = 300_000
const CAPACITY = 1000

/** Questions to people, and their answers: each is answered once, before it expires, for exactly one digest. */
export class ApprovalInbox {
  readonly #records = new Map<string, ApprovalRecord>()
  readonly #waiting = new Map<string, Set<() => void>>()
  readonly #expiryMs: number
  readonly #capacity: number
  readonly #clock: () => number

  constructor(options: InboxOptions = {}) {
    this.#expiryMs = options.expiryMs ?? EXPIRY_MS
    this.#capacity = options.capacity ?? CAPACITY
    this.#clock = options.clock ?? Date.now
  }

  /** Takes a question in; gives nothing where the inbox is full of open ones. A question asked again is the same one. */
  ask(
    question: ApprovalQuestion,
    askedBy: string,
    expiryMs: number = this.#expiryMs,
  ): ApprovalRecord | undefined {
    this.#expire()
    for (const known of this.#records.values()) if (isSame(known, question, askedBy)) return known
    if (!this.#makeRoom()) return undefined
    const askedAt = this.#clock()
    const record: ApprovalRecord = {
      ...question,
      id: randomUUID(),
      askedBy,
      askedAt,
      expiresAt: askedAt + Math.min(expiryMs, this.#expiryMs),
      status: 'pending',
    }
    this.#records.set(record.id, record)
    return record
  }

  get(id: string): ApprovalRecord | undefined {
    this.#expire()
    return this.#records.get(id)
  }

  list(status?: ApprovalRecord['status']): readonly ApprovalRecord[] {
    this.#expire()
    const all = [...this.#records.values()]
    return status === undefined ? all : all.filter((record) => record.status === status)
  }

  /** Takes a person's answer; the digest must be the one that was asked about. */
  answer(
    id: string,
    answer: {
      readonly approved: boolean
      readonly by: string
      readonly valueDigest: string
      readonly comment?: string | undefined
    },
  ): ApprovalRecord | AnswerProblem {
    const record = this.get(id)
    if (record === undefined) return 'unknown'
    if (record.status !== 'pending') return 'settled'
    if (record.valueDigest !== answer.valueDigest) return 'digest_differs'
    if (answer.approved && record.askedBy === answer.by) return 'own_question'
    return this.#settle(record, {
      status: answer.approved ? 'approved' : 'refused',
      by: answer.by,
      comment: answer.comment,
    })
  }

  /** Waits until a question is settled or the time is up. */
  async settled(id: string, waitMs: number): Promise<ApprovalRecord | undefined> {
    const record = this.get(id)
    if (record?.status !== 'pending') return record
    const until = Math.min(waitMs, record.expiresAt - this.#clock())
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        this.#waiting.get(id)?.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, Math.max(0, until))
      const waiting = this.#waiting.get(id) ?? new Set()
      this.#waiting.set(id, waiting.add(wake))
    })
    return this.get(id)
  }

  /** Wakes everybody who waits; what is open stays unanswered, which is no approval. */
  close(): void {
    for (const waiting of this.#waiting.values()) for (const wake of waiting) wake()
  }

  #settle(
    record: ApprovalRecord,
    outcome: Pick<ApprovalRecord, 'status' | 'by' | 'comment'>,
  ): ApprovalRecord {
    const settled = { ...record, ...outcome, answeredAt: this.#clock() }
    this.#records.set(record.id, settled)
    for (const wake of this.#waiting.get(record.id) ?? []) wake()
    this.#waiting.delete(record.id)
    return settled
  }

  #expire(): void {
    const now = this.#clock()
    for (const record of this.#records.values()) {
      if (record.status === 'pending' && record.expiresAt <= now) this.#settle(record, { status: 'expired' })
    }
  }

  #makeRoom(): boolean {
    if (this.#records.size < this.#capacity) return true
    for (const [id, { status }] of this.#records) {
      if (status === 'pending') continue
      this.#records.delete(id)
      return true
    }
    return false
  }
}

function isSame(known: ApprovalRecord, question: ApprovalQuestion, askedBy: string): boolean {
  return (
    known.status === 'pending' &&
    known.askedBy === askedBy &&
    known.decisionId === question.decisionId &&
    known.valueDigest === question.valueDigest
  )
}
