// a process whose agent is in the middle of a run when it ends in the way its first argument names
import { writeSync } from 'node:fs'
import { AOSInstrument, type GuardedRun } from '@aos/sdk'
import { AgentRunReporter } from '@aos/sdk/reporter'

const [ending = '', url = '', directory = '', announceAfterMs = '500'] = process.argv.slice(2)

const reporter = new AgentRunReporter({
  url,
  directory,
  announceAfterMs: announceAfterMs === 'never' ? false : Number(announceAfterMs),
  exitDeadlineMs: 1000,
})

const later = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms)
  })

const agent = new AOSInstrument(async (input: string, aos: GuardedRun) => {
  await aos.toolCall({ toolName: 'search', parameters: { query: input } }, () => 'found')
  if (input.startsWith('for ')) return later(Number(input.slice(4)))
  writeSync(1, 'begun\n')
  return new Promise(() => undefined)
})
reporter.attach(agent)

function stayAlive(): void {
  process.stdin.resume()
}

const endings: Readonly<Record<string, () => unknown>> = {
  // the parent sends a signal, or says that it is time
  signal: stayAlive,
  natural: () => undefined,
  exit: () => process.stdin.once('data', () => process.exit(3)),
  'exit at once': () => process.exit(3),
  throw: () =>
    process.stdin.once('data', () => {
      throw new Error('thrown on purpose')
    }),
  reject: () => process.stdin.once('data', () => void Promise.reject(new Error('rejected on purpose'))),
  graceful: () => {
    stayAlive()
    process.once('SIGTERM', () => void reporter.close(1000).then(() => process.exit(0)))
  },
}

async function runOnAndOn(): Promise<void> {
  writeSync(1, 'begun\n')
  for (;;) await Promise.all([agent.run('for 5'), agent.run('for 25'), agent.run('for 60')])
}

if (ending === 'busy') void runOnAndOn()
else if (ending === 'ended')
  void agent.run('for 30').then(() => {
    writeSync(1, 'ended\n')
    stayAlive()
  })
else {
  void agent.run('go')
  // the run is under way once the microtasks of its start are done
  setImmediate(() => endings[ending]?.())
}
