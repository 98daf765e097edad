// Everything that an application can attach to its agents, attached at once, and all that came out of it as text.
import { createAuditLedger } from '@aos/guardian'
import { createExport, EvidenceRecorder, toEvidenceEvents } from '@aos/records/evidence'
import { createPeacRecorder, generatePeacKey, type PeacRecorder } from '@aos/records/peac'
import { defineSink, type AOSHandle, type AOSOptions, type AosEvent, type Redactor } from '@aos/sdk'
import { createDecisionJournal } from '@aos/sdk/journal'
import { AgentRunReporter } from '@aos/sdk/reporter'
import {
  AOSTraceStream,
  createFileProcessor,
  eventsSink,
  guardForeignSpans,
  metricsSink,
  OCSFLogger,
  OpenTelemetryTracer,
  type MetricConventions,
  type OtlpProtocol,
} from '@aos/trace'
import { readTraces, renderHtml, renderTree } from '@aos/trace/view'
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startByteReceiver, type ByteReceiver } from '../../support/byte-receiver.ts'
import { watchTerminal } from './terminal.ts'

/** What is recorded, and how spans travel. */
export interface OutputsOptions {
  readonly capture: NonNullable<AOSOptions['capture']>
  readonly protocol: OtlpProtocol
  readonly redactor?: Redactor | undefined
  /** Names that spans and metrics have; `current` by default. */
  readonly conventions?: MetricConventions
}

/** Every output of the SDK, switched on. */
export interface EveryOutput {
  readonly capture: NonNullable<AOSOptions['capture']>
  readonly tracer: OpenTelemetryTracer
  /** Options that every agent is instrumented with. */
  readonly options: AOSOptions
  /** Attaches everything to an instrumented agent; gives the view of it that is traced. */
  wire<Agent extends Wired>(agent: Agent): Agent
  /** Takes a text that leaves the process by the hand of the application, such as headers. */
  note(text: string): void
  /** What the decision journal of all agents holds, once everything has ended; it is no output, and holds values as they were. */
  readonly journal: () => string
  /** Ends everything, as a process does whose receivers are away, then as one does that finds what it left; what came out, by output. */
  finish(): Promise<ReadonlyMap<string, string>>
}

type Wired = Pick<AOSHandle<object>, 'on' | 'attachLogger' | 'flush'> & object

const SPOOLING_MS = 300
const DELIVERING_MS = 10_000

/** Switches every output on. */
export async function everyOutput(given: OutputsOptions): Promise<EveryOutput> {
  const folder = mkdtempSync(join(tmpdir(), 'aos-outputs-'))
  const terminal = watchTerminal()
  const receiver = await startByteReceiver(() => 503)
  const posting = (): Posting => openPosting(receiver, join(folder, 'spool'), given)
  const first = posting()
  const local = openLocal(folder, given)
  const tracer = first.tracer([local.file, local.foreign])
  const stream = new AOSTraceStream(tracer)
  stream.on('event', (event) => local.tell('stream', event))
  await stream.start()
  const wired: Wired[] = []

  return {
    capture: given.capture,
    tracer,
    options: local.options,
    note: (text) => local.tell('headers', text),
    journal: local.journal,
    wire(agent) {
      for (const logger of [...first.loggers, ...local.loggers]) agent.attachLogger(logger)
      first.reporter.attach(agent)
      agent.on('run', (run) => local.tell('on run', run))
      agent.on('event', (event) => local.tell('on event', event))
      wired.push(agent)
      return tracer.instrument(agent)
    },
    async finish() {
      try {
        await Promise.all(wired.map((agent) => agent.flush(SPOOLING_MS)))
        await stream.stop()
        await local.close()
        await Promise.all([tracer.shutdown(SPOOLING_MS), first.close(SPOOLING_MS)])
        local.tell('spool', textIn(join(folder, 'spool')))
        receiver.answer(() => 200)
        const next = posting()
        const recovering = next.tracer([])
        await Promise.all([recovering.shutdown(DELIVERING_MS), next.close(DELIVERING_MS)])
        for (const [path, bodies] of receiver.bodies) local.tell(`posted to ${path}`, bodies.join('\n'))
        return await local.outputs(terminal.stop())
      } finally {
        terminal.stop()
        await receiver[Symbol.asyncDispose]()
        rmSync(folder, { recursive: true, force: true })
      }
    },
  }
}

interface Posting {
  readonly loggers: readonly OCSFLogger[]
  readonly reporter: AgentRunReporter
  tracer(
    spanProcessors: NonNullable<ConstructorParameters<typeof OpenTelemetryTracer>[0]>['spanProcessors'],
  ): OpenTelemetryTracer
  close(deadlineMs: number): Promise<unknown>
}

/** What is posted, and kept on disk while nobody takes it. */
function openPosting({ url }: ByteReceiver, spool: string, { protocol, redactor }: OutputsOptions): Posting {
  const http = { spool, writeAhead: true } as const
  const loggers = [
    new OCSFLogger({ ...http, endpoint: `${url}/ocsf-1.8.0` }),
    new OCSFLogger({ ...http, endpoint: `${url}/ocsf-1.9.0`, version: '1.9.0', format: 'ndjson' }),
    new OCSFLogger({ ...http, endpoint: `${url}/ocsf-landing`, profile: 'landing' }),
  ]
  const reporter = new AgentRunReporter({ url: `${url}/runs`, directory: join(spool, 'runs') })
  return {
    loggers,
    reporter,
    tracer: (spanProcessors) =>
      new OpenTelemetryTracer({
        endpoint: url,
        protocol,
        spool,
        redactor,
        spanProcessors,
        serviceName: 'outputs',
      }),
    close: (deadlineMs) => Promise.all([...loggers, reporter].map((each) => each.close(deadlineMs))),
  }
}

