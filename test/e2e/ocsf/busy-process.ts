// A process that tells of runs without end, and notes which events are 50 ms old by the clock of its event loop.
import { appendFileSync } from 'node:fs'
import { AOSInstrument, type GuardedRun } from '@aos/sdk'
import { OCSFLogger, type OCSFLoggerOptions } from '@aos/trace'

const [options = '{}', aged = ''] = process.argv.slice(2)
const agent = new AOSInstrument((_input: string, aos: GuardedRun) =>
  aos.toolCall({ toolName: 'search', parameters: { text: 'word '.repeat(50) } }, () => 'found'),
)
agent.attachLogger(new OCSFLogger(JSON.parse(options) as OCSFLoggerOptions))
// made of the same events, and told after the other
agent.attachLogger(
  new OCSFLogger({
    emit: ({ metadata }) => void setTimeout(() => appendFileSync(aged, `${metadata.uid ?? ''}\n`), 50),
  }),
)
for (;;) {
  await agent.run('go')
  process.stdout.write('.')
  await new Promise((resolve) => setTimeout(resolve, 3))
}
