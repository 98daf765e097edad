import { GuardianAgent, policyFile } from '@aos/guardian'
import { AOSInstrument, deny, type GuardedRun } from '@aos/sdk'
import { createDecisionJournal } from '@aos/sdk/journal'
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { call, folderWith, spawnCall } from '../testing/call.ts'

const OLD = `version: 1
policies:
  - policy: rate-limit
    limit: 3
    per: hour
    by: process
  - policy: tool-access
    deny: [drop_table]
`

const NEW = `version: 1
policies:
  - policy: tool-access
    deny: [send_mail]
`

interface Recorded {
  readonly directory: string
  readonly at: (name: string) => string
}

/** Lets an agent run twice under the old policies, with what else is to judge it. */
async function recorded(setUp: (agent: AOSInstrument<object>) => void = () => undefined): Promise<Recorded> {
  const at = folderWith({ 'old.yaml': OLD, 'new.yaml': NEW })
  const directory = at('journal')
  const journal = createDecisionJournal({ directory })
  const guardian = new GuardianAgent({ policies: policyFile(at('old.yaml'), { watch: false }) })
  const agent = new AOSInstrument(
    async (_input: string, aos: GuardedRun) => {
      for (const toolName of ['search', 'drop_table', 'send_mail'])
        await aos.toolCall({ toolName, parameters: {} }, () => 'done').catch(() => undefined)
    },
    { agent: { id: 'clerk' }, journal },
  )
  guardian.protect(agent)
  setUp(agent as never)
  await agent.run('first')
  await agent.run('second')
  ok(await journal.close())
  return { directory, at }
}

describe('aos backtest, of what is not whole', () => {
  test('calls no run the same of which the end is missing', async () => {
    const { directory, at } = await recorded()
    const [file = ''] = readdirSync(directory).filter((name) => name.endsWith('.jsonl'))
    const path = join(directory, file)
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    const cut = lines.findIndex((line) => line.includes('send_mail'))
    writeFileSync(path, `${lines.slice(0, cut).join('\n')}\n`)
    const { exitCode, stdout } = await call(['backtest', '--policy', at('old.yaml'), path])
    equal(exitCode, 1, stdout)
    match(stdout, /the same as far as it goes: its journal is not whole/)
  })
})

/** Lets an agent call tools with arguments and results once, under the old policies. */
async function recordedCalls(): Promise<Recorded> {
  const at = folderWith({
    'old.yaml': `version: 1\npolicies:\n  - { policy: tool-access, deny: [drop_table] }\n`,
  })
  const directory = at('journal')
  const journal = createDecisionJournal({ directory })
  const agent = new AOSInstrument(
    async (_input: string, aos: GuardedRun) => {
      const calls = [
        ['lookup', {}, 'card 4111 1111 1111 1111'],
        ['pay', { amount: 500 }, 'paid'],
        ['pay', { amount: 5 }, 'paid'],
        ['drop_table', {}, 'dropped'],
        ['send_mail', { to: 'ana@example.com' }, 'sent'],
      ] as const
      for (const [toolName, parameters, result] of calls)
        await aos.toolCall({ toolName, parameters }, () => result).catch(() => undefined)
    },
    { agent: { id: 'clerk' }, journal },
  )
  const policies = policyFile(at('old.yaml'), { watch: false })
  new GuardianAgent({ policies }).protect(agent, { hooks: ['toolCallRequest', 'toolCallResult'] })
  await agent.run('go')
  ok(await journal.close())
  return { directory, at }
}

interface Report {
  readonly totals: Readonly<Record<string, unknown>>
  readonly runs: readonly {
    readonly determinism: string
    readonly changes: readonly {
      readonly before: string
      readonly now: string
      readonly decision: { readonly name: string; readonly hook: string }
    }[]
    readonly decisions: readonly { readonly name: string; readonly outcome: string; readonly why?: string }[]
  }[]
}

