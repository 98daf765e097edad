import {
  AosError,
  defineSink,
  type AosEvent,
  type DecisionRecord,
  type Sink,
  type StepRecord,
} from '@aos/sdk'
import { metrics, type Attributes, type Meter, type MeterProvider } from '@opentelemetry/api'
import { SCOPE } from '../scope.ts'
import type { TraceStats } from '../export/queueing-span-processor.ts'
import { BoundedNames } from './bounded-names.ts'
import { createInstruments, type Instruments } from './instruments.ts'
import { METRICS, type MetricConventions } from './metric-names.ts'

/** How metrics are recorded. */
export interface MetricsOptions {
  /** Default: the global one of the OpenTelemetry api. */
  readonly meterProvider?: MeterProvider | undefined
  /** A tracer whose spans are counted too: delivered, saved, dropped, waiting. */
  readonly tracer?: { stats(): TraceStats } | undefined
  /** How many names of tools, models and methods are told apart, each; default 200, the rest is `_OTHER`. */
  readonly maxNames?: number | undefined
  /**
   * Names that metrics have: `current`, or `next` for those of the coming GenAI conventions; default `current`, or `next` where
   * `OTEL_SEMCONV_STABILITY_OPT_IN` names `gen_ai_latest_experimental`.
   */
  readonly conventions?: MetricConventions | undefined
}

/**
 * Makes a sink that records what agents do as metrics: durations of runs, model calls, tool calls and protocol
 * messages, tokens, cost, decisions and how long they took (OpenTelemetry GenAI and MCP, metrics). They are exact at
 * any rate of sampling. Attach it with `new AOSInstrument(agent, { sinks: [metricsSink()] })`.
 */
export function metricsSink(options: MetricsOptions = {}): Sink {
  const meter = (options.meterProvider ?? metrics.getMeterProvider()).getMeter(SCOPE)
  const conventions = options.conventions ?? conventionsOf(process.env)
  if (!Object.hasOwn(METRICS, conventions)) throw invalidConventions(conventions)
  const recorder = new MetricsRecorder(createInstruments(meter, conventions), options.maxNames)
  if (options.tracer !== undefined) observeSpans(meter, options.tracer)
  return defineSink({ name: 'aos-metrics', accept: (event) => recorder.record(event) })
}

class MetricsRecorder {
  readonly #instruments: Instruments
  readonly #tools: BoundedNames
  readonly #models: BoundedNames
  readonly #methods: BoundedNames
  readonly #agents: BoundedNames
  readonly #errors: BoundedNames

  constructor(instruments: Instruments, maxNames: number | undefined) {
    this.#instruments = instruments
    this.#tools = new BoundedNames(maxNames)
    this.#models = new BoundedNames(maxNames)
    this.#methods = new BoundedNames(maxNames)
    this.#agents = new BoundedNames(maxNames)
    this.#errors = new BoundedNames(maxNames)
  }

  record(event: AosEvent): void {
    if (event.type === 'step.end') this.#step(event.step)
    else if (event.type === 'decision') this.#decision(event.decision)
    else if (event.type === 'run.end') this.#run(event)
  }

  #step(step: StepRecord): void {
    const { kind, status, startedAt, endedAt = startedAt } = step
    // what was never begun took no time
    if (status === 'denied' || status === 'not_executed') return
    const seconds = (endedAt - startedAt) / 1000
    if (kind === 'modelCall' || kind === 'embedding') {
      this.#modelCall(step, seconds)
    } else if (kind === 'toolCall') {
      const attributes = { 'gen_ai.tool.name': this.#tools.of(step.name), ...this.#errorOf(step) }
      this.#instruments.record('toolDuration', seconds, attributes)
    } else if (kind === 'mcp' || kind === 'a2a') {
      this.#message(step, seconds)
    }
  }

