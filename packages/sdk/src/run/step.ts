import type { Attributes, Context, Span } from '@opentelemetry/api'
import type {
  DecisionRecord,
  RecordReference,
  RetrievalRecord,
  StepKind,
  StepRecord,
  StepStatus,
  TokenUsage,
} from '../events/event.ts'
import { AOS } from '../generated/attributes.ts'
import type { ProtocolMessage } from '../hooks/hook-context.ts'
import type { Registration } from '../hooks/registry.ts'
import type { PromptRecord } from '../messages/conversation.ts'
import { guardrailAttributes } from '../spans/guardrail.ts'
import { decisionAttributes, endAttributes, spanKind, spanName, startAttributes } from '../spans/names.ts'
import {
  activeContext,
  contextOf,
  endSpan,
  markError,
  openSpan,
  safely,
  traceIds,
} from '../spans/span-port.ts'
import { appendDecision } from './audit-trail.ts'
import type { RecordedNames } from './content.ts'
import type { Operation } from './operation.ts'
import { Retrieval } from './retrieved-documents.ts'
import type { Run } from './run.ts'

interface Redaction {
  readonly kind: string
  readonly count: number
}

/** What a model call turned out to be. */
export interface ModelFacts {
  readonly usage?: TokenUsage | undefined
  readonly actual?: string | undefined
  readonly finishReasons?: readonly string[] | undefined
}

/** One operation while it happens: its decisions, its span, and what will be recorded of it. */
export class Step {
  readonly run: Run
  readonly kind: StepKind
  readonly startedAt: number
  readonly #operation: Operation
  readonly #parent: Step | undefined
  readonly #decisions: DecisionRecord[] = []
  readonly #redactions: Redaction[] = []
  #protocol: ProtocolMessage | undefined
  #span: Span | undefined
  #spanIsOwn = false
  #context: Context | undefined
  #trace: ReturnType<typeof traceIds>
  #names: RecordedNames | undefined
  #input: string | undefined
  #prompt: PromptRecord | undefined
  #output: string | undefined
  #facts: ModelFacts = {}
  #retrieval: Retrieval | undefined
  #retrieved: RetrievalRecord | undefined
  #records: readonly RecordReference[] | undefined
  #error: { readonly type: string; readonly message: string } | undefined
  #status: StepStatus | undefined
  #endedAt: number | undefined
  #id: string | undefined
  #kept: Promise<boolean> | undefined
  #executed: { readonly value: unknown; readonly judges: readonly Registration[] } | undefined
  #messageTaken = false

  constructor(run: Run, operation: Operation, parent: Step | undefined) {
    this.run = run
    this.kind = operation.kind
    this.#operation = operation
    this.#protocol = operation.facts?.protocol
    this.#parent = parent
    this.startedAt = run.core.now()
    if (operation.span === 'run') this.#span = run.span
    else if (operation.hostSpan !== undefined) this.annotate(operation.hostSpan)
    else if (operation.span !== 'defer') this.#openSpan()
    this.captureInput(operation.value)
    run.emit((at) => ({ type: 'step.start', ...at, step: this.record() }))
  }

