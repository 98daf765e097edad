import {
  defineSink,
  VERSION,
  type AosEvent,
  type DecisionRecord,
  type RunRecord,
  type Sink,
  type StepRecord,
} from '@aos/sdk'
import { ROOT_CONTEXT, trace, TraceFlags, type Attributes, type Context } from '@opentelemetry/api'
import { validAttributes, validText } from '../export/valid-value.ts'
import { SCOPE } from '../scope.ts'
import { globalLoggerProvider, type Logger, type LoggerProvider, type LogRecord } from './logger-provider.ts'

/** How events are emitted. */
export interface EventsOptions {
  /** Default: the global one of `@opentelemetry/api-logs`. */
  readonly loggerProvider?: LoggerProvider | undefined
}

const INFO = { severityNumber: 9, severityText: 'INFO' } as const
const WARN = { severityNumber: 13, severityText: 'WARN' } as const
const ERROR = { severityNumber: 17, severityText: 'ERROR' } as const

const MAX_RUNS = 10_000

/**
 * Makes a sink that emits what agents do as events of the OpenTelemetry logs api, each with the ids of its span, run
 * and session: the start and end of runs, model calls (`gen_ai.client.inference.operation.details`), decisions,
 * failures and changes of components. Throws `missing_dependency` where there is no provider.
 */
export function eventsSink(options: EventsOptions = {}): Sink {
  const provider = options.loggerProvider ?? globalLoggerProvider()
  const emitter = new EventEmitter(provider.getLogger(SCOPE, VERSION))
  return defineSink({ name: 'aos-events', accept: (event) => emitter.accept(event) })
}

class EventEmitter {
  readonly #logger: Logger
  /** Runs that have not ended, for what their steps do not say of themselves. */
  readonly #runs = new Map<string, RunRecord>()

  constructor(logger: Logger) {
    this.#logger = logger
  }

  accept(event: AosEvent): void {
    switch (event.type) {
      case 'run.start':
        return this.#started(event.run, event.at)
      case 'run.end':
        return this.#ended(event)
      case 'decision':
        return this.#decided(event.decision, event.step)
      case 'step.end':
        return this.#step(event.step)
      case 'reasoning':
        return this.#reasoned(event)
      case 'component.change':
        return this.#changed(event)
      default:
        return undefined
    }
  }

