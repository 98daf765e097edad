import { defineSink, type AosEvent, type DecisionRecord, type Sink, type StepRecord } from '@aos/sdk'
import { metrics, type Attributes, type Meter, type MeterProvider } from '@opentelemetry/api'
import { SCOPE } from '../scope.ts'
import type { TraceStats } from '../export/queueing-span-processor.ts'
import { BoundedNames } from './bounded-names.ts'
import { createInstruments, type Instruments } from './instruments.ts'

/** How metrics are recorded. */
export interface MetricsOptions {
  /** Default: the global one of the OpenTelemetry api. */
  readonly meterProvider?: MeterProvider | undefined
  /** A tracer whose spans are counted too: delivered, saved, dropped, waiting. */
  readonly tracer?: { stats(): TraceStats } | undefined
  /** How many names of tools, models and methods are told apart, each; default 200, the rest is `_OTHER`. */
  readonly maxNames?: number | undefined
}

/**
 * Makes a sink that records what agents do as metrics: durations of runs, model calls, tool calls and protocol
 * messages, tokens, cost, decisions and how long they took (OpenTelemetry GenAI and MCP, metrics). They are exact at
 * any rate of sampling. Attach it with `new AOSInstrument(agent, { sinks: [metricsSink()] })`.
 */
export function metricsSink(options: MetricsOptions = {}): Sink {
  const meter = (options.meterProvider ?? metrics.getMeterProvider()).getMeter(SCOPE)
  const recorder = new MetricsRecorder(createInstruments(meter), options.maxNames)
  if (options.tracer !== undefined) observeSpans(meter, options.tracer)
  return defineSink({ name: 'aos-metrics', accept: (event) => recorder.record(event) })
}

class MetricsRecorder {
  readonly #instruments: Instruments
  readonly #tools: BoundedNames
  readonly #models: BoundedNames
  readonly #methods: BoundedNames
  readonly #agents: BoundedNames

  constructor(instruments: Instruments, maxNames: number | undefined) {
    this.#instruments = instruments
    this.#tools = new BoundedNames(maxNames)
    this.#models = new BoundedNames(maxNames)
    this.#methods = new BoundedNames(maxNames)
    this.#agents = new BoundedNames(maxNames)
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
    const { modelDuration, toolDuration } = this.#instruments
    if (kind === 'modelCall' || kind === 'embedding') {
      const attributes = this.#modelAttributes(step)
      modelDuration.record(seconds, attributes)
      this.#usage(step, attributes)
    } else if (kind === 'toolCall') {
      toolDuration.record(seconds, { 'gen_ai.tool.name': this.#tools.of(step.name), ...errorOf(step) })
    } else if (kind === 'mcp' || kind === 'a2a') {
      this.#message(step, seconds)
    }
  }

  #message(step: StepRecord, seconds: number): void {
    const { mcpClientDuration, mcpServerDuration, a2aDuration } = this.#instruments
    const method = this.#methods.of(step.name)
    const isServer = step.protocol?.direction === 'inbound'
    if (step.kind === 'a2a') {
      const side = isServer ? 'server' : 'client'
      return a2aDuration.record(seconds, { 'rpc.method': method, 'aos.a2a.side': side, ...errorOf(step) })
    }
    const instrument = isServer ? mcpServerDuration : mcpClientDuration
    instrument.record(seconds, { 'mcp.method.name': method, ...errorOf(step) })
  }

  #modelAttributes(step: StepRecord): Attributes {
    const { model } = step
    return {
      'gen_ai.operation.name': step.kind === 'embedding' ? 'embeddings' : 'chat',
      ...(model?.provider === undefined ? {} : { 'gen_ai.provider.name': this.#models.of(model.provider) }),
      ...(model === undefined ? {} : { 'gen_ai.request.model': this.#models.of(model.requested) }),
      ...(model?.actual === undefined ? {} : { 'gen_ai.response.model': this.#models.of(model.actual) }),
      ...errorOf(step),
    }
  }

  #usage({ usage }: StepRecord, attributes: Attributes): void {
    const { tokens } = this.#instruments
    const { inputTokens, outputTokens } = usage ?? {}
    if (inputTokens !== undefined) tokens.record(inputTokens, { ...attributes, 'gen_ai.token.type': 'input' })
    if (outputTokens !== undefined)
      tokens.record(outputTokens, { ...attributes, 'gen_ai.token.type': 'output' })
  }

  #decision(decision: DecisionRecord): void {
    const { decisions, decisionDuration } = this.#instruments
    const attributes: Attributes = {
      'aos.decision.hook': decision.hook,
      'aos.decision': decision.verdict,
      'aos.decision.enforced': decision.enforced,
      'aos.decision.source': decision.source,
      'aos.decision.shadow': decision.shadow === true,
      'aos.decision.fail_open': decision.failOpen !== undefined,
    }
    decisions.add(1, attributes)
    const { 'aos.decision.hook': hook, 'aos.decision.source': source } = attributes
    decisionDuration.record(decision.latencyMs / 1000, {
      'aos.decision.hook': hook,
      'aos.decision.source': source,
    })
  }

  #run({ run, end }: Extract<AosEvent, { type: 'run.end' }>): void {
    const { runDuration, runCost } = this.#instruments
    const agent = this.#agents.of(run.agent.name)
    const attributes: Attributes = {
      'gen_ai.agent.name': agent,
      'aos.run.status': end.status,
      'aos.run.outcome': end.outcome,
    }
    runDuration.record((end.endedAt - run.startedAt) / 1000, attributes)
    if (end.costUsd !== undefined) runCost.add(end.costUsd, { 'gen_ai.agent.name': agent })
  }
}

function errorOf({ error }: StepRecord): Attributes {
  return error === undefined ? {} : { 'error.type': error.type }
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