interface Local {
  readonly options: AOSOptions
  readonly loggers: readonly OCSFLogger[]
  readonly file: ReturnType<typeof createFileProcessor>
  readonly foreign: ReturnType<typeof guardForeignSpans>
  tell(output: string, told: unknown): void
  readonly journal: () => string
  close(): Promise<void>
  outputs(terminal: string): Promise<ReadonlyMap<string, string>>
}

/** What stays in the process and on its disk. */
function openLocal(folder: string, { capture, redactor, conventions = 'current' }: OutputsOptions): Local {
  const told = new Map<string, string>()
  const tell = (output: string, given: unknown): void => {
    const text = typeof given === 'string' ? given : JSON.stringify(given)
    told.set(output, `${told.get(output) ?? ''}${text}\n`)
  }
  const files = { spans: join(folder, 'spans.jsonl'), events: join(folder, 'events.ndjson') }
  const ledger = createAuditLedger({ path: join(folder, 'ledger', 'audit.jsonl'), key: 'k'.repeat(32) })
  const journal = createDecisionJournal({ directory: join(folder, 'journal') })
  let journalled = ''
  const spans = new InMemorySpanExporter()
  const logs = openLogs()
  const metrics = openMetrics(conventions)
  const loggers = [
    new OCSFLogger({ file: files.events }),
    new OCSFLogger({ emit: (event) => tell('ocsf emit', event) }),
  ]
  // references are percent-encoded, which must not hide what they name
  const peac = openPeac((claims) => tell('peac', decodeURIComponent(JSON.stringify(claims))))
  const evidence = openEvidence((text) => tell('evidence', decodeURIComponent(text)))
  const raw = defineSink({ name: 'raw', accept: (event: AosEvent) => tell('sink', event) })
  return {
    options: {
      capture,
      conventions,
      ...(redactor === undefined ? {} : { redactor }),
      audit: ledger,
      journal,
      sinks: [raw, logs.sink, metrics.sink, peac, evidence],
    },
    loggers,
    file: createFileProcessor(files.spans),
    foreign: guardForeignSpans(new SimpleSpanProcessor(spans), { redactor }),
    tell,
    journal: () => journalled,
    async close() {
      await journal.close()
      journalled = textIn(join(folder, 'journal'))
      await Promise.all([ledger.close(), peac.close(), ...loggers.map((logger) => logger.close())])
      tell('foreign exporter', spansText(spans))
    },
    async outputs(terminal) {
      tell('terminal', terminal)
      tell('audit ledger', textIn(join(folder, 'ledger')))
      tell('span file', readFileSync(files.spans, 'utf8'))
      tell('ocsf file', readFileSync(files.events, 'utf8'))
      tell('logs', logs.text())
      tell('metrics', await metrics.text())
      const { traces } = await readTraces(files.spans)
      tell('page', renderHtml(traces))
      for (const trace of traces) tell('tree', renderTree(trace))
      return told
    },
  }
}

/** Records of everything that can be recorded, by what they say. */
function openPeac(tell: (claims: object) => void): PeacRecorder {
  return createPeacRecorder({
    key: generatePeacKey(),
    invoked: ['toolCall', 'modelCall', 'message', 'knowledgeRetrieval', 'memoryStore', 'mcp', 'a2a'],
    accessDecisions: true,
    onRecord: ({ claims }) => tell(claims),
  })
}

/** Packs, maps and events of every run, and what an export of them holds. */
function openEvidence(tell: (text: string) => void): EvidenceRecorder {
  return new EvidenceRecorder({
    onEvidence: (run) => {
      const evidence = run.evidence()
      const { files } = createExport(evidence, { exportId: 'exp:1', at: 0, include: { schemas: false } })
      tell(
        JSON.stringify([
          evidence,
          toEvidenceEvents(evidence.pack),
          files.map(({ content }) => String(content)),
        ]),
      )
    },
  })
}

function openLogs() {
  const exporter = new InMemoryLogRecordExporter()
  const loggerProvider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] })
  return {
    sink: eventsSink({ loggerProvider }),
    text: (): string =>
      JSON.stringify(
        exporter
          .getFinishedLogRecords()
          .map(({ eventName, body, attributes }) => ({ eventName, body, attributes })),
      ),
  }
}

function openMetrics(conventions: MetricConventions) {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  return {
    sink: metricsSink({ meterProvider: new MeterProvider({ readers: [reader] }), conventions }),
    async text(): Promise<string> {
      await reader.forceFlush()
      return JSON.stringify(exporter.getMetrics().map(({ scopeMetrics }) => scopeMetrics))
    },
  }
}

function spansText(exporter: InMemorySpanExporter): string {
  return JSON.stringify(
    exporter
      .getFinishedSpans()
      .map(({ name, attributes, events, links, status, resource }) => [
        name,
        attributes,
        events,
        links,
        status,
        resource.attributes,
      ]),
  )
}

/** Every byte of every file below a folder, names included. */
function textIn(folder: string): string {
  mkdirSync(folder, { recursive: true })
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => `${name}\n${readFileSync(join(parentPath, name), 'latin1')}`)
    .join('\n')
}
