import { deepEqual } from 'node:assert/strict'
import { test } from 'vitest'
import { stepOf } from '../../../../test/support/policy-step.ts'
import { parsePolicyFile } from '../policy-file/parse-policy-file.ts'
import { PolicySet } from '../policy/policy-set.ts'

const FILE = `version: 1
default: allow
policies:
  - policy: tool-access
    deny: [exec*, 'mcp:untrusted/*']
  - policy: argument-constraints
    rules:
      - tools: read_file
        only: true
        arguments:
          path: { path: { allow: /srv/data, deny: '**/.env', base: /srv/data } }
      - tools: send_email
        arguments:
          to: { email: { allow: example.com } }
          cc: { email: { allow: example.com }, optional: true }
      - tools: query
        arguments:
          sql: { sql: { verbs: [SELECT] } }
      - tools: fetch
        schema: { type: object, required: [url], properties: { method: { enum: [GET] } } }
        arguments:
          url: { url: { allow: ['*.example.com'], schemes: https } }
  - policy: time-window
    zone: UTC
    tools: deploy
    allow: { days: mon-sun, from: '00:00', to: '24:00' }
  - policy: rate-limit
    limit: 2
    per: hour
    by: session
    tools: limited
  - policy: loop-detection
    repeats: 3
    action: deny
  - policy: approval
    tools: pay
    unless: { amount: { schema: { type: number, maximum: 100 } } }
  - policy: cost-control
    maxUsdPerCall: 50
    toolCosts: { generate_image: { usd: 0.08, times: count } }
    budgets: [{ by: run, calls: 100 }, { by: session, usd: 20 }]
`

const CALLS: readonly (readonly [string, unknown, string])[] = [
  ['search', { q: 1 }, 'allow'],
  ['Exec_shell', {}, 'tool_denied'],
  ['read_file', { path: 'a.txt' }, 'allow'],
  ['read_file', { path: '../a.txt' }, 'path_denied'],
  ['read_file', { path: 'a.txt', as: 'root' }, 'argument_invalid'],
  ['send_email', { to: 'a@example.com' }, 'allow'],
  ['send_email', { to: 'a@evil.com' }, 'email_denied'],
  ['send_email', {}, 'argument_missing'],
  ['query', { sql: 'SELECT 1' }, 'allow'],
  ['query', { sql: 'WITH x AS (DELETE FROM t RETURNING 1) SELECT 1' }, 'sql_verb'],
  ['fetch', { url: 'https://api.example.com/' }, 'allow'],
  ['fetch', { url: 'https://127.0.0.1/' }, 'url_denied'],
  ['fetch', { url: 'https://api.example.com/', method: 'PUT' }, 'argument_invalid'],
  ['deploy', {}, 'allow'],
  ['limited', { n: 1 }, 'allow'],
  ['limited', { n: 2 }, 'allow'],
  ['limited', { n: 3 }, 'rate_limited'],
  ['pay', { amount: 5 }, 'allow'],
  ['pay', { amount: 500 }, 'ask'],
  ['generate_image', { count: 1000 }, 'cost_threshold'],
  ['same', {}, 'allow'],
  ['same', {}, 'allow'],
  ['same', {}, 'loop_repeat'],
]

test('one file says them all, and each one holds', async () => {
  const policies = new PolicySet(parsePolicyFile(FILE).policies)
  const said: unknown[] = []
  for (const [at, [toolName, value]] of CALLS.entries()) {
    const { decision, reasonCode } = await policies.decide(
      stepOf({ decisionId: `dec_${at}`, toolName, value }),
    )
    said.push([toolName, value, reasonCode[0] ?? decision])
  }
  deepEqual(said, CALLS)
})