  /** Made when first read: a step that nobody sees needs none. */
  get id(): string {
    return (this.#id ??= this.run.core.newId(this.startedAt))
  }

  get ended(): boolean {
    return this.#status !== undefined
  }

  /** What a model call turned out to be, with the model that was asked. */
  get facts(): ModelFacts & { readonly model: StepRecord['model'] } {
    const { model } = this.#operation
    return {
      ...this.#facts,
      model: model === undefined ? undefined : { ...model, actual: this.#facts.actual },
    }
  }

  /** Whether the effect has begun. */
  get executing(): boolean {
    return this.#executed !== undefined
  }

  /** Notes that the effect begins, and with which value. */
  execute(value: unknown): void {
    this.#executed = { value, judges: this.kind === 'toolCall' ? this.#judges() : [] }
  }

  /** Name, decided value and MCP server of what executes; nothing once it has ended. */
  get execution():
    | { readonly name: string; readonly value: unknown; readonly mcpServer: string | undefined }
    | undefined {
    if (this.#executed === undefined || this.ended) return undefined
    const { name, facts } = this.#operation
    return { name, value: this.#executed.value, mcpServer: facts?.mcpServer }
  }

  /** Whether those who judge tool calls are still those who did when this one began. */
  get isJudgedByAll(): boolean {
    const known = this.#executed?.judges ?? []
    return this.#judges().every((registration) => known.includes(registration))
  }

  #judges(): readonly Registration[] {
    return this.run.registrations('toolCallRequest')
  }

  /** Takes the one protocol message that this step's effect is made of; true the first time. */
  takeMessage(): boolean {
    const first = !this.#messageTaken
    this.#messageTaken = true
    return first
  }

  /** Takes up what is learnt of the message only now: who is at the other side, which version is spoken. */
  setProtocol(protocol: ProtocolMessage): void {
    this.#protocol = protocol
    this.#names = undefined
  }

  get parentId(): string | undefined {
    return this.#parent?.id
  }

  get status(): StepStatus | undefined {
    return this.#status
  }

  /** Context in which the operation's effect runs, so that the user's own spans become children of this step. */
  get context(): Context {
    if (this.#context !== undefined) return this.#context
    return this.#parent?.context ?? this.run.context
  }

  /** Ids of the step's span, where it has one. */
  get trace(): { readonly traceId: string; readonly spanId: string } | undefined {
    return this.#span === undefined ? undefined : (this.#trace ??= traceIds(this.#span))
  }

  /** Whether every audit trail has the decisions so far; nothing where no trail keeps it. */
  get kept(): Promise<boolean> | undefined {
    return this.#kept
  }

  get decisions(): readonly DecisionRecord[] {
    return this.#decisions
  }

  /** Uses a span somebody else made: writes onto it and leaves its end to its owner. */
  annotate(span: Span): void {
    this.#span = span
    this.#trace = undefined
    this.#context = contextOf(span, activeContext())
    safely(() => {
      span.setAttributes({ ...this.run.identity, ...startAttributes(this.#known()) })
      for (const decision of this.#decisions) this.#writeDecision(span, decision)
    }, undefined)
  }

  /** Opens the step's own span where it was put off. */
  ensureSpan(): void {
    if (this.#span === undefined) this.#openSpan()
  }

  captureInput(value: unknown): void {
    if (!this.run.observed) return
    if (this.kind === 'modelCall') return this.#capturePrompt(value)
    const captured = this.run.conversation.text(value)
    if (captured === undefined) return
    this.#input = captured.text
    this.#redactions.push(...captured.redactions)
  }

  #capturePrompt(value: unknown): void {
    const captured = this.run.conversation.prompt(value, this.id)
    if (captured === undefined) return
    this.#input = captured.text
    this.#prompt = captured.prompt
    this.#redactions.push(...captured.redactions)
  }

  captureOutput(value: unknown): void {
    if (!this.run.observed) return
    if (this.kind === 'modelCall') this.run.tap?.said(this, value)
    const captured =
      this.kind === 'modelCall'
        ? this.run.conversation.answer(value, this.#facts.finishReasons?.[0])
        : this.run.conversation.text(value)
    this.#retrieved = this.#retrieval?.record(value)
    if (captured === undefined) return
    this.#output = captured.text
    this.#redactions.push(...captured.redactions)
  }

  /** Takes up what a retrieval of knowledge has found, before it is judged. */
  captureFound(output: unknown): void {
    const { kind, toolKind } = this.#operation
    if (!this.run.observed || (kind !== 'knowledgeRetrieval' && toolKind !== 'knowledge')) return
    this.#retrieval = new Retrieval(output, this.run.core.content)
    this.#retrieved = this.#retrieval.record(undefined)
  }

  setFacts(facts: ModelFacts): void {
    this.#facts = { ...this.#facts, ...facts }
  }

  /** Takes up a decision; its record is made only where somebody sees it. */
  decide(enforced: DecisionRecord['enforced'], makeRecord: () => DecisionRecord): void {
    this.run.decided(enforced)
    if (!this.run.observed) return
    const decision = this.run.core.content.decision(makeRecord())
    this.#decisions.push(decision)
    this.#keep(appendDecision(this.run, this.record(), decision))
    if (this.#span !== undefined && !this.ended) this.#writeDecision(this.#span, decision)
    this.run.emit((at) => ({ type: 'decision', ...at, stepId: this.id, decision, step: this.record() }))
  }

  #keep(next: Promise<boolean> | undefined): void {
    const before = this.#kept
    if (next === undefined || before === undefined) this.#kept = next ?? before
    else this.#kept = before.then(async (kept) => (await next) && kept)
  }

  fail(error: unknown): void {
    this.run.tap?.failed(this, error)
    this.#error = this.run.core.describeError(error)
    this.end('error')
  }

  end(status: StepStatus): void {
    if (this.ended) return
    this.#status = status
    this.#endedAt = this.run.core.now()
    if (status === 'denied') this.ensureSpan()
    if (this.run.observed) this.#records = this.run.core.attest(this.run, this)
    if (this.#span !== undefined && this.#operation.span !== 'run') this.#closeSpan(this.#span)
    else if (!this.run.recording) this.#noteTexts()
    if (this.kind === 'modelCall') this.#observeModel()
    this.run.stepEnded(this)
    this.run.emit((at) => ({ type: 'step.end', ...at, step: this.record() }))
  }

  /** What is known of the step now, immutable. */
  record(): StepRecord {
    const known = this.#known()
    const { decisions, content } = known
    return {
      ...known,
      decisions: [...decisions],
      content: { ...content, redactions: [...content.redactions] },
      usage: known.usage === undefined ? undefined : { ...known.usage },
    }
  }

  // for those who read at once: its lists are the step's own and grow
  #known(): StepRecord {
    const { toolKind } = this.#operation
    const { content: redacting } = this.run.core
    const { name, executionId, mcpServer, protocol, model } = (this.#names ??= redacting.namesOf(
      this.#operation,
      this.#protocol,
    ))
    const { actual, finishReasons, usage } = this.#facts
    return {
      id: this.id,
      runId: this.run.id,
      parentStepId: this.#parent?.id,
      kind: this.kind,
      name,
      executionId,
      toolKind: toolKind === 'tool' ? undefined : toolKind,
      mcpServer,
      protocol,
      startedAt: this.startedAt,
      endedAt: this.#endedAt,
      status: this.#status,
      error: this.#error,
      decisions: this.#decisions,
      content: {
        input: this.#input,
        output: this.#output,
        prompt: this.#prompt,
        redactions: this.#redactions,
      },
      usage,
      model: model && { ...model, actual: actual === undefined ? undefined : redacting.name(actual) },
      finishReasons: finishReasons?.map((reason) => redacting.name(reason)),
      retrieved: this.#retrieved,
      records: this.#records,
      trace: this.trace,
    }
  }

  #observeModel(): void {
    const { component, model } = this.#operation
    if (component === undefined || model === undefined) return
    const { actual } = this.#facts
    this.run.core.components.observe(component.id, {
      provider: model.provider,
      version: actual === model.requested ? undefined : actual,
    })
  }

  // what is on one span need not be on another; messages have noted theirs
  #noteTexts(): void {
    if (this.kind === 'modelCall' || (this.#input ?? this.#output) === undefined) return
    this.run.conversation.recorded(this.#input)
    this.run.conversation.recorded(this.#output)
  }

  #openSpan(): void {
    if (!this.run.recording) return
    const record = this.#known()
    const parent = this.run.parentContext(this.#parent)
    const kind = spanKind(record)
    this.#span = openSpan(this.run.tracer, {
      name: spanName(record),
      kind,
      attributes: { ...this.run.identity, ...startAttributes(record) },
      startTime: this.startedAt,
      parent,
    })
    this.#spanIsOwn = true
    this.#context = contextOf(this.#span, parent)
    for (const decision of this.#decisions) this.#writeDecision(this.#span, decision)
  }

  #writeDecision(span: Span, decision: DecisionRecord): void {
    safely(() => span.addEvent(AOS.eventDecision, this.#decisionAttributes(decision), decision.at), undefined)
  }

  #decisionAttributes(decision: DecisionRecord): Attributes {
    const attributes = decisionAttributes(decision)
    return this.run.core.options.conventions === 'next'
      ? { ...attributes, ...guardrailAttributes(decision, this.#known()) }
      : attributes
  }

  #closeSpan(span: Span): void {
    this.#noteTexts()
    safely(() => span.setAttributes(endAttributes(this.#known())), undefined)
    // a denial further down is a decision, not a fault
    if (this.#error !== undefined && this.#error.type !== 'AOSDeniedError') markError(span, this.#error)
    if (this.#spanIsOwn && this.#endedAt !== undefined) endSpan(span, this.#endedAt)
  }
}
