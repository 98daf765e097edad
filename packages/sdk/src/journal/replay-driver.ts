import type { Component } from '../events/event.ts'
import { consume, decide, finish, finishFailed, judgeAnswer, type Ticket } from '../run/gate.ts'
import type { Operation, OperationFacts } from '../run/operation.ts'
import type { Run } from '../run/run.ts'
import type { Step } from '../run/step.ts'
import type {
  AnswerEntry,
  CloseEntry,
  EndEntry,
  FailureEntry,
  JournalEntry,
  OperationEntry,
  OutputEntry,
  RefusedEntry,
  ResultEntry,
  StartEntry,
} from './entries.ts'
import { errorOf, OpaqueValue, recordedValue, valueOf } from './recorded-value.ts'
import type { RecordedQuestion, ReplayPlan } from './replay-plan.ts'
import { isOfAgent, type ReplayTap } from './replay-tap.ts'
import type { NotReproducible } from './replayed-decision.ts'
import type { Awaitable } from '../values/awaitable.ts'
import { isDeepStrictEqual } from '../values/deep-equal.ts'

/** Something of the recorded run that the replay could not do. */
export interface NotReplayed {
  readonly stepId?: string | undefined
  readonly what: string
  readonly why: string
}

/** What a replay is driven with. */
export interface Replaying {
  readonly plan: ReplayPlan
  readonly tap: ReplayTap
  readonly run: Run
  /** Tells what the model call that is closed next has cost. */
  setCost(costUsd: number | undefined): void
}

interface Replayed {
  readonly entry: OperationEntry
  readonly operation: MutableOperation
  readonly ticket: Ticket | undefined
}

type MutableOperation = { -readonly [Key in keyof Operation]: Operation[Key] }

/** Takes the entries of a journal one by one through the gate: each operation in its turn, with its recorded effect. */
export class ReplayDriver {
  readonly notReplayed: NotReplayed[] = []
  readonly #replaying: Replaying
  readonly #steps = new Map<string, Replayed>()
  readonly #told = new Set<string>()
  readonly #run: Run

  constructor(replaying: Replaying) {
    this.#replaying = replaying
    this.#run = replaying.run
  }

  async replay(entry: JournalEntry): Promise<void> {
    const { tap } = this.#replaying
    if (entry.t !== 'ask' && entry.t !== 'say') tap.prepare(entry.at)
    switch (entry.t) {
      case 'operation':
        return this.#within(entry, () => this.#operation(entry))
      case 'refused':
        return this.#refused(entry)
      case 'start':
        return this.#within(entry, () => this.#start(entry))
      case 'result':
      case 'failure':
      case 'answer':
        return this.#within(entry, () => this.#brought(entry))
      case 'output':
        return this.#output(entry)
      case 'close':
        return this.#close(entry)
      case 'child':
        return this.#tell({ what: `run ${entry.run}`, why: 'it has a journal of its own' })
      case 'end':
        return this.#end(entry)
      default:
        return undefined
    }
  }

