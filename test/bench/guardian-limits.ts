import { GuardianAgent, loopDetection, rateLimit } from '@aos/guardian'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { costOf, deciderRatios, type Decider } from './deciders.ts'
import { median, type Ratio } from './interleave.ts'

/** How a guardian fares that does not answer, and one that decides for long. */
export interface GuardianLimits {
  readonly ratios: readonly Ratio[]
  readonly notes: readonly string[]
  /** Milliseconds after its deadline at which a step is denied, as a share of 20, at the 99th percentile. */
  readonly hanging: number
  /** What a decision costs after 100,000 of them, against one before. */
  readonly growth: number
  /** Bytes that a decision leaves behind. */
  readonly retained: number
}

const HANGING_CALLS = 200
const DEADLINE_MS = 25
const DECISIONS = 100_000

const step = {
  hook: 'toolCallRequest',
  tool: 'send_email',
  parameters: { to: 'ada@example.com', subject: 'hello' },
  session: 'sess_1',
} as const

/** Measures the limits of guardians. */
export async function guardianLimits(): Promise<GuardianLimits> {
  const { ratios, microseconds } = await breakerOpen()
  const lateMs = await hangingLateMs()
  const { growth, retained } = await grown()
  const notes = [
    `With an open breaker a decision takes ${microseconds.toFixed(1)} microseconds.`,
    `Beside a guardian that hangs, ${HANGING_CALLS} of ${HANGING_CALLS} calls were denied; at the 99th percentile ${lateMs.toFixed(1)} ms after the deadline.`,
    `After ${DECISIONS.toLocaleString('en')} decisions in as many sessions, a decision takes ${growth.toFixed(2)} times what it took before, and has left ${retained.toFixed(2)} bytes behind.`,
  ]
  return { ratios, notes, hanging: lateMs / 20, growth, retained }
}

async function breakerOpen(): Promise<{
  readonly ratios: readonly Ratio[]
  readonly microseconds: number
}> {
  const { endpoint, close } = await listening()
  await close()
  const guardian = new GuardianAgent({ endpoint, breaker: { failures: 1, probeAfterMs: 3_600_000 } })
  await guardian.evaluate(step)
  const open: Decider = { name: 'breaker open', decide: () => guardian.evaluate(step) }
  const { reasonCode } = await guardian.evaluate(step)
  if (!reasonCode.includes('guardian_circuit_open'))
    throw new Error(`the breaker is not open: ${reasonCode.join(', ')}`)
  const bare: Decider = { name: 'bare asynchronous function', decide: async () => step }
  const ratios = await deciderRatios([bare, open])
  const { wall } = await costOf(open, 10_000)
  await guardian.close()
  return { ratios, microseconds: wall * 1000 }
}

async function hangingLateMs(): Promise<number> {
  const { endpoint, close } = await listening()
  const breaker = { failures: 1_000_000, window: 1_000_000 }
  const guardian = new GuardianAgent({ endpoint, breaker, timeoutMs: DEADLINE_MS })
  const late: number[] = []
  for (let call = 0; call < HANGING_CALLS; call++) {
    const started = performance.now()
    const { reasonCode } = await guardian.evaluate(step)
    late.push(performance.now() - started - DEADLINE_MS)
    if (!reasonCode.includes('guardian_timeout'))
      throw new Error(`it does not hang: ${reasonCode.join(', ')}`)
  }
  await Promise.all([guardian.close(), close()])
  return late.toSorted((a, b) => a - b)[Math.floor(HANGING_CALLS * 0.99)] ?? Number.NaN
}

/** What accepts connections and never answers. */
async function listening(): Promise<{ readonly endpoint: string; readonly close: () => Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.resume()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  return { endpoint: `http://127.0.0.1:${port}`, close }
}

async function grown(): Promise<{ readonly growth: number; readonly retained: number }> {
  const policies = [
    rateLimit({ limit: 1_000_000, per: 'second', by: 'session', maxKeys: 1000 }),
    loopDetection({ by: 'session', maxKeys: 1000 }),
  ]
  const guardian = new GuardianAgent({ policies })
  let session = 0
  const decide = async (): Promise<void> => {
    const { decision, message } = await guardian.evaluate({ ...step, session: `sess_${session++}` })
    if (decision !== 'allow') throw new Error(`the guardian of the bench says: ${message}`)
  }
  // what is kept within bounds is full by then
  await costOf({ decide }, 20_000)
  const before = await thousand(decide)
  const heapBefore = heapAfterCollection()
  await costOf({ decide }, DECISIONS - 1000)
  const after = await thousand(decide)
  const retained = Math.max(0, heapAfterCollection() - heapBefore) / DECISIONS
  await guardian.close()
  return { growth: after / before, retained }
}

async function thousand(decide: () => Promise<void>): Promise<number> {
  const costs: number[] = []
  for (let part = 0; part < 20; part++) costs.push((await costOf({ decide }, 50)).wall)
  return median(costs)
}

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  return process.memoryUsage().heapUsed
}