  #started(run: RunRecord, at: number): void {
    this.#runs.set(run.id, run)
    const [oldest] = this.#runs.keys()
    if (this.#runs.size > MAX_RUNS && oldest !== undefined) this.#runs.delete(oldest)
    this.#emit({
      eventName: 'aos.run.start',
      timestamp: at,
      ...INFO,
      run,
      attributes: { 'aos.run.trigger': run.trigger },
    })
  }

  #ended({ run, end }: Extract<AosEvent, { type: 'run.end' }>): void {
    this.#runs.delete(run.id)
    this.#emit({
      eventName: 'aos.run.end',
      timestamp: end.endedAt,
      ...(end.error === undefined ? INFO : ERROR),
      run,
      attributes: {
        'aos.run.status': end.status,
        'aos.run.outcome': end.outcome,
        'aos.run.model_calls': end.modelCalls,
        'aos.run.tool_calls': end.toolCalls,
        'aos.run.denials': end.denials,
        ...defined({
          'aos.run.usage.input_tokens': end.usage.inputTokens,
          'aos.run.usage.output_tokens': end.usage.outputTokens,
          'aos.run.cost_usd': end.costUsd,
          'error.type': end.error?.type,
        }),
      },
      body: end.error?.message,
    })
  }

  #decided(decision: DecisionRecord, step: StepRecord): void {
    const passed = decision.enforced === 'allowed'
    this.#emit({
      eventName: 'aos.decision',
      timestamp: decision.at,
      ...(passed && decision.failOpen === undefined ? INFO : WARN),
      run: this.#runs.get(step.runId),
      step,
      body: decision.reason,
      attributes: {
        'aos.decision': decision.verdict,
        'aos.decision.id': decision.decisionId,
        'aos.decision.hook': decision.hook,
        'aos.decision.phase': decision.phase,
        'aos.decision.enforced': decision.enforced,
        'aos.decision.source': decision.source,
        'aos.decision.latency_ms': decision.latencyMs,
        'aos.step.kind': step.kind,
        'aos.step.name': step.name,
        ...defined({
          'aos.decision.by': decision.by,
          'aos.decision.policies': listOf(decision.policies),
          'aos.decision.reason_codes': listOf(decision.reasonCodes),
          'aos.decision.fail_open': decision.failOpen,
          'aos.decision.shadow': decision.shadow,
        }),
      },
    })
  }

  #step(step: StepRecord): void {
    const isModel = step.kind === 'modelCall' || step.kind === 'embedding'
    if (isModel) this.#inference(step)
    if (step.error === undefined) return
    this.#emit({
      eventName: isModel ? 'gen_ai.client.operation.exception' : 'exception',
      timestamp: step.endedAt ?? step.startedAt,
      ...ERROR,
      run: this.#runs.get(step.runId),
      step,
      attributes: {
        'exception.type': step.error.type,
        'exception.message': step.error.message,
        'aos.step.kind': step.kind,
        'aos.step.name': step.name,
      },
    })
  }

  #inference(step: StepRecord): void {
    const { model, usage, content, finishReasons, error } = step
    this.#emit({
      eventName: 'gen_ai.client.inference.operation.details',
      timestamp: step.endedAt ?? step.startedAt,
      ...(error === undefined ? INFO : ERROR),
      run: this.#runs.get(step.runId),
      step,
      attributes: {
        'gen_ai.operation.name': step.kind === 'embedding' ? 'embeddings' : 'chat',
        ...defined({
          'gen_ai.provider.name': model?.provider,
          'gen_ai.request.model': model?.requested,
          'gen_ai.response.model': model?.actual,
          'gen_ai.response.finish_reasons': listOf(finishReasons),
          'gen_ai.usage.input_tokens': usage?.inputTokens,
          'gen_ai.usage.output_tokens': usage?.outputTokens,
          'gen_ai.input.messages': content.input,
          'gen_ai.output.messages': content.output,
          'error.type': error?.type,
        }),
      },
    })
  }

  #reasoned({ thought, action, tool, runId, at }: Extract<AosEvent, { type: 'reasoning' }>): void {
    this.#emit({
      eventName: 'aos.step.reasoning',
      timestamp: at,
      ...INFO,
      run: this.#runs.get(runId),
      body: thought,
      attributes: { 'aos.reasoning.action': action, ...defined({ 'gen_ai.tool.name': tool }) },
    })
  }

  #changed(event: Extract<AosEvent, { type: 'component.change' }>): void {
    const { change, component, agent, sessionId, runId, at } = event
    this.#emit({
      eventName: 'aos.component.change',
      timestamp: at,
      ...(change === 'ADDED' ? INFO : WARN),
      run: this.#runs.get(runId),
      attributes: {
        'aos.component.change': change,
        'aos.component.id': component.id,
        'aos.component.type': component.type,
        'gen_ai.agent.name': agent.name,
        'gen_ai.agent.id': agent.id,
        ...defined({ 'aos.component.version': component.version, 'aos.session.id': sessionId }),
      },
    })
  }

  #emit({ run, step, attributes, body, ...record }: Emitted): void {
    const context = contextOf(step?.trace ?? run?.trace)
    this.#logger.emit({
      ...record,
      // half a surrogate pair would cost all that are exported with it
      attributes: validAttributes({ ...identityOf(run, step), ...attributes }) as Attributes,
      ...(body === undefined ? {} : { body: validText(body) }),
      ...(context === undefined ? {} : { context }),
    })
  }
}

/** One record, and what it belongs to. */
interface Emitted extends Omit<LogRecord, 'body' | 'context'> {
  readonly body?: string | undefined
  readonly run: RunRecord | undefined
  readonly step?: StepRecord
}

function identityOf(run: RunRecord | undefined, step: StepRecord | undefined): Attributes {
  return defined({
    'aos.run.id': run?.id ?? step?.runId,
    'aos.step.id': step?.id,
    'aos.session.id': run?.sessionId,
    'gen_ai.conversation.id': run?.sessionId,
    'gen_ai.agent.name': run?.agent.name,
    'gen_ai.agent.id': run?.agent.id,
  })
}

// so that whoever shows the span finds the event
function contextOf(ids: StepRecord['trace']): Context | undefined {
  return ids === undefined
    ? undefined
    : trace.setSpanContext(ROOT_CONTEXT, { ...ids, traceFlags: TraceFlags.SAMPLED })
}

function listOf(texts: readonly string[] | undefined): string[] | undefined {
  return texts === undefined || texts.length === 0 ? undefined : [...texts]
}

function defined(attributes: Readonly<Record<string, Attributes[string]>>): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined))
}
