// Runs an agent that keeps a journal until its process ends in the way that it is told, or is killed.
import { allow, AOSInstrument, type GuardedRun } from '@aos/sdk'
import { createDecisionJournal } from '@aos/sdk/journal'

const [directory = '', ending = ''] = process.argv.slice(2)
const journal = createDecisionJournal({ directory })

const call = (aos: GuardedRun, at: number): Promise<unknown> =>
  aos.toolCall({ toolName: 'work', parameters: { at, text: 'x'.repeat(20_000) } }, () => at)

async function work(_input: string, aos: GuardedRun): Promise<string> {
  for (let at = 0; at < 20; at++) await call(aos, at)
  if (ending === 'exit') process.exit(3)
  if (ending === 'throw') {
    setImmediate(() => {
      throw new Error('nobody catches this')
    })
  }
  if (ending === 'end') return 'done'
  for (let at = 20, told = false; ; at++) {
    // some of it is on disk, and more is on its way
    if (!told && journal.stats().bytes > 0) told = process.stdout.write('working\n')
    await Promise.all([call(aos, at), new Promise((resolve) => setImmediate(resolve))])
  }
}

const agent = new AOSInstrument(work, { journal })
agent.registerHook('toolCallRequest', ({ parameters }) => allow(`call ${String(parameters['at'])}`))
await agent('go')