describe('aos backtest', () => {
  test('finds everything the same with the original policies', async () => {
    const { directory, at } = await recorded()
    const { exitCode, stdout, stderr } = await spawnCall([
      'backtest',
      '--policy',
      at('old.yaml'),
      '--json',
      directory,
    ])
    equal(stderr, '')
    const { totals, runs } = JSON.parse(stdout) as Report
    equal(exitCode, 0)
    deepEqual(
      runs.map(({ determinism }) => determinism),
      ['deterministic', 'deterministic'],
    )
    deepEqual([totals['decisions'], totals['same'], totals['changed']], [6, 6, 0])
    match(
      (await call(['backtest', '--policy', at('old.yaml'), directory])).stdout,
      /6 decisions, 0 would be others/,
    )
  })

  test('tells run by run what other policies would have decided', async () => {
    const { directory, at } = await recorded()
    const result = await call(['backtest', '--policy', at('new.yaml'), '--json', directory])
    equal(result.exitCode, 1)
    const { runs, totals } = result.json() as unknown as Report
    deepEqual(
      runs.map(({ changes }) =>
        changes.map(({ before, now, decision }) => `${decision.name}: ${before} -> ${now}`),
      ),
      [
        ['drop_table: deny -> allow', 'send_mail: allow -> deny'],
        // the first run had used up the rate
        ['search: deny -> allow', 'drop_table: deny -> allow'],
      ],
    )
    deepEqual(totals['now'], { deny: 1, modify: 0, ask: 0, allow: 3 })
    const { stdout } = await call(['backtest', '--policy', at('new.yaml'), directory])
    match(stdout, /send_mail {2}toolCallRequest {2}would be denied: .*; was allowed/)
    match(stdout, /drop_table {2}toolCallRequest {2}would be allowed; was denied \(/)
  })

  test('tells what people would be asked now', async () => {
    const { directory, at } = await recorded()
    writeFileSync(
      at('softer.yaml'),
      'version: 1\npolicies:\n  - { policy: approval, tools: send_mail }\n  - { policy: data-protection }\n',
    )
    const result = await call(['backtest', '--policy', at('softer.yaml'), '--json', directory])
    const [first] = (result.json() as unknown as Report).runs
    deepEqual(
      first?.changes.map(({ before, now, decision }) => `${decision.name}: ${before} -> ${now}`),
      ['drop_table: deny -> allow', 'send_mail: allow -> ask'],
    )
    // nobody was asked then, so that nobody's answer is known
    match(
      (await call(['backtest', '--policy', at('softer.yaml'), directory])).stdout,
      /send_mail .* would be asked about/,
    )
  })

  test('takes rules in CEL, and tells what they deny, modify, ask about and allow', async () => {
    const { directory, at } = await recordedCalls()
    writeFileSync(
      at('cel.yaml'),
      `version: 1
policies:
  - policy: cel
    rules:
      - { when: parameters.amount > 100, match: pay, decision: ask, reason: a lot of money }
      - { when: 'true', match: send_mail, decision: deny, reason: nothing leaves }
  - policy: data-protection
    allowTools: [send_mail]
`,
    )
    const result = await call(['backtest', '--policy', at('cel.yaml'), '--json', directory])
    equal(result.exitCode, 1)
    const { runs, totals } = result.json() as unknown as Report
    deepEqual(
      runs.flatMap(({ changes }) =>
        changes.map(({ before, now, decision }) => `${decision.name} ${decision.hook}: ${before} -> ${now}`),
      ),
      [
        'lookup toolCallResult: allow -> modify',
        'pay toolCallRequest: allow -> ask',
        'drop_table toolCallRequest: deny -> allow',
        'send_mail toolCallRequest: allow -> deny',
      ],
    )
    deepEqual(totals['now'], { deny: 1, modify: 1, ask: 1, allow: 1 })
    const { stdout } = await call(['backtest', '--policy', at('cel.yaml'), directory])
    match(stdout, /lookup {2}toolCallResult {2}would be modified: .* \[data-protection\]; was allowed/)
    match(stdout, /pay {2}toolCallRequest {2}would be asked about: a lot of money \[cel\]; was allowed/)
    match(stdout, /send_mail {2}toolCallRequest {2}would be denied: nothing leaves \[cel\]; was allowed/)
    match(stdout, /drop_table {2}toolCallRequest {2}would be allowed; was denied \(/)
    match(stdout, /denied 1, modified 1, asked about 1, allowed 1/)
    const same = await call(['backtest', '--policy', at('old.yaml'), '--json', directory])
    equal((same.json() as unknown as Report).totals['changed'], 0)
  })

  test('asks no OPA, and says of what it would have decided that nobody knows', async () => {
    const { directory, at } = await recordedCalls()
    let asked = 0
    const opa = createServer((_request, response) => {
      asked++
      response.end('{"result":true}')
    }).listen(0, '127.0.0.1')
    await once(opa, 'listening')
    const { port } = opa.address() as AddressInfo
    writeFileSync(
      at('opa.yaml'),
      `version: 1
policies:
  - { policy: opa, url: 'http://127.0.0.1:${port}', path: agents/decision, match: pay }
  - { policy: tool-access, deny: [drop_table] }
`,
    )
    const result = await call(['backtest', '--policy', at('opa.yaml'), '--json', directory])
    opa.close()
    await once(opa, 'close')
    const { runs, totals } = result.json() as unknown as Report
    deepEqual([asked, totals['not_reproducible'], totals['changed'], result.exitCode], [0, 4, 0, 1])
    deepEqual(
      runs.flatMap(({ decisions }) =>
        decisions.flatMap(({ name, why }) => (why === undefined ? [] : [[name, why]])),
      ),
      [
        ['pay', 'outside'],
        // what nobody knows is not executed in a replay, so that it has no result
        ['pay', 'after_divergence'],
        ['pay', 'outside'],
        ['pay', 'after_divergence'],
      ],
    )
  })

  test('says of each decision that cannot be told why, and takes handlers of your own', async () => {
    const { directory, at } = await recorded((agent) => {
      agent.registerHook(
        'toolCallRequest',
        ({ toolName }) => (toolName === 'search' ? deny('not now') : undefined),
        {
          name: 'mine',
        },
      )
    })
    const alone = await call(['backtest', '--policy', at('old.yaml'), directory])
    equal(alone.exitCode, 1)
    match(alone.stdout, /search {2}toolCallRequest {2}not reproducible: handler_not_registered/)
    writeFileSync(
      at('guard.ts'),
      `export default (agent: { registerHook: (...args: readonly unknown[]) => void }): void =>
  agent.registerHook('toolCallRequest', (context: { toolName: string }) =>
    context.toolName === 'search' ? { action: 'DENY', reason: 'not now' } : undefined, { name: 'mine' })\n`,
    )
    const both = await call([
      'backtest',
      '--policy',
      at('old.yaml'),
      '--guard',
      at('guard.ts'),
      '--json',
      directory,
    ])
    equal((both.json() as unknown as Report).totals['not_reproducible'], 0)
  })

  test('names journals that cannot be read, and policies that do not hold', async () => {
    const { directory, at } = await recorded()
    const [first = '', second = ''] = readdirSync(directory)
    appendFileSync(join(directory, second), 'no entry\n')
    const { exitCode, stdout } = await call(['backtest', '--policy', at('old.yaml'), directory])
    equal(exitCode, 3)
    match(stdout, /no decision journal: line \d+ is no JSON {2}not replayed/)
    ok(stdout.includes(first.replace('.jsonl', '')))
    writeFileSync(at('bad.yaml'), 'version: 1\npolicies: [no-such]\n')
    equal((await call(['backtest', '--policy', at('bad.yaml'), directory])).exitCode, 2)
    equal((await call(['backtest', '--policy', at('old.yaml'), '--hooks', 'nohook', directory])).exitCode, 2)
    equal((await call(['backtest', '--policy', at('old.yaml'), at('nowhere')])).exitCode, 3)
  })
})
