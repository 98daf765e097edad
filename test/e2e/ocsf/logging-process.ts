// A process that tells of one run, writes how many events that made, and ends as its first argument says.
import { writeFileSync } from 'node:fs'
import { AOSInstrument, type GuardedRun } from '@aos/sdk'
import { OCSFLogger, type OCSFLoggerOptions } from '@aos/trace'

const [ending = '', options = '{}', count = ''] = process.argv.slice(2)
const logger = new OCSFLogger({ ...(JSON.parse(options) as OCSFLoggerOptions), exitDeadlineMs: 200 })
const agent = new AOSInstrument((_input: string, aos: GuardedRun) =>
  aos.toolCall({ toolName: 'search', parameters: {} }, () => 'found'),
)
agent.attachLogger(logger)
await agent.run('go')
writeFileSync(count, String(logger.stats().created))
// what is older is on the disk
if (ending === 'SIGKILL') await new Promise((resolve) => setTimeout(resolve, 50))
if (ending === 'exit') process.exit(0)
if (ending === 'throw') throw new Error('as told')
if (ending === 'SIGTERM' || ending === 'SIGKILL') {
  process.kill(process.pid, ending)
  setInterval(() => undefined, 1000)
}
