import { expect, test } from 'vitest'
import { GuardianAgent } from '../guardian-agent.ts'
import { parsePolicyFile } from '../policy-file/parse-policy-file.ts'
import { celPolicy } from './cel-policy.ts'

const FILE = `version: 1
policies:
  - policy: cel
    name: payments
    rules:
      - when: parameters.amount > 100
        decision: deny
        reason: Too much
`

test('a policy file says CEL rules where their factory is given', async () => {
  const { policies } = parsePolicyFile(FILE, { factories: { cel: celPolicy } })
  const guardian = new GuardianAgent({ policies })
  const response = await guardian.evaluate({
    hook: 'toolCallRequest',
    tool: 'pay',
    parameters: { amount: 101 },
  })
  expect(response).toMatchObject({ action: 'DENY', policies: ['payments'] })
})

test('a broken expression is told with its line, and the name is unknown without the factory', () => {
  const broken = FILE.replace('> 100', '>')
  expect(() => parsePolicyFile(broken, { file: 'p.yaml', factories: { cel: celPolicy } })).toThrow(
    /p\.yaml:5: .*rules\[0\].*no CEL expression/,
  )
  expect(() => parsePolicyFile(FILE)).toThrow(/no built-in policy "cel"/)
})

test('a guardian takes definitions of a registered factory', async () => {
  const rules = [{ when: 'tool == "pay"', decision: 'deny', reason: 'no' }]
  const guardian = new GuardianAgent({ policies: [{ policy: 'cel', rules }], factories: { cel: celPolicy } })
  const response = await guardian.evaluate({ hook: 'toolCallRequest', tool: 'pay', parameters: {} })
  expect(response.action).toBe('DENY')
})
