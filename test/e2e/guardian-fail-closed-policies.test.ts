import { GuardianAgent, policyFile, type Policy } from '@aos/guardian'
import { allow, ask, isAosError, type AOSOptions } from '@aos/sdk'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { denialCodes, PAYING_AGENTS } from '../support/fail-closed/agents.ts'
import { POLICY_FAULTS } from '../support/fail-closed/local.ts'
import { deferred } from '../support/guarded-agent.ts'

// whatever a policy does wrong, and whatever goes wrong around it, the tool that it judges does not run

const guardians: GuardianAgent[] = []
const folders: string[] = []

afterEach(async () => {
  await Promise.all(guardians.splice(0).map((guardian) => guardian.close()))
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function guardianOf(policies: ConstructorParameters<typeof GuardianAgent>[0]['policies'], timeoutMs = 1000) {
  const guardian = new GuardianAgent({ policies, timeoutMs })
  guardians.push(guardian)
  return guardian
}

function policy(evaluate: Policy['evaluate']): Policy {
  return { name: 'own', hooks: ['toolCallRequest'], evaluate }
}

const fine = policy(() => allow())

function fileOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'aos-policies-'))
  folders.push(folder)
  const path = join(folder, 'policies.yaml')
  writeFileSync(path, text)
  return path
}

const NO_PAYING = 'version: 1\npolicies:\n  - policy: tool-access\n    deny: pay\n'
const BROKEN: readonly string[] = [
  '',
  'version: 1',
  'version: 2\npolicies: []',
  'version: 1\npolicies:\n  - tool-acess',
  'version: 1\npolicies:\n  - policy: tool-access\n    deney: pay',
  'version: 1\npolicies:\n  - {',
  'version: 1\npolicies: !!js/function x',
]

const AUDITS: readonly (readonly [string, NonNullable<AOSOptions['audit']>])[] = [
  ['rejects', { append: () => Promise.reject(new Error('disk full')) }],
  [
    'throws',
    {
      append: () => {
        throw new Error('disk full')
      },
    },
  ],
]

describe.each(PAYING_AGENTS)('%s', (_name, make) => {
  test('pays where the policy allows', async () => {
    const { agent, effects, run } = make()
    guardianOf([fine]).protect(agent)
    await run()
    expect(effects).toEqual([{ to: 'acme', amount: 5 }])
  })

  test.each(POLICY_FAULTS)('does not pay under a policy that $what', async ({ policies, code }) => {
    const { agent, effects, recorder, run } = make()
    guardianOf(policies, code === 'policy_timeout' ? 20 : 5000).protect(agent)
    await run()
    expect(effects).toEqual([])
    expect(denialCodes(recorder)).toContain(code)
  })

  test.each(AUDITS)('does not pay where the audit trail %s', async (_what, audit) => {
    const { agent, effects, recorder, run } = make({ audit })
    guardianOf([fine]).protect(agent)
    await run()
    expect([effects, denialCodes(recorder)]).toEqual([[], ['audit_unavailable']])
  })

  test('does not pay where nobody can approve', async () => {
    const { agent, effects, run } = make()
    guardianOf([policy(() => ask('sure?'))]).protect(agent)
    await run()
    expect(effects).toEqual([])
  })

  test('does not pay under a guardian that is closed', async () => {
    const { agent, effects, run } = make()
    const guardian = guardianOf([fine])
    guardian.protect(agent)
    await guardian.close()
    await run()
    expect(effects).toEqual([])
  })

  test('does not pay where it is killed while the decision is made', async () => {
    const { agent, effects, run } = make()
    const asked = deferred()
    const decision = deferred<ReturnType<typeof allow>>()
    const guardian = guardianOf(
      [
        policy(() => {
          asked.resolve()
          return decision.promise
        }),
      ],
      5000,
    )
    guardian.protect(agent)
    const running = run()
    await asked.promise
    guardian.kill('stop')
    decision.resolve(allow())
    await running
    expect(effects).toEqual([])
  })

  test('does not pay where it is killed between the decision and its record', async () => {
    const deciding = deferred()
    const kept = deferred()
    const audit = {
      append: () => {
        deciding.resolve()
        return kept.promise
      },
    }
    const { agent, effects, run } = make({ audit })
    const guardian = guardianOf([fine])
    guardian.protect(agent)
    const running = run()
    await deciding.promise
    guardian.kill('stop')
    kept.resolve()
    await running
    expect(effects).toEqual([])
  })

  test('does not pay by a handler that passes over its verdict', async () => {
    const { agent, effects, run } = make()
    const guardian = guardianOf([policy(() => ({ decision: 'deny', message: 'no' }))])
    agent.registerHook('toolCallRequest', async ({ toolName, parameters }) => {
      await guardian.evaluate({ hook: 'toolCallRequest', tool: toolName, parameters })
    })
    await run()
    expect(effects).toEqual([])
  })

  test('does not pay by a handler that does not wait for its verdict', async () => {
    const { agent, effects, run } = make()
    const guardian = guardianOf([policy(async () => ({ decision: 'deny', message: 'no' }))])
    agent.registerHook('toolCallRequest', ({ toolName, parameters }) => {
      void guardian.evaluate({ hook: 'toolCallRequest', tool: toolName, parameters })
    })
    await run()
    expect(effects).toEqual([])
  })

  test.each(BROKEN)('keeps to its policies where their file becomes %j', async (text) => {
    const path = fileOf(NO_PAYING)
    const file = policyFile(path, { watch: false })
    const { agent, effects, run } = make()
    guardianOf(file).protect(agent)
    writeFileSync(path, text)
    expect(() => file.reload()).toThrow(expect.objectContaining({ code: 'invalid_policy' }))
    await run()
    expect(effects).toEqual([])
  })
})

test.each(BROKEN)('there is no guardian of the file %j', (text) => {
  let thrown: unknown
  try {
    guardianOf(policyFile(fileOf(text), { watch: false }))
  } catch (error) {
    thrown = error
  }
  expect(isAosError(thrown, 'invalid_policy')).toBe(true)
})
