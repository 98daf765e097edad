import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { AOSInstrument } from '@aos/sdk'
import { test } from 'vitest'
import { GuardianAgent } from '../guardian-agent.ts'
import { costControl } from './cost-control.ts'

test('by its bare name it keeps an agent from drawing a thousand images', async () => {
  const drawn: unknown[] = []
  const agent = new AOSInstrument(async function painter(count: unknown, aos) {
    return aos.toolCall({ toolName: 'generate_image', parameters: { count } }, (given) => drawn.push(given))
  })
  new GuardianAgent({ policies: ['cost-control'] }).protect(agent)
  await rejects(agent.run(1000), /Request exceeds cost threshold \(\$50 limit\)/)
  await agent.run(3)
  deepEqual(drawn, [{ count: 3 }])
})

test('an agent that has used up its tokens starts no other model call, and no tool', async () => {
  const done: string[] = []
  const refusals: string[] = []
  const agent = new AOSInstrument(async function thinker(_input: unknown, aos) {
    const think = (): Promise<unknown> =>
      aos.model({ model: 'm', provider: 'p', messages: [] }, (_messages, report) => {
        done.push('model')
        report({ usage: { inputTokens: 600, outputTokens: 0 } })
      })
    const act = (): Promise<unknown> =>
      aos.toolCall({ toolName: 'act', parameters: {} }, () => done.push('tool'))
    for (const step of [think, act, think, act, think])
      await step().catch((error: unknown) => refusals.push(error instanceof Error ? error.message : ''))
  })
  const guardian = new GuardianAgent({ policies: [costControl({ budgets: { tokens: 1000 } })] })
  guardian.protect(agent)
  await agent.run('go').catch(() => undefined)
  deepEqual(done, ['model', 'tool', 'model'])
  equal(refusals.length > 0, true)
  for (const refusal of refusals) match(refusal, /budget of 1000 tokens for this run is used up/)
})
