import { deepEqual, equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'vitest'
import { aRun, call, folderWith, start } from '../testing/call.ts'

const EVENT = {
  schema_version: 'agent_activity.v1',
  event_type: 'tool.started',
  session_id: 's1',
  team_id: '7f3b7c1e-5b52-4a4a-9a3e-0d8a1f1f9a11',
  source: { kind: 'custom', name: 'mine', version: '1' },
  tool: { name: 'search' },
}

describe('aos validate', () => {
  test('tells by the content what a file holds, and names everything that is wrong with it', async () => {
    const at = folderWith({
      'good.json': aRun(),
      'bad.json': { ...aRun(), status: 'done', steps: [{ id: 's1', type: 'dance' }] },
      'events.jsonl': `${JSON.stringify(EVENT)}\n${JSON.stringify({ ...EVENT, session_id: undefined })}\n`,
      'pack.json': { evidence_pack_id: 'evp:1', schema_version: '0.1.0' },
      'page.json': { runs: [aRun(), aRun()], total: 2 },
    })
    const files = ['good.json', 'bad.json', 'events.jsonl', 'pack.json', 'page.json'].map(at)
    const { exitCode, json } = await call(['validate', '--json', ...files])
    equal(exitCode, 1)
    const { documents, valid } = json() as {
      readonly valid: boolean
      readonly documents: readonly {
        readonly kind: string
        readonly line?: number
        readonly valid: boolean
        readonly issues: readonly { readonly path: string }[]
      }[]
    }
    equal(valid, false)
    deepEqual(
      documents.map((one) => [one.kind, one.line, one.valid]),
      [
        ['AgentRun', undefined, true],
        ['AgentRun', undefined, false],
        ['activity event', 1, true],
        ['activity event', 2, false],
        ['evidence pack', undefined, false],
        ['AgentRun', undefined, true],
        ['AgentRun', undefined, true],
      ],
    )
    const paths = documents[1]?.issues.map(({ path }) => path) ?? []
    deepEqual(
      ['/status', '/steps/0/type', '/steps/0/started_at'].filter((path) => !paths.includes(path)),
      [],
    )
  })

  test('ends with 0 where all is valid', async () => {
    const at = folderWith({ 'run.json': aRun() })
    const { exitCode, stdout, stderr } = await call(['validate', at('run.json')])
    deepEqual([exitCode, stdout, stderr], [0, `${at('run.json')}  AgentRun  valid\n`, ''])
  })

  test('names each mistake of a policy file, with its line and how to mend it', async () => {
    const at = folderWith({
      'good.yaml': `version: 1
policies:
  - data-protection
  - policy: cel
    rules: [{ when: 'parameters.amount > 100', decision: ask, reason: much }]
  - { policy: opa, url: 'http://127.0.0.1:8181', path: agents/decision }
`,
      'good.json': { version: 1, policies: ['data-protection'] },
      'bad.yaml': `version: 1
policies:
  - policy: tool-acess
  - policy: rate-limit
    limit: many
  - policy: cel
    rules: [{ when: 'parameters.amount >', decision: ask, reason: much }]
`,
    })
    const good = await call(['validate', at('good.yaml'), at('good.json')])
    deepEqual(
      [good.exitCode, good.stdout],
      [0, `${at('good.yaml')}  policy file  valid\n${at('good.json')}  policy file  valid\n`],
    )
    const { exitCode, stdout, json } = await call(['validate', at('bad.yaml'), '--json'])
    equal(exitCode, 1, stdout)
    const [{ issues } = { issues: [] }] = json()['documents'] as readonly {
      readonly issues: readonly { readonly line: number; readonly message: string; readonly fix?: string }[]
    }[]
    deepEqual(
      issues.map(({ line, fix }) => [line, typeof fix]),
      [
        [3, 'string'],
        [5, 'string'],
        [7, 'string'],
      ],
    )
    const text = await call(['validate', at('bad.yaml')])
    match(text.stdout, /bad\.yaml {2}policy file {2}not valid\n {2}line 3: .*"tool-acess".* {2}\(/)
  })

  test('says what cannot be read or is not known, and checks the rest', async () => {
    const at = folderWith({ 'run.json': aRun(), 'other.json': { a: 1 }, 'broken.json': '{"agent_id": ' })
    const { exitCode, stdout } = await call([
      'validate',
      ...['none', 'run.json', 'other.json', 'broken.json'].map(at),
    ])
    equal(exitCode, 3)
    match(stdout, /run\.json {2}AgentRun {2}valid/)
    match(stdout, /other\.json {2}unknown {2}not valid/)
    match(stdout, /broken\.json {2}unknown {2}not valid/)
    match(stdout, /none cannot be read \(ENOENT\)/)
  })

  test('reads the standard input, and finds nothing valid in an empty list', async () => {
    const child = start(['validate', '-'], {}, JSON.stringify(aRun()))
    const [said] = (await once(child.stdout, 'data')) as [Buffer]
    deepEqual([said.toString(), await once(child, 'close')], ['-  AgentRun  valid\n', [0, null]])
    const at = folderWith({ 'empty.json': [] })
    deepEqual((await call(['validate', at('empty.json')])).exitCode, 1)
  })

  test('says of a file that holds nothing that it does, beside one that is valid', async () => {
    const at = folderWith({ 'run.json': aRun(), 'empty.json': [], 'page.json': { runs: [] } })
    for (const empty of ['empty.json', 'page.json']) {
      const { exitCode, stdout } = await call(['validate', at('run.json'), at(empty)])
      equal(exitCode, 1, empty)
      match(
        stdout,
        /run\.json {2}AgentRun {2}valid\n.*(?:empty|page)\.json {2}unknown {2}not valid\n.*it holds nothing/,
      )
    }
  })

  test('lets nothing of a file steer the terminal', async () => {
    const at = folderWith({ 'run.json': { ...aRun(), steps: [{ '\u001B[31m': 1, id: '\u001B]0;x' }] } })
    const { stdout } = await call(['validate', at('run.json')])
    equal(stdout.includes('\u001B'), false)
  })
})
