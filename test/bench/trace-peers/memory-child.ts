// node --expose-gc memory-child.ts: what very many runs leave in memory while nobody takes their spans
import { AOSInstrument, type GuardedRun } from '@aos/sdk'
import type { TracerProvider } from '@opentelemetry/api'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { pipelines } from './pipelines.ts'
import { writeRun } from './spans.ts'

/** What is asked of the child. */
export interface MemoryOrder {
  /** Where nobody listens. */
  readonly endpoint: string
  readonly name: string
  readonly runs: number
}

/** What was left. */
export interface Memory {
  /** Most bytes over those before the first run, heap and buffers, after a collection. */
  readonly most: number
  /** Bytes that each run of the second half left behind. */
  readonly slope: number
}

const CONTENT_BYTES = 500
const SAMPLES = 20
const RUNS_IN_TURN = 50
/** One run in so many is never finished. */
const ABANDONED = 10

/** An agent with a tool, under our instrument. */
function ourRuns(tracerProvider: TracerProvider): (abandoned: boolean) => unknown {
  const agent = new AOSInstrument(
    async (input: { readonly text: string; readonly abandoned: boolean }, aos: GuardedRun) =>
      aos.toolCall({ toolName: 'search', parameters: { query: input.text } }, () =>
        input.abandoned ? new Promise<never>(() => undefined) : input.text,
      ),
    { tracerProvider },
  )
  let made = 0
  return (abandoned) => {
    const ended = agent.run({ text: `${made++} ${'paper '.repeat(CONTENT_BYTES / 6)}`, abandoned })
    return abandoned ? undefined : ended
  }
}

async function measure({ endpoint, name, runs }: MemoryOrder): Promise<Memory> {
  const folder = mkdtempSync(join(tmpdir(), 'aos-bench-'))
  const pipeline = pipelines[name]?.({ endpoint, folder })
  if (pipeline === undefined) throw new Error(`there is no pipeline ${name}`)
  const tracer = pipeline.provider.getTracer('gen_ai')
  const once = name.startsWith('ours')
    ? ourRuns(pipeline.provider)
    : (abandoned: boolean): void => writeRun(tracer, CONTENT_BYTES, abandoned)
  const before = inUse()
  const samples: number[] = []
  for (let run = 0; run < runs; run++) {
    await once(run % ABANDONED === 0)
    if (run % RUNS_IN_TURN === 0) await turn()
    if ((run + 1) % (runs / SAMPLES) === 0) samples.push(inUse() - before)
  }
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return { most: Math.max(...samples), slope: slopeOf(samples.slice(SAMPLES / 2)) / (runs / SAMPLES) }
}

function inUse(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** How much more each number is than the one before, by least squares. */
function slopeOf(numbers: readonly number[]): number {
  const middle = (numbers.length - 1) / 2
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length
  let above = 0
  let below = 0
  for (const [at, value] of numbers.entries()) {
    above += (at - middle) * (value - mean)
    below += (at - middle) ** 2
  }
  return above / below
}

process.on('message', (order: MemoryOrder) => void measure(order).then((memory) => process.send?.(memory)))
process.once('disconnect', () => process.exit())
