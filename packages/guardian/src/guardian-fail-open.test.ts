import { deepEqual, equal, rejects } from 'node:assert/strict'
import { AOSInstrument, type GuardedRun } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { describe } from 'vitest'
import { verifies } from '../../../test/conformance/verifies.ts'
import { noMail } from '../../../test/support/guardian-server.ts'
import { GuardianAgent } from './guardian-agent.ts'
import { createGuardianServer } from './server/guardian-server.ts'

describe('failing open', () => {
  verifies('guardian.fail-open', 'where the hook is named with a reason, and nowhere else', async () => {
    const recorder = stepRecorder()
    const server = createGuardianServer({ policies: [noMail] })
    const endpoint = await server.listen()
    await server.close()
    const guardian = new GuardianAgent({
      endpoint,
      failOpen: { toolCallRequest: { reason: 'searching may go on without it', tools: ['search'] } },
    })
    const agent = new AOSInstrument(
      async (toolName: string, aos: GuardedRun) =>
        aos.toolCall({ toolName, parameters: { query: '' } }, () => 'found'),
      { sinks: [recorder] },
    )
    guardian.protect(agent, { hooks: ['toolCallRequest'] })
    equal(await agent.run('search'), 'found')
    await rejects(agent.run('delete'), { code: 'denied' })
    deepEqual(
      recorder
        .decisions()
        .map(({ source, verdict, failOpen, reasonCodes }) => [source, verdict, failOpen, reasonCodes]),
      [
        ['failure_policy', 'allow', 'searching may go on without it', ['guardian_unavailable', 'fail_open']],
        ['handler', 'deny', undefined, ['guardian_unavailable']],
      ],
    )
    await guardian.close()
  })
})
