// A process that tells of tools without end, and prints the id of each event once it is told that it is safe.
import { createAgentActivityConnector, type AgentActivityConnectorOptions } from '@aos/records/activity'

const [options = '{}'] = process.argv.slice(2)
const connector = createAgentActivityConnector(JSON.parse(options) as AgentActivityConnectorOptions)
await connector.startSession({ session_id: 's-1' })
for (let turn = 0; ; turn += 1) {
  const { event } = await connector.toolStarted(
    { tool: { name: 'deploy', command_preview: `release ${turn}` } },
    { guards: 'protected_branch' },
  )
  process.stdout.write(`${event?.event_id ?? ''}\n`)
  await new Promise((resolve) => setTimeout(resolve, 1))
}
