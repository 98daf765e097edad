// The server of runs with its web view, for `npm run demo -- --serve`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { AgentRunReporter } from '@aos/sdk/reporter'
import { generateAgBOM } from '@aos/inspect'
import { EvidenceRecorder } from '@aos/records/evidence'
import { isAosError, type AOSHandle, type Sink } from '@aos/sdk'
import { SqliteStore, startRunServer, type RunServer } from '@aos/server'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { SimpleSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-node'
import { fact, paint, show } from './screen.ts'

/** A server that the demo tells its runs and spans. */
export interface DemoServer {
  /** Reports the runs of an agent, and its bill of materials as it is at the end of each. */
  attach(agent: AOSHandle<object>): void
  /** Puts the evidence of each run together, and sends it. */
  readonly evidence: Sink
  /** Sends spans to the server as well. */
  spanProcessor(): SpanProcessor
  /** Shows where the view is, and stays until it is told to end. */
  stay(): Promise<void>
}

/** Starts the server on this machine only, with runs in memory. */
export async function startDemoServer(): Promise<DemoServer> {
  const server = await start(4400)
  const reporter = new AgentRunReporter({ url: server.url, directory: false })
  const bills: Promise<unknown>[] = []
  return {
    attach(agent) {
      reporter.attach(agent)
      agent.on('run', ({ id }) => {
        const sent = generateAgBOM(agent).then((bill) => reporter.reportDocument(id, 'agbom', bill))
        bills.push(sent)
      })
    },
    evidence: new EvidenceRecorder({
      onEvidence(evidence, runId) {
        reporter.reportDocument(runId, 'evidence', evidence.pack())
      },
    }),
    spanProcessor: () => new SimpleSpanProcessor(new OTLPTraceExporter({ url: `${server.url}/v1/traces` })),
    async stay() {
      await Promise.all(bills)
      await reporter.flush()
      show('', paint('bold', 'The runs are in the web view'), '')
      fact('view', server.url)
      fact('end', 'Ctrl-C')
      openBrowser(server.url)
      await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
      await reporter.close()
      await server.close(0)
    },
  }
}

async function start(port: number): Promise<RunServer> {
  try {
    return await startRunServer({ store: new SqliteStore({ path: ':memory:' }), port })
  } catch (error) {
    // somebody else listens there
    if (port === 0 || !isAosError(error, 'invalid_options')) throw error
    return start(0)
  }
}

const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['open'],
  linux: ['xdg-open'],
  win32: ['cmd', '/c', 'start'],
}

function openBrowser(url: string): void {
  const [command, ...args] = OPENERS[process.platform] ?? []
  if (command === undefined || !process.stdout.isTTY) return
  // where there is no browser, the address is on the screen
  spawn(command, [...args, url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref()
}
