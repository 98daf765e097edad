import { faultCases } from './cases.ts'
import { runCase, type FaultOutcome } from './run-case.ts'
import { ENDING_CASES, runEnding } from './run-ending.ts'

const PROTOCOLS = ['http/json', 'http/protobuf'] as const
const OUTAGES_MS = [20_000, 300_000]
const ENDINGS_AT_ONCE = 2

/** Runs the whole matrix in real time, or as much faster as the argument says, and prints a table. */
async function main(speed: number): Promise<void> {
  process.stdout.write(
    `faults, ${speed === 1 ? 'in real time: about six minutes' : `${speed} times as fast`}\n`,
  )
  const cases = PROTOCOLS.flatMap((protocol) => faultCases(OUTAGES_MS).map((fault) => ({ protocol, fault })))
  const run = async ({ protocol, fault }: (typeof cases)[number]): Promise<FaultOutcome> =>
    labelled(protocol, await runCase(fault, { protocol, speed }))
  // an outage is mostly waiting, the other cases are work
  const outages = cases.filter(({ fault }) => fault.settles !== true).map(run)
  const outcomes = [...(await runEndings())]
  for (const each of cases) if (each.fault.settles === true) outcomes.push(await run(each))
  outcomes.push(...(await Promise.all(outages)))
  print(outcomes)
  const bad = outcomes.filter(({ lost, duplicates, spooled }) => lost !== 0 || duplicates > 0 || spooled > 0)
  process.stdout.write(
    bad.length === 0 ? '\nnothing lost\n' : `\n${bad.length} of ${outcomes.length} failed\n`,
  )
  process.exitCode = bad.length === 0 ? 0 : 1
}

async function runEndings(): Promise<readonly FaultOutcome[]> {
  const left = PROTOCOLS.flatMap((protocol) => ENDING_CASES.map((each) => ({ protocol, each })))
  const outcomes: FaultOutcome[] = []
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift())
      outcomes.push(labelled(next.protocol, await runEnding(next.each, next)))
  }
  await Promise.all(Array.from({ length: ENDINGS_AT_ONCE }, worker))
  return outcomes
}

function labelled(protocol: string, outcome: FaultOutcome): FaultOutcome {
  return { ...outcome, fault: `${protocol.slice('http/'.length)}: ${outcome.fault}` }
}

function print(outcomes: readonly FaultOutcome[]): void {
  const columns = [
    'fault',
    'created',
    'delivered',
    'spooled',
    'dropped',
    'duplicates',
    'unavoidable',
    'lost',
  ] as const
  const rows = [columns, ...outcomes.map((outcome) => columns.map((column) => String(outcome[column])))]
  const width = Math.max(...rows.map(([fault = '']) => fault.length))
  for (const [fault = '', ...counts] of rows)
    process.stdout.write(`${fault.padEnd(width)} ${counts.map((count) => count.padStart(11)).join(' ')}\n`)
}

const speed = Number(process.argv[2] ?? 1)
if (!(speed >= 1)) throw new RangeError('the speed is a number from 1 on')
await main(speed)
