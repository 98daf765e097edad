import type {
  AdmitEntry,
  ApprovalEntry,
  AskEntry,
  CheckEntry,
  DecisionEntry,
  JournalEntry,
  OperationEntry,
  RefusedEntry,
  SayEntry,
} from './entries.ts'

/** One question of the recorded run with everything that was said to it. */
export interface RecordedQuestion {
  readonly ask: AskEntry
  readonly says: SayEntry[]
  readonly checks: CheckEntry[]
  decision?: DecisionEntry
  approval?: ApprovalEntry
}

/** What was asked and refused because of one entry: an operation that was decided, or what it brought back. */
export interface Group {
  readonly operation: OperationEntry
  readonly questions: RecordedQuestion[]
  readonly refusals: RefusedEntry[]
}

/** A journal in the order in which it is replayed. */
export interface ReplayPlan {
  readonly groups: ReadonlyMap<JournalEntry, Group>
  readonly admits: ReadonlyMap<string, AdmitEntry[]>
  readonly operations: readonly OperationEntry[]
  /** Steps whose end is in the journal, so that all that was asked about them is, too. */
  readonly closed: ReadonlySet<string>
}

/** Sorts the entries of a journal by what made them. */
export function planOf(entries: readonly JournalEntry[]): ReplayPlan {
  const planner = new Planner()
  for (const entry of entries) planner.add(entry)
  return planner
}

/** Key of what one guard said of one step. */
export function admitKey(step: string, guard: string): string {
  return JSON.stringify([step, guard])
}

class Planner implements ReplayPlan {
  readonly groups = new Map<JournalEntry, Group>()
  readonly admits = new Map<string, AdmitEntry[]>()
  readonly operations: OperationEntry[] = []
  readonly closed = new Set<string>()
  readonly #current = new Map<string, Group>()
  readonly #questions = new Map<string, RecordedQuestion>()

  add(entry: JournalEntry): void {
    switch (entry.t) {
      case 'operation':
        this.operations.push(entry)
        return this.#open(entry, entry)
      case 'start':
      case 'result':
      case 'failure':
      case 'answer':
        return this.#open(entry, this.#current.get(entry.step)?.operation)
      case 'ask':
        return this.#ask(entry)
      case 'refused':
        this.#current.get(entry.step)?.refusals.push(entry)
        return undefined
      case 'admit':
        return this.#admit(entry)
      case 'close':
        this.closed.add(entry.step)
        return undefined
      default:
        return this.#answer(entry)
    }
  }

  #open(entry: JournalEntry & { readonly step: string }, operation: OperationEntry | undefined): void {
    if (operation === undefined) return
    const group: Group = { operation, questions: [], refusals: [] }
    this.groups.set(entry, group)
    this.#current.set(entry.step, group)
  }

  #ask(ask: AskEntry): void {
    const question: RecordedQuestion = { ask, says: [], checks: [] }
    this.#questions.set(ask.q, question)
    this.#current.get(ask.step)?.questions.push(question)
  }

  #admit(entry: AdmitEntry): void {
    const key = admitKey(entry.step, entry.guard)
    const known = this.admits.get(key)
    if (known === undefined) this.admits.set(key, [entry])
    else known.push(entry)
  }

  #answer(entry: JournalEntry): void {
    const question = 'q' in entry ? this.#questions.get(entry.q) : undefined
    if (question === undefined) return
    if (entry.t === 'say') question.says.push(entry)
    else if (entry.t === 'check') question.checks.push(entry)
    else if (entry.t === 'decision') question.decision = entry
    else if (entry.t === 'approval') question.approval = entry
  }
}