  #end({ status, error }: EndEntry): void {
    const { fatal } = this.#replaying.tap
    // an error that is new ends the run otherwise than it did end
    if (fatal !== undefined && status === 'completed') this.#run.end('failed', fatal.error)
    else this.#run.end(status, error && errorOf(error, this.#run.id))
  }

  /** Ends a run that the journal leaves open. */
  close(): void {
    this.#run.end('cancelled')
  }

  /** Does what one entry says; what was asked there and is not asked now is told of. */
  async #within(entry: JournalEntry, work: () => Promise<NotReproducible> | NotReproducible): Promise<void> {
    const { tap, plan } = this.#replaying
    tap.enter(plan.groups.get(entry))
    tap.leave(await work())
  }

  async #operation(entry: OperationEntry): Promise<NotReproducible> {
    const { tap, plan } = this.#replaying
    const run = this.#run
    const before = entry.again === true ? this.#steps.get(entry.step) : undefined
    const reopened = before?.ticket?.step
    const group = plan.groups.get(entry)
    const operation = operationOf(entry, [...(group?.questions ?? [])])
    const refusal = group?.refusals[0]
    if (refusal !== undefined && isOfAgent(refusal) && group?.questions.length === 0)
      operation.refusal = { code: refusal.code, reason: refusal.reason }
    tap.prepare(entry.at, reopened === undefined ? [entry.step] : [])
    this.#noteOpaque(entry)
    try {
      const ticket = await run.enter(() => decide(run, operation, reopened), this.#parentStep(entry))
      this.#steps.set(entry.step, { entry, operation, ticket })
      return ticket.denial === undefined ? 'handler_not_registered' : 'after_divergence'
    } catch {
      // a handler threw, which is told by its decision
      this.#steps.set(entry.step, { entry, operation, ticket: undefined })
      return 'after_divergence'
    }
  }

  #parentStep({ parent: id }: OperationEntry): Step | undefined {
    return id === undefined ? undefined : this.#steps.get(id)?.ticket?.step
  }

  #noteOpaque({ value, step, kind }: OperationEntry): void {
    if ('opaque' in value)
      this.#tell({ stepId: step, what: `input of a ${kind}`, why: `JSON could not hold it: ${value.opaque}` })
  }

  // what was admitted and is refused when it is about to start
  async #refused(entry: RefusedEntry): Promise<void> {
    const { plan, tap } = this.#replaying
    const replayed = this.#steps.get(entry.step)
    const group = replayed && [...plan.groups.values()].find(({ refusals }) => refusals.includes(entry))
    if (replayed === undefined || group === undefined) return
    tap.enter(group)
    if (isOfAgent(entry)) replayed.operation.refusal = { code: entry.code, reason: entry.reason }
    this.#consume(replayed)
    tap.leave('after_divergence')
    if (!group.refusals.includes(entry)) return
    group.refusals.splice(group.refusals.indexOf(entry), 1)
    tap.leaveRefusal(group, entry)
  }

  #start({ step, value }: StartEntry): NotReproducible {
    const replayed = this.#steps.get(step)
    if (replayed === undefined) return 'entry_missing'
    const { ticket, entry } = replayed
    if (ticket === undefined || !this.#consume(replayed)) {
      this.#tell({ stepId: step, what: 'its effect', why: 'the operation is not executed here' })
      return 'after_divergence'
    }
    const recorded = 'same' in value ? valueOf(entry.value) : valueOf(value)
    if (!(recorded instanceof OpaqueValue) && !isDeepStrictEqual(recorded, ticket.value))
      this.#tell({ stepId: step, what: 'its effect', why: 'it was recorded for another value' })
    return 'handler_not_registered'
  }

  #consume({ ticket }: Replayed): boolean {
    if (ticket === undefined || ticket.denial !== undefined || ticket.step.ended) return false
    if (ticket.status === 'ask') return false
    try {
      this.#run.enter(() => consume(ticket))
      return true
    } catch {
      // the refusal is among the decisions
      return false
    }
  }

  async #brought(entry: ResultEntry | FailureEntry | AnswerEntry): Promise<NotReproducible> {
    const ticket = this.#steps.get(entry.step)?.ticket
    if (ticket?.used !== true || ticket.step.ended) return 'after_divergence'
    if (entry.t !== 'failure' && 'opaque' in entry.value)
      this.#tell({
        stepId: entry.step,
        what: 'its result',
        why: `JSON could not hold it: ${entry.value.opaque}`,
      })
    try {
      await this.#run.enter(() => this.#judge(ticket, entry))
      return 'handler_not_registered'
    } catch {
      // what is withheld, and what ends the run, is among the decisions
      return 'after_divergence'
    }
  }

  #judge(ticket: Ticket, entry: ResultEntry | FailureEntry | AnswerEntry): Awaitable<unknown> {
    if (entry.t === 'failure') return this.#fail(ticket, entry)
    const value = valueOf(entry.value)
    return entry.t === 'answer' ? judgeAnswer(ticket, value, entry.isError) : finish(ticket, value)
  }

  async #fail(ticket: Ticket, { error, late }: FailureEntry): Promise<void> {
    const thrown = errorOf(error, ticket.run.id)
    if (ticket.operation.kind === 'toolCall' && late !== true) await finishFailed(ticket, thrown)
    else ticket.step.fail(thrown)
  }

  #output({ step, value }: OutputEntry): void {
    const ticket = this.#steps.get(step)?.ticket
    if (ticket === undefined || ticket.step.ended) return
    ticket.step.captureOutput(valueOf(value))
  }

  #close({ step, status, facts, costUsd }: CloseEntry): void {
    const replayed = this.#steps.get(step)
    if (replayed?.ticket === undefined) return
    const { ticket } = replayed
    const wasStopped = status === 'denied' || status === 'withheld'
    if (ticket.step.ended) return
    if (wasStopped && ticket.denial === undefined)
      this.#tell({ stepId: step, what: 'its effect', why: 'it was not executed in the recorded run' })
    if (facts !== undefined) ticket.step.setFacts(facts)
    this.#replaying.setCost(costUsd)
    ticket.step.end(wasStopped ? 'not_executed' : status)
  }

  #tell(what: NotReplayed): void {
    const key = JSON.stringify(what)
    if (this.#told.has(key)) return
    this.#told.add(key)
    this.notReplayed.push(what)
  }
}

function operationOf(entry: OperationEntry, questions: readonly RecordedQuestion[]): MutableOperation {
  const { kind, name, value, executionId, toolKind, facts, approval, enforceable, answered } = entry
  const { coveredBy, model } = entry
  const validate = recordedCheck(questions)
  return {
    kind,
    name,
    value: valueOf(value),
    executionId,
    toolKind,
    component: componentOf(entry),
    facts: facts && factsOf(facts),
    approval,
    refusal: entry.refusal,
    enforceable,
    answered,
    coveredBy,
    model,
    validate,
    span: kind === 'message' || kind === 'agentTrigger' ? 'run' : 'own',
  }
}

/** Checks a changed value as it was checked in the recorded run; what was not checked there passes. */
function recordedCheck(questions: readonly RecordedQuestion[]): Operation['validate'] {
  return (value) => {
    const known = questions
      .flatMap(({ checks }) => checks)
      .find((check) => isDeepStrictEqual(check.value, recordedValue(value)))
    return known?.problem
  }
}

const COMPONENT_TYPES: { readonly [Kind in Operation['kind']]?: string } = {
  toolCall: 'tool',
  modelCall: 'model',
  embedding: 'model',
  knowledgeRetrieval: 'knowledge',
  memoryStore: 'memory',
  memoryContextRetrieval: 'memory',
}

function componentOf({ kind, name }: OperationEntry): Component | undefined {
  const type = COMPONENT_TYPES[kind]
  return type === undefined ? undefined : { id: `${type}:${name}`, type, name }
}

function factsOf(facts: NonNullable<OperationEntry['facts']>): OperationFacts {
  return Object.fromEntries(
    Object.entries(facts).map(([key, fact]) => [key, valueOf(fact)]),
  ) as OperationFacts
}
