import { verifyAgBOM } from '@aos/inspect'
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, test } from 'vitest'
import { call, folderWith, pemKeys, start } from '../testing/call.ts'
import { once } from 'node:events'

// below this package, so that its modules find the packages that they import
const out = join(import.meta.dirname, '..', '..', 'out')
mkdirSync(out, { recursive: true })
const folder = mkdtempSync(join(out, 'modules-'))
afterAll(() => rmSync(folder, { recursive: true }))

function module(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

describe('aos agbom', () => {
  test('lists what an agent is made of, and signs it', async () => {
    const { privateKey, publicKey } = pemKeys()
    const agent = module(
      'agent.ts',
      `export default async (input: string): Promise<string> => input\nexport const none = 5\n`,
    )
    const at = folderWith({ 'key.pem': privateKey })
    const printed = await call(['agbom', agent, '--packages', 'none', '--json'])
    deepEqual([printed.exitCode, printed.json()['bomFormat']], [0, 'CycloneDX'])
    const written = await call([
      'agbom',
      agent,
      '--format',
      'spdx',
      '--out',
      at('bom.spdx'),
      '--sign',
      at('key.pem'),
    ])
    deepEqual([written.exitCode, written.stderr], [0, ''])
    const bom = readFileSync(at('bom.spdx'), 'utf8')
    match(bom, /^SPDXVersion: SPDX-2\.3/)
    ok(verifyAgBOM(bom, readFileSync(at('bom.spdx.jws'), 'utf8'), { publicKey }))
  })

  test('says what is wrong with the module', async () => {
    const broken = module('broken.ts', 'throw new Error("the model is not there")\n')
    const none = module('none.ts', 'export const five = 5\n')
    const calls: readonly (readonly [args: readonly string[], exitCode: number, said: RegExp])[] = [
      [['./no-module.ts'], 3, /There is no module/],
      [[broken], 3, /why: the model is not there/],
      [[none], 2, /no default export[^]*--export: five/],
      [[none, '--export', 'five'], 2, /exports no agent, but a number/],
      [[none, '--sign', 'key.pem'], 2, /--sign needs --out/],
      [[none, '--format', 'word'], 2, /Allowed choices are cyclonedx/],
    ]
    for (const [args, code, said] of calls) {
      const { exitCode, stderr } = await call(['agbom', ...args])
      equal(exitCode, code, args.join(' '))
      match(stderr, said)
    }
  })
})

describe('aos bench', () => {
  test('runs a pack that comes along, reports, and compares with an earlier report', async () => {
    const agent = (guard: boolean): string =>
      module(
        `bench-${guard}.ts`,
        `import { GuardianAgent } from '@aos/guardian'
import { scriptedAgent, type World } from '@aos/records/evals'
import { AOSInstrument } from '@aos/sdk'
export default (_task: unknown, world: World): object => {
  const { approve, toolKinds } = world
  const agent = new AOSInstrument(scriptedAgent(world), { onApproval: approve, toolKinds })
  ${guard ? 'new GuardianAgent({ policies: world.policies }).protect(agent)' : ''}
  return agent
}
`,
      )
    const at = folderWith()
    const pack = 'approvals-and-privileges'
    const good = await call(['bench', pack, '--agent', agent(true), '--out', at('good.json')])
    deepEqual([good.exitCode, good.stderr], [0, `wrote ${at('good.json')}\n`])
    match(good.stdout, /passed \(100 %/)
    const bad = await call([
      'bench',
      pack,
      '--agent',
      agent(false),
      '--baseline',
      at('good.json'),
      '--markdown',
    ])
    equal(bad.exitCode, 1)
    match(bad.stdout, /^## approvals-and-privileges[^]*REGRESSION/)
    const live = await call(['bench', pack, '--agent', agent(true), '--json'], { isTTY: true })
    match(live.stderr, /\[#{20}\] (\d+) of \1 /)
    equal(live.json()['pack'], pack)
  })

  test('says what is wrong with a pack, and validate names it too', async () => {
    const at = folderWith({ 'pack.yaml': 'version: 1\nid: x\ntasks:\n  - id: a\n', 'report.json': {} })
    const agent = module('any.ts', 'export default () => undefined\n')
    const bad = await call(['bench', at('pack.yaml'), '--agent', agent])
    deepEqual([bad.exitCode, /is no pack: line 4: /.test(bad.stderr)], [3, true])
    match(
      (await call(['validate', at('pack.yaml')])).stdout,
      /eval pack {2}not valid\n {2}line 4: \/tasks\/0/,
    )
    equal((await call(['bench', 'data-exfiltration', '--agent', agent, '--repeat', 'x'])).exitCode, 2)
    equal(
      (await call(['bench', 'data-exfiltration', '--agent', agent, '--baseline', at('report.json')]))
        .exitCode,
      3,
    )
    equal((await call(['bench', 'no-such-pack', '--agent', agent])).exitCode, 3)
  })
})

describe('aos doctor', () => {
  test('asks a server, and tells of Node', async () => {
    const child = start(['serve', '--port', '0', '--store', ':memory:', '--json'])
    const [said] = (await once(child.stdout, 'data')) as [Buffer]
    const { url } = JSON.parse(said.toString()) as { readonly url: string }
    const good = await call(['doctor', '--server', url])
    match(good.stdout, /^ok {7}Node \d+/)
    match(good.stdout, /ok {7}http:\/\/127\.0\.0\.1:\d+ takes runs, agent-run 0\.1\.0/)
    equal(good.exitCode, 0)
    child.kill('SIGTERM')
    await once(child, 'exit')
    const gone = await call(['doctor', '--server', url, '--json'])
    equal(gone.exitCode, 1)
    const checks = gone.json()['checks'] as readonly { readonly code: string; readonly message: string }[]
    match(
      checks.find(({ code }) => code === 'server_unreachable')?.message ?? '',
      /does not answer \(ECONNREFUSED\)/,
    )
    equal((await call(['doctor', '--server', 'nowhere'])).exitCode, 2)
  })

  test('loads the module that sets telemetry up, and looks at what it made', async () => {
    const mark = join(folder, 'loaded')
    const setUp = module(
      'telemetry.ts',
      `import { writeFileSync } from 'node:fs'\nwriteFileSync(${JSON.stringify(mark)}, '')\n`,
    )
    const { json } = await call(['doctor', setUp, '--json'])
    ok(existsSync(mark))
    const codes = (json()['checks'] as readonly { readonly code: string }[]).map(({ code }) => code)
    ok(codes.includes('no_global_provider') || codes.includes('no_context_manager'), codes.join())
  })
})
