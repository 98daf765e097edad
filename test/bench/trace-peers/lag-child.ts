// node lag-child.ts <watcher>: how long the event loop is kept by runs with a large result, one after the other
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate as turn } from 'node:timers/promises'
import { watched } from './watchers.ts'

/** What is asked of the child. */
export interface LagOrder {
  readonly endpoint: string
  readonly name: string
  readonly runs: number
  /** Size of the result of the tool in each run. */
  readonly bytes: number
}

/** Milliseconds that the event loop was kept. */
export interface Lag {
  /** At the 99th percentile, as Node measures it. */
  readonly p99: number
  /** The same of what comes at any millisecond: a long turn keeps all that comes during it. */
  readonly arriving: number
  readonly longest: number
  /** The first in processor time, which knows nothing of what else the machine does. */
  readonly busy: number
  readonly created: number
}

const RESOLUTION_MS = 1
const PAPER = 'How agents are kept within the bounds that were set for them, and what it costs. '

async function measure({ endpoint, name, runs, bytes }: LagOrder): Promise<Lag> {
  const folder = mkdtempSync(join(tmpdir(), 'aos-bench-'))
  const paper = PAPER.repeat(bytes / PAPER.length)
  let made = 0
  const content = {
    query: () => 'recent papers on safety',
    // written and read, as a text that was only put together would be copied by whoever reads it first
    found: () => Buffer.from(`${made++} ${paper}`).toString(),
  }
  const { agent, pipeline } = watched(name, 1, { endpoint, folder }, content)
  const ask = (): Promise<unknown> => agent.generate({ prompt: 'Find recent papers' })
  // what is compiled first is not what is measured
  for (let run = 0; run < 5; run++) await ask()
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  const sampler = startSampler()
  delay.enable()
  for (let run = 0; run < runs; run++) {
    await ask()
    await turn()
  }
  await pipeline?.shutdown()
  delay.disable()
  const { arriving, busy } = sampler.stop()
  rmSync(folder, { recursive: true, force: true })
  const ms = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)
  return {
    p99: ms(delay.percentile(99)),
    arriving,
    longest: ms(delay.max),
    busy,
    created: pipeline?.created() ?? 0,
  }
}

interface Sampler {
  stop(): Pick<Lag, 'arriving' | 'busy'>
}

/** Takes the time between the turns of a timer, and for each the waits of what would have come in each millisecond of it. */
function startSampler(): Sampler {
  const waits: number[] = []
  const busy: number[] = []
  let before = performance.now()
  let usedBefore = threadMs()
  const take = (): void => {
    const now = performance.now()
    for (let wait = now - before - RESOLUTION_MS; wait > 0; wait -= RESOLUTION_MS) waits.push(wait)
    waits.push(0)
    before = now
    const used = threadMs()
    busy.push(used - usedBefore)
    usedBefore = used
  }
  const timer = setInterval(take, RESOLUTION_MS)
  return {
    stop() {
      take()
      clearInterval(timer)
      return { arriving: percentile99(waits), busy: percentile99(busy) }
    },
  }
}

/** Processor time of the thread of the event loop. */
function threadMs(): number {
  // older lines of Node know the processor time of all threads only
  const { user, system } =
    'threadCpuUsage' in process ? process.threadCpuUsage() : (process as NodeJS.Process).cpuUsage()
  return (user + system) / 1000
}

function percentile99(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * 0.99)] ?? Number.NaN
}

process.on('message', (order: LagOrder) => void measure(order).then((lag) => process.send?.(lag)))
process.once('disconnect', () => process.exit())
