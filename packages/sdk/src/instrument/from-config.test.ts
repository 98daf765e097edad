import { deepEqual, equal, rejects } from 'node:assert/strict'
import { describe } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { guardedAgent, outcomeOf, type GuardedAgent } from '../../../../test/support/guarded-agent.ts'
import { allow, AOSInstrument, deny, isDenied, type AOSOptions, type GuardedRun } from '../index.ts'

const configOf = (hooks: readonly unknown[]): object => ({
  name: 'research-assistant',
  aos: { instrumentation: { enabled: true, hooks } },
})

const REQUIRED = { hook: 'toolCallRequest', required: true }

/** An agent that calls two tools and tells what became of each. */
function twoTools(effects: string[], options: AOSOptions = {}): GuardedAgent {
  return guardedAgent(async (aos) => {
    const codes: string[] = []
    for (const toolName of ['search', 'delete']) {
      const outcome = await outcomeOf(
        aos.toolCall({ toolName, parameters: {} }, () => effects.push(toolName)),
      )
      if ('error' in outcome && isDenied(outcome.error)) codes.push(...outcome.error.denial.reasonCodes)
    }
    return codes
  }, options)
}

describe('hooks that a configuration enables', () => {
  verifies('aos-sdk.instrument.expected-hooks', 'until a handler that is no shadow judges them', async () => {
    const config = AOSInstrument.fromConfig(configOf(['message', 'steps/toolCallRequest']))
    deepEqual([config.hooks, config.requiredHooks], [['message', 'toolCallRequest'], []])
    const agent = config.instrument(async (_input: unknown, aos: GuardedRun) =>
      aos.toolCall({ toolName: 'search', parameters: {} }, () => 'found'),
    )
    const unhandled = (): unknown => agent.describe().unhandled.map(({ hook }) => hook)
    deepEqual(unhandled(), ['message', 'toolCallRequest'])
    equal(await agent.run('go'), 'found')
    agent.registerHook('message', () => allow(), { shadow: true })
    const remove = agent.registerHook('toolCallRequest', () => allow())
    deepEqual(unhandled(), ['message'])
    remove()
    deepEqual(unhandled(), ['message', 'toolCallRequest'])
  })

  verifies('aos-sdk.instrument.required-hooks', 'denied until handled, and again afterwards', async () => {
    const effects: string[] = []
    const { options } = AOSInstrument.fromConfig(configOf(['message', REQUIRED]))
    const { agent, recorder } = twoTools(effects, options)
    deepEqual(agent.describe().unhandled, [
      { hook: 'message', required: false },
      { hook: 'toolCallRequest', required: true },
    ])
    deepEqual(agent.describe().hooks, [])
    deepEqual(await agent.run('go'), ['hook_unhandled', 'hook_unhandled'])
    const [decision] = recorder.decisions()
    deepEqual([decision?.by, decision?.verdict, decision?.enforced], ['aos.required', 'deny', 'denied'])
    agent.registerHook('toolCallRequest', () => deny('would be'), { shadow: true })
    deepEqual(await agent.run('go'), ['hook_unhandled', 'hook_unhandled'])
    deepEqual(effects, [])
    const remove = agent.registerHook('toolCallRequest', () => undefined)
    deepEqual([await agent.run('go'), effects.splice(0)], [[], ['search', 'delete']])
    remove()
    deepEqual([await agent.run('go'), effects], [['hook_unhandled', 'hook_unhandled'], []])
  })

  verifies('aos-sdk.instrument.required-hooks', 'a handler for some tools judges those only', async () => {
    const effects: string[] = []
    const { agent } = twoTools(effects, { requiredHooks: ['toolCallRequest'] })
    agent.registerHook('toolCallRequest', () => allow(), { match: 'sea*' })
    deepEqual([await agent.run('go'), effects], [['hook_unhandled'], ['search']])
    deepEqual(agent.describe().unhandled, [])
  })

  verifies('aos-sdk.instrument.required-hooks', 'a handler of an outer agent does not stand in', async () => {
    const effects: string[] = []
    const { agent } = twoTools(effects, { requiredHooks: ['toolCallRequest'] })
    const outer = guardedAgent(() => agent.run('inside'))
    outer.agent.registerHook('toolCallRequest', () => allow())
    deepEqual([await outer.agent.run('go'), effects], [['hook_unhandled', 'hook_unhandled'], []])
  })

  verifies(
    'aos-sdk.instrument.required-hooks',
    'at the entry, the run rejects before anything ran',
    async () => {
      const effects: string[] = []
      const config = AOSInstrument.fromManifest({
        kind: 'Agent',
        metadata: { name: 'a' },
        spec: {
          observability: { aos: { instrumentation: { hooks: [{ hook: 'agentTrigger', required: true }] } } },
        },
      })
      const options = { requiredHooks: undefined } as unknown as AOSOptions
      const agent = config.instrument(async () => effects.push('ran'), options)
      await rejects(agent.run('go'), {
        message: 'Denied: no handler judges this, and agentTrigger is required',
      })
      deepEqual(effects, [])
    },
  )
})
