import { GuardianAgent, policyFile } from '@aos/guardian'
import { AOSInstrument, deny, type GuardedRun } from '@aos/sdk'
import { createDecisionJournal } from '@aos/sdk/journal'
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs'
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

interface Report {
  readonly totals: Readonly<Record<string, unknown>>
  readonly runs: readonly {
    readonly determinism: string
    readonly changes: readonly {
      readonly before: string
      readonly now: string
      readonly decision: { readonly name: string }
    }[]
    readonly decisions: readonly { readonly outcome: string; readonly why?: string }[]
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
