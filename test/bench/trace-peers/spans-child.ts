// node spans-child.ts <pipeline>: sends spans through one pipeline, each time it is told to, and says what that cost
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import type { Tracer } from '@opentelemetry/api'
import { pipelines } from './pipelines.ts'
import { RUN_SPANS, writeRun } from './spans.ts'

/** What is asked of the child. */
export interface SpansOrder {
  readonly endpoint: string
  readonly spans: number
  /** `burst` ends all spans in one turn of the event loop, `paced` some in each millisecond. */
  readonly mode: 'burst' | 'paced'
  /** Gives the queues of peers room for all. */
  readonly roomy: boolean
  readonly discard?: boolean
}

/** What it cost. */
export interface SpansCost {
  readonly cpu: number
  readonly wall: number
  /** Longest time in milliseconds that the event loop was kept, beside the turn of a burst itself. */
  readonly stall: number
  /** Milliseconds that the shutdown took. */
  readonly shutdown: number
}

const RUNS_PER_PACE = 2
const RESOLUTION_MS = 1

const open = pipelines[process.argv[2] ?? '']
if (open === undefined) throw new Error(`there is no pipeline ${process.argv[2]}`)

async function send({ endpoint, spans, mode, roomy, discard }: SpansOrder): Promise<SpansCost> {
  if (roomy) process.env['OTEL_BSP_MAX_QUEUE_SIZE'] = '1000000'
  else delete process.env['OTEL_BSP_MAX_QUEUE_SIZE']
  const folder = mkdtempSync(join(tmpdir(), 'aos-bench-'))
  const pipeline = open?.({ endpoint, folder, discard })
  if (pipeline === undefined) throw new Error('there is no pipeline')
  const tracer = pipeline.provider.getTracer('gen_ai')
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  const cpu = process.cpuUsage()
  const started = performance.now()
  if (mode === 'paced') delay.enable()
  await write(tracer, spans / RUN_SPANS, mode)
  if (mode === 'burst') delay.enable()
  const written = performance.now()
  await pipeline.shutdown()
  const ended = performance.now()
  const used = process.cpuUsage(cpu)
  delay.disable()
  rmSync(folder, { recursive: true, force: true })
  return {
    cpu: used.user + used.system,
    wall: ended - started,
    stall: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
    shutdown: ended - written,
  }
}

async function write(tracer: Tracer, runs: number, mode: SpansOrder['mode']): Promise<void> {
  for (let run = 0; run < runs; run++) {
    if (mode === 'paced' && run % RUNS_PER_PACE === 0) await wait(1)
    writeRun(tracer)
  }
}

process.on('message', (order: SpansOrder) => void send(order).then((cost) => process.send?.(cost)))
process.once('disconnect', () => process.exit())
