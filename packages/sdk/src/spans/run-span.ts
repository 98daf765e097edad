import { trace, type Attributes, type Context, type Span } from '@opentelemetry/api'
import type { Component, RunEnd } from '../events/event.ts'
import { AOS, GEN_AI } from '../generated/attributes.ts'
import type { Run } from '../run/run.ts'
import { endSpan, markError, openSpan, safely, spanOf, traceIds } from './span-port.ts'

interface Reasoning {
  readonly thought: string | undefined
  readonly action: string
  readonly tool: string | undefined
}

/** What a run tells of itself to the session it belongs to; names are redacted. */
export interface SessionTotals {
  readonly reasoningSteps: number
  readonly toolsCalled: readonly string[]
}

/** What the runs inside of one adopted span add up to. */
const SESSIONS = new WeakMap<Span, { reasoningSteps: number; readonly tools: Set<string> }>()

/** The root span of a run, and the caller's `agent_session` span where the run adopted one. */
export class RunSpan {
  readonly span: Span
  /** Whether the run's own span goes anywhere; a sampled-out one only carries its context on. */
  readonly recording: boolean
  /** Whether either span goes anywhere. */
  readonly observed: boolean
  readonly ids: { readonly traceId: string; readonly spanId: string } | undefined
  readonly #adopted: Span | undefined

  private constructor(span: Span, recording: boolean, adopted: Span | undefined) {
    this.span = span
    this.recording = recording
    this.observed = recording || adopted !== undefined
    this.ids = recording ? traceIds(span) : undefined
    this.#adopted = adopted
  }

  /** Opens the span, or gives nothing where it would record nowhere and has no context to carry on. */
  static open(run: Run, parent: Context, adopted: Span | undefined): RunSpan | undefined {
    // guards go on working: only what records them is switched off
    if (process.env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return undefined
    const span = openSpan(run.tracer, {
      name: `invoke_agent ${run.core.agent.name}`,
      attributes: runAttributes(run),
      startTime: run.startedAt,
      parent,
    })
    const recording = isRecording(span)
    const completed = adopted !== undefined && isRecording(adopted) ? adopted : undefined
    if (!recording && completed === undefined && !startsOwnContext(span, parent)) return undefined
    return new RunSpan(span, recording, completed)
  }

  reasoned(reasoning: Reasoning, at: number): void {
    const attributes: Attributes = { action: reasoning.action }
    if (reasoning.thought !== undefined) attributes['thought'] = reasoning.thought
    if (reasoning.tool !== undefined) attributes['tool'] = reasoning.tool
    for (const span of this.#spans())
      safely(() => span.addEvent(AOS.eventReasoning, attributes, at), undefined)
  }

  changed(change: string, { id, type, name, version }: Component, at: number): void {
    const attributes: Attributes = {
      [AOS.componentChange]: change,
      [AOS.componentId]: id,
      [AOS.componentType]: type,
      [AOS.componentName]: name,
    }
    if (version !== undefined) attributes[AOS.componentVersion] = version
    safely(() => this.span.addEvent(AOS.eventComponent, attributes, at), undefined)
  }

  end(end: RunEnd, totals: SessionTotals): void {
    safely(
      () => this.span.setAttributes(sessionAttributes(totals.reasoningSteps, totals.toolsCalled)),
      undefined,
    )
    if (this.#adopted !== undefined) completeSession(this.#adopted, totals)
    safely(() => this.span.setAttributes(endAttributes(end)), undefined)
    if (end.error !== undefined && end.error.type !== 'AOSDeniedError') markError(this.span, end.error)
    endSpan(this.span, end.endedAt)
  }

  #spans(): readonly Span[] {
    return this.#adopted === undefined ? [this.span] : [this.span, this.#adopted]
  }
}

function isRecording(span: Span): boolean {
  return safely(() => span.isRecording(), false)
}

// a span that is sampled out takes its children with it; one of a tracer that does nothing repeats its parent's ids
function startsOwnContext(span: Span, parent: Context): boolean {
  const own = traceIds(span)
  const outer = spanOf(parent)
  return own !== undefined && (outer === undefined || traceIds(outer)?.spanId !== own.spanId)
}

function completeSession(span: Span, totals: SessionTotals): void {
  const session = SESSIONS.get(span) ?? { reasoningSteps: 0, tools: new Set<string>() }
  SESSIONS.set(span, session)
  session.reasoningSteps += totals.reasoningSteps
  for (const tool of totals.toolsCalled) session.tools.add(tool)
  safely(() => span.setAttributes(sessionAttributes(session.reasoningSteps, session.tools)), undefined)
}

function sessionAttributes(reasoningSteps: number, tools: Iterable<string>): Attributes {
  return { [AOS.reasoningSteps]: reasoningSteps, [AOS.toolsCalled]: [...tools] }
}

/** Whose a span is: every span of a run says so, those of its tools' own code included. */
export function identityAttributes(run: Run): Attributes {
  const { agent, content } = run.core
  const attributes: Attributes = {
    [GEN_AI.agentName]: agent.name,
    [GEN_AI.conversationId]: run.recordedSession,
    [AOS.sessionId]: run.recordedSession,
    [AOS.runId]: run.id,
  }
  if (run.user !== undefined) attributes[AOS.userId] = content.digest(run.user.id)
  return attributes
}

function runAttributes(run: Run): Attributes {
  const { agent, content } = run.core
  const attributes: Attributes = {
    ...run.identity,
    [GEN_AI.operationName]: 'invoke_agent',
    [GEN_AI.agentId]: agent.id,
    [AOS.agentName]: agent.name,
    [AOS.turnId]: run.turnId,
  }
  if (agent.version !== undefined) attributes[GEN_AI.agentVersion] = agent.version
  if (run.info.model !== undefined) attributes[GEN_AI.requestModel] = content.name(run.info.model)
  if (run.info.provider !== undefined) attributes[GEN_AI.providerName] = content.name(run.info.provider)
  if (run.parentRunId !== undefined) attributes[AOS.parentRunId] = run.parentRunId
  return attributes
}

function endAttributes(end: RunEnd): Attributes {
  const attributes: Attributes = {
    [AOS.runStatus]: end.status,
    [AOS.runOutcome]: end.outcome,
    [AOS.runModelCalls]: end.modelCalls,
    [AOS.runToolCalls]: end.toolCalls,
    [AOS.runDenials]: end.denials,
  }
  if (end.usage.inputTokens !== undefined) attributes[AOS.runInputTokens] = end.usage.inputTokens
  if (end.usage.outputTokens !== undefined) attributes[AOS.runOutputTokens] = end.usage.outputTokens
  if (end.costUsd !== undefined) attributes[AOS.runCost] = end.costUsd
  return attributes
}

/** What an active span says of the session it stands for. */
export function sessionOfSpan(
  span: Span | undefined,
): { readonly adopted: Span; readonly sessionId: string | undefined } | undefined {
  if (span === undefined) return undefined
  const attributes = safely((): unknown => Reflect.get(span, 'attributes'), undefined)
  const sessionId: unknown =
    typeof attributes === 'object' && attributes !== null ? Reflect.get(attributes, AOS.sessionId) : undefined
  if (typeof sessionId === 'string' && sessionId !== '') return { adopted: span, sessionId }
  return safely((): unknown => Reflect.get(span, 'name'), undefined) === AOS.sessionSpan
    ? { adopted: span, sessionId: undefined }
    : undefined
}

/** The span active where the caller stands. */
export function activeSpan(): Span | undefined {
  return safely(() => trace.getActiveSpan(), undefined)
}
