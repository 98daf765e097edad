import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TraceStats } from '@aos/trace'
import { startFaultyCollector, type Fault, type FaultyCollector } from '../support/faulty-collector.ts'
import type { FaultOutcome, RunOptions } from './run-case.ts'

/** One way in which a process ends that still has spans. */
export interface EndingCase {
  readonly name: string
  readonly ending: string
  readonly collector: Fault
  /** How many processes do it at the same time, on one spool. */
  readonly processes?: number
  /** Largest file the process can write, in bytes, as on a full disk. */
  readonly maxFileBytes?: number
}

const ENDINGS = ['natural', 'exit', 'throw', 'reject', 'SIGTERM', 'SIGINT', 'SIGKILL']
const COUNT = 200

/** Every way to end, with a collector that is well and with one that is not. */
export const ENDING_CASES: readonly EndingCase[] = [
  ...ENDINGS.map((ending) => ({ name: `ends by ${ending}`, ending, collector: 'accept' as const })),
  ...ENDINGS.map((ending) => ({
    name: `ends by ${ending}, collector down`,
    ending,
    collector: { status: 503 },
  })),
  { name: 'two processes on one spool, killed', ending: 'SIGKILL', collector: { status: 503 }, processes: 2 },
  { name: 'full disk, collector down', ending: 'shutdown', collector: { status: 503 }, maxFileBytes: 50_000 },
]

/** Lets processes end so, then starts two others on their spool. */
export async function runEnding(
  given: EndingCase,
  { protocol }: Pick<RunOptions, 'protocol'>,
): Promise<FaultOutcome> {
  await using collector = await startFaultyCollector()
  const spool = mkdtempSync(join(tmpdir(), 'aos-ending-'))
  const { ending, processes = 1, maxFileBytes } = given
  const run = (how: string, count: number, limit?: number): Promise<string> =>
    runProcess([how, collector.endpoint, spool, protocol, String(count)], limit)
  collector.behave(given.collector)
  const ended = Array.from({ length: processes }, () => run(ending, COUNT, maxFileBytes))
  const outputs = await Promise.all(ended)
  collector.behave('accept')
  await Promise.all([run('natural', 0), run('natural', 0)])
  rmSync(spool, { recursive: true, force: true })
  const dropped = outputs.reduce((sum, output) => sum + droppedIn(output), 0)
  return toOutcome(given.name, { created: processes * COUNT, dropped, collector })
}

function droppedIn(output: string): number {
  if (output === '') return 0
  const stats = JSON.parse(output) as TraceStats
  return stats.dropped
}

function toOutcome(
  fault: string,
  { created, dropped, collector }: { created: number; dropped: number; collector: FaultyCollector },
): FaultOutcome {
  const ids = collector.spans.map(({ spanId }) => spanId)
  const delivered = new Set(ids).size
  const again = ids.filter((id, index) => ids.indexOf(id) !== index)
  const unavoidable = again.filter((id) => collector.unanswered.has(id)).length
  const duplicates = again.length - unavoidable
  const lost = created - delivered - dropped
  return { fault, created, delivered, spooled: 0, dropped, duplicates, unavoidable, lost }
}

function runProcess(args: readonly string[], maxFileBytes: number | undefined): Promise<string> {
  const script = join(import.meta.dirname, 'emitting-process.ts')
  const command = [process.execPath, '--conditions=aos-source', script, ...args]
  const [program = '', ...rest] =
    maxFileBytes === undefined
      ? command
      : ['sh', '-c', `ulimit -f ${Math.ceil(maxFileBytes / 512)}; exec "$@"`, 'sh', ...command]
  // what telemetry variables the machine has must not decide
  const inherited = Object.entries(process.env).filter(([name]) => !/^(OTEL_|NODE_|VITEST)/.test(name))
  const child = spawn(program, rest, {
    env: Object.fromEntries(inherited),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => resolve(output))
  })
}
