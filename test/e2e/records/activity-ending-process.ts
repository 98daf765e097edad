// A process that tells of one run and of a call by hand, writes how many events that made, and ends as it is told.
import { createAgentActivityConnector, type AgentActivityConnectorOptions } from '@aos/records/activity'
import { AOSInstrument, type GuardedRun } from '@aos/sdk'
import { writeFileSync } from 'node:fs'

const [ending = '', options = '{}', count = ''] = process.argv.slice(2)
const given = JSON.parse(options) as AgentActivityConnectorOptions
const connector = createAgentActivityConnector({ ...given, exitDeadlineMs: 200 })
const agent = new AOSInstrument((_input: string, aos: GuardedRun) =>
  aos.toolCall({ toolName: 'search', parameters: {} }, () => 'found'),
)
agent.attachSink(connector.sink())
await agent.run('go')
await connector.startSession()
writeFileSync(count, String(connector.stats().created))
if (ending === 'exit') process.exit(0)
if (ending === 'throw') throw new Error('as told')
if (ending === 'SIGTERM' || ending === 'SIGKILL') {
  process.kill(process.pid, ending)
  setInterval(() => undefined, 1000)
}
