import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAosError } from '@aos/sdk'
import { afterEach, beforeEach, describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { GuardianAgent } from '../guardian-agent.ts'
import { parsePolicyFile } from './parse-policy-file.ts'
import { policyFile } from './policy-file.ts'

const GOOD = `version: 1
default: deny
policies:
  - data-protection
  - policy: data-protection
    name: mail only
    match: send_*
    shadow: true
`

function messageOf(work: () => unknown): string {
  let thrown: unknown
  throws(
    () => {
      try {
        work()
      } catch (error) {
        thrown = error
        throw error
      }
    },
    (error) => isAosError(error, 'invalid_policy'),
  )
  ok(thrown instanceof Error)
  return thrown.message
}

describe('a policy file', () => {
  test('holds policies as their factories make them', () => {
    const file = parsePolicyFile(GOOD)
    equal(file.default, 'deny')
    deepEqual(
      file.policies.map(({ name, match, shadow }) => [name, match, shadow]),
      [
        ['data-protection', undefined, undefined],
        ['mail only', 'send_*', true],
      ],
    )
    equal(file.hash.length, 64)
  })

  test('may be JSON', () => {
    const text = JSON.stringify({ version: 1, policies: ['data-protection'] }, null, 2)
    equal(parsePolicyFile(text).policies.length, 1)
  })

  verifies('guardian.policy-file.lines', 'names the line of every mistake', () => {
    const bad: readonly [string, readonly string[]][] = [
      ['', ['p:1: it is no object']],
      ['- a', ['p:1: it is no object']],
      ['version: 1', ['p:1: policies must be a list']],
      ['version: 2\npolicies: []', ['p:1: version must be 1']],
      ['version: "1"\npolicies: []', ['p:1: version must be 1']],
      ['policies: []', ['p:1: version must be 1']],
      ['version: 1\nrules: []\npolicies: []', ['p:2: "rules" is unknown here']],
      ['version: 1\ndefault:\npolicies: [data-protection]', ['default must be allow or deny']],
      ['version: 1\ndefault: maybe\npolicies: []', ['p:2: default must be allow or deny']],
      ['version: 1\npolicies: []', ['p:2: policies is empty']],
      ['version: 1\npolicies:\n  - 7', ['p:3: ']],
      ['version: 1\npolicies:\n  - policy: cel', ['p:3: ', 'factories: { cel']],
      ['version: 1\npolicies:\n  - [a]', ['p:3: a policy is a name or an object']],
      ['version: 1\npolicies:\n  - name: x', ['p:3: ']],
      ['version: 1\npolicies:\n  - data-protecton', ['p:3: ', '"data-protecton"']],
      ['version: 1\npolicies:\n  - policy: data-protection\n    hoks: {}', ['p:4: ', 'hoks']],
      ['version: 1\npolicies:\n  - policy: data-protection\n    match: []', ['p:4: ', 'match']],
      ['version: 1\npolicies:\n  - policy: data-protection\n    shadow: yes', ['p:4: ', 'shadow']],
      ['version: 1\npolicies:\n  - data-protection\n  - data-protection', ['p:4: the name']],
      ['version: 1\nversion: 1\npolicies: []', ['p:2: ']],
      ['version: 1\npolicies:\n  - {', ['p:3: ']],
      ['version: 1\npolicies: !!js/function x', ['p:2: ']],
    ]
    for (const [text, parts] of bad) {
      const message = messageOf(() => parsePolicyFile(text, { file: 'p' }))
      for (const part of parts) ok(message.includes(part), `${JSON.stringify(text)} says ${message}`)
    }
  })

  test('lists all mistakes at once', () => {
    const message = messageOf(() =>
      parsePolicyFile('version: 1\npolicies:\n  - nowhere\n  - neither\n', { file: 'p' }),
    )
    equal(message.split('\n').length, 2)
  })

  test('expands no more aliases than a person writes', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]', 'b: &b [*a, *a, *a, *a, *a, *a, *a, *a]']
    const text = `version: 1\npolicies:\n  - policy: data-protection\n    ${bomb.join('\n    ')}\n    c: [*b, *b, *b, *b, *b]\n`
    messageOf(() => parsePolicyFile(text))
  })
})

describe('a policy file in use', () => {
  let folder = ''
  let path = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'policy-'))
    path = join(folder, 'policies.yaml')
    writeFileSync(path, GOOD)
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  verifies(
    'guardian.policy-file.reload',
    'takes up a change in one step, and keeps the state of what did not change',
    () => {
      const file = policyFile(path, { watch: false })
      const [first, second] = file.policies
      let changes = 0
      file.onChange(() => changes++)
      equal(file.reload(), false)
      writeFileSync(path, GOOD.replace('send_*', 'mail_*'))
      equal(file.reload(), true)
      deepEqual([changes, file.policies[0] === first, file.policies[1] === second], [1, true, false])
      file.close()
    },
  )

  verifies('guardian.policy-file.reload', 'keeps what held where the new content does not', () => {
    const file = policyFile(path, { watch: false })
    const before = [file.policies, file.hash]
    for (const broken of ['', 'version: 1\npolicies:\n  - nowhere', GOOD.slice(0, -20) + '\n  [']) {
      writeFileSync(path, broken)
      messageOf(() => file.reload())
      deepEqual([file.policies, file.hash], before)
    }
    rmSync(path)
    messageOf(() => file.reload())
    deepEqual([file.policies, file.hash], before)
    file.close()
  })

  test('notices a change by itself, also by rename, and tells of one it refused', async () => {
    const errors: unknown[] = []
    let refused: () => void = () => undefined
    const refusal = new Promise<void>((resolve) => (refused = resolve))
    const file = policyFile(path, {
      intervalMs: 10,
      onError: (error) => {
        errors.push(error)
        refused()
      },
    })
    const changed = new Promise<void>((resolve) => file.onChange(resolve))
    const next = join(folder, 'next.yaml')
    writeFileSync(next, 'version: 1\npolicies: [data-protection]\n')
    renameSync(next, path)
    await changed
    equal(file.policies.length, 1)
    writeFileSync(path, 'nonsense')
    await refusal
    deepEqual(
      [file.policies.length, file.refused > 0, isAosError(errors[0], 'invalid_policy')],
      [1, true, true],
    )
    file.close()
  })

  verifies('guardian.policy-file.pins', 'takes only a content that is pinned', () => {
    const { hash } = parsePolicyFile(GOOD)
    const file = policyFile(path, { watch: false, pins: [hash] })
    writeFileSync(path, GOOD.replace('deny', 'allow'))
    ok(messageOf(() => file.reload()).includes('not pinned'))
    equal(file.default, 'deny')
    messageOf(() => policyFile(path, { watch: false, pins: [hash] }))
    file.close()
  })

  test('serves several guardians, and goes on when one of them is closed', async () => {
    const file = policyFile(path, { intervalMs: 10 })
    const guardians = [new GuardianAgent({ policies: file }), new GuardianAgent({ policies: file })] as const
    const step = { hook: 'toolCallRequest', tool: 'search', parameters: { query: 'papers' } } as const
    const changed = new Promise<void>((resolve) => file.onChange(resolve))
    equal((await guardians[1].evaluate(step)).decision, 'deny')
    await guardians[0].close()
    writeFileSync(path, GOOD.replace('default: deny', 'default: allow'))
    await changed
    equal((await guardians[1].evaluate(step)).decision, 'allow')
    await guardians[1].close()
    file.close()
  })

  test('must be there', () => {
    messageOf(() => policyFile(join(folder, 'nowhere.yaml')))
    messageOf(() => policyFile(folder))
  })
})