  #modelCall(step: StepRecord, seconds: number): void {
    const { model, usage = {} } = step
    const isEmbedding = step.kind === 'embedding'
    const attributes: Attributes = {
      'gen_ai.operation.name': isEmbedding ? 'embeddings' : 'chat',
      ...(model?.provider === undefined ? {} : { 'gen_ai.provider.name': this.#models.of(model.provider) }),
      ...(model === undefined ? {} : { 'gen_ai.request.model': this.#models.of(model.requested) }),
      ...(model?.actual === undefined ? {} : { 'gen_ai.response.model': this.#models.of(model.actual) }),
      ...this.#errorOf(step),
    }
    const instruments = this.#instruments
    instruments.record(isEmbedding ? 'embeddingDuration' : 'inferenceDuration', seconds, attributes)
    instruments.record('inputTokens', usage.inputTokens, attributes)
    instruments.record('outputTokens', usage.outputTokens, attributes)
    instruments.record('cacheReadTokens', usage.cacheReadTokens, attributes)
    instruments.record('cacheWriteTokens', usage.cacheWriteTokens, attributes)
    instruments.record('reasoningTokens', usage.reasoningTokens, attributes)
  }

  #message(step: StepRecord, seconds: number): void {
    const method = this.#methods.of(step.name)
    const isServer = step.protocol?.direction === 'inbound'
    const error = this.#errorOf(step)
    if (step.kind === 'a2a') {
      const attributes = { 'rpc.method': method, 'aos.a2a.side': isServer ? 'server' : 'client', ...error }
      return this.#instruments.record('a2aDuration', seconds, attributes)
    }
    const measure = isServer ? 'mcpServerDuration' : 'mcpClientDuration'
    this.#instruments.record(measure, seconds, { 'mcp.method.name': method, ...error })
  }

  #decision(decision: DecisionRecord): void {
    const common = { 'aos.decision.hook': decision.hook, 'aos.decision.source': decision.source }
    this.#instruments.record('decisions', 1, {
      ...common,
      'aos.decision': decision.verdict,
      'aos.decision.enforced': decision.enforced,
      'aos.decision.shadow': decision.shadow === true,
      'aos.decision.fail_open': decision.failOpen !== undefined,
    })
    this.#instruments.record('decisionDuration', decision.latencyMs / 1000, common)
  }

  #run({ run, end }: Extract<AosEvent, { type: 'run.end' }>): void {
    const agent: Attributes = { 'gen_ai.agent.name': this.#agents.of(run.agent.name) }
    const ended = { ...agent, 'aos.run.status': end.status, 'aos.run.outcome': end.outcome }
    this.#instruments.record('runDuration', (end.endedAt - run.startedAt) / 1000, ended)
    this.#instruments.record('runModelCalls', end.modelCalls, agent)
    this.#instruments.record('runToolCalls', end.toolCalls, agent)
    this.#instruments.record('runCost', end.costUsd, agent)
  }

  #errorOf({ error }: StepRecord): Attributes {
    return error === undefined ? {} : { 'error.type': this.#errors.of(error.type) }
  }
}

// OpenTelemetry, stability opt-in
function conventionsOf(environment: Readonly<Record<string, string | undefined>>): MetricConventions {
  const chosen = environment['OTEL_SEMCONV_STABILITY_OPT_IN']?.split(',').map((name) => name.trim())
  return chosen?.includes('gen_ai_latest_experimental') === true ? 'next' : 'current'
}

function invalidConventions(given: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message: `metricsSink: invalid option conventions: ${JSON.stringify(given)}`,
    fix: `Use one of: ${Object.keys(METRICS).join(', ')}.`,
  })
}

function observeSpans(meter: Meter, tracer: { stats(): TraceStats }): void {
  const spans = meter.createObservableCounter('aos.trace.spans', {
    unit: '{span}',
    description: 'Spans that were delivered, and spans that were dropped',
  })
  const queued = meter.createObservableGauge('aos.trace.queue.size', {
    unit: '{span}',
    description: 'Spans that wait for delivery, in memory or saved to the disk',
  })
  meter.addBatchObservableCallback(
    (result) => {
      const { delivered, spooled, dropped, queued: waiting } = tracer.stats()
      for (const [state, count] of Object.entries({ delivered, dropped }))
        result.observe(spans, count, { 'aos.trace.state': state })
      for (const [state, count] of Object.entries({ queued: waiting, spooled }))
        result.observe(queued, count, { 'aos.trace.state': state })
    },
    [spans, queued],
  )
}
