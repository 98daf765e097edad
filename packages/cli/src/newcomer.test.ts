import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { describe, test } from 'vitest'
import { aRun, call, folderWith, pemKeys } from './testing/call.ts'

const { privateKey, publicKey } = pemKeys()
const at = folderWith({
  'run.json': aRun(),
  'broken.json': '{ "agent_id": ',
  'empty.json': '',
  'key.pem': privateKey,
  'public.pem': publicKey,
  'object.mjs': 'export default { a: 1 }\n',
  'function.mjs': 'export default () => "done"\n',
  'broken.mjs': 'this is no module\n',
  'policies.yaml': 'version: 1\npolicies: [data-protection]\n',
})
const home = folderWith()
const env = { HOME: home(''), XDG_DATA_HOME: home(''), LOCALAPPDATA: home('') }
const key = ['--key', at('key.pem')]

/** What somebody does who does not know the program, the code it ends with, and what it says. */
const CALLS: readonly (readonly [args: readonly string[], exitCode: number, said: RegExp])[] = [
  [['emit'], 2, /no command is given\n {2}fix: aos emit --help/],
  [['help', 'nope'], 2, /unknown command 'nope'/],
  [['record', 'comand'], 2, /Did you mean command\?[^]*fix: aos record --help/],
  [['sign', at('run.json')], 2, /--key <key>' not specified\n {2}fix: aos sign --help/],
  [['sign', at('run.json'), '--key', at('public.pem')], 2, /public\.pem holds no private Ed25519 key/],
  [['sign', at('run.json'), '--key', at('none')], 3, /none cannot be read \(ENOENT\)/],
  [['sign', at('run.json'), ...key, '--out', at('no/where')], 3, /cannot be written \(ENOENT\)/],
  [['verify', at('run.json'), '--key', at('run.json')], 2, /run\.json holds no public Ed25519 key/],
  [['hash', at('')], 3, /cannot be read \(EISDIR\)/],
  [['hash', at('broken.json')], 3, /is no JSON/],
  [['export'], 3, /There are no runs in .*runs\.db: it does not exist/],
  [['import', at('run.json'), '--to', 'ftp://me:secret@host'], 2, /Runs cannot be kept in ftp:/],
  [['serve', '--host', '0.0.0.0'], 2, /open to everybody who reaches 0\.0\.0\.0[^]*fix: .*--key-create/],
  [['serve', '--store', at('key.pem')], 3, /cannot be opened: file is not a database/],
  [['view', at('none')], 3, /no spans to show\n {2}why: none cannot be read \(ENOENT\)/],
  [['view', at('run.json'), '--width', 'wide'], 2, /--width wide is no number/],
  [['guardian', '--policy', at('none.yaml')], 3, /--policy .*none\.yaml cannot be read/],
  [['guardian', '--policy', at('policies.yaml'), '--host', '0.0.0.0'], 2, /so it needs --tokens/],
  [['guardian', '--policy', at('policies.yaml'), ...key], 2, /--key and --cert go together\n {2}fix: aos/],
  [
    ['guardian', '--policy', at('policies.yaml'), '--port', '0', ...key, '--cert', at('run.json')],
    3,
    /no key and certificate that belong together/,
  ],
  [['agbom', at('object.mjs')], 3, /exports nothing that is known as an agent/],
  [['agbom', at('object.mjs'), '--export', 'agent'], 2, /has no export agent[^]*default/],
  [['agbom', at('broken.mjs')], 3, /broken\.mjs cannot be loaded/],
  [['doctor', at('none.mjs')], 3, /There is no module/],
  [['bench', 'nope', '--agent', at('function.mjs')], 3, /There is no pack nope[^]*data-exfiltration/],
  [['backtest', '--policy', at('policies.yaml'), at('')], 3, /There is no journal in/],
  [['backtest', '--policy', at('none.yaml'), at('')], 3, /none\.yaml cannot be read/],
]

describe('aos, called for the first time', () => {
  test('says of each mistake what is wrong and what to do, as a document with --json', async () => {
    equal((await call(['export'], { env })).exitCode, 3)
    deepEqual(readdirSync(home('')), [])
    for (const [args, exitCode, said] of CALLS) {
      const told = await call(args, { env })
      deepEqual([args, told.exitCode, told.stdout], [args, exitCode, ''])
      match(told.stderr, said)
      match(told.stderr, /^aos: [^]*\n {2}fix: /, args.join(' '))
      // no stack, and no path of the program
      ok(!/ {4}at |node_modules|packages\/cli/.test(told.stderr), told.stderr)
      ok(!told.stderr.includes('secret') && !told.stderr.includes('PRIVATE'))
      if (args.length === 1 || args[0] === 'help' || args[0] === 'record' || args[0] === 'view') continue
      const asJson = await call([...args, '--json'], { env })
      equal(asJson.exitCode, args[0] === 'export' ? 2 : exitCode)
      deepEqual(Object.keys(asJson.json()), ['error'], args.join(' '))
    }
  })

  test('says why a file is of no kind that it knows', async () => {
    const files = ['broken.json', 'empty.json', 'key.pem'].map(at)
    const { exitCode, stdout } = await call(['validate', ...files])
    equal(exitCode, 1)
    match(stdout, /broken\.json {2}unknown {2}not valid\n {2}.*it is no JSON: .*\n/)
    match(stdout, /empty\.json {2}unknown {2}not valid\n {2}.*: it is empty\n/)
    equal(stdout.split('\n').length, 7)
  })

  test('makes a bill of materials in formats that have no form in JSON', async () => {
    for (const format of ['swid', 'spdx']) {
      const args = ['agbom', at('function.mjs'), '--format', format, '--packages', 'none']
      const { exitCode, stdout } = await call(args)
      equal(exitCode, 0)
      const asJson = (await call([...args, '--json'])).json()
      deepEqual([Object.keys(asJson), asJson['format']], [['format', 'text'], format])
      equal(String(asJson['text']).trimEnd().split('\n').length, stdout.trimEnd().split('\n').length)
    }
  })

  test('shows how far long work has got, on a terminal only', async () => {
    const args = ['verify', at('run.json'), at('run.json')]
    match((await call(args, { isTTY: true })).stderr, /1 of 2 files verified/)
    equal((await call(args)).stderr, '')
  })

  test('says in an attempt that no agent was made', async () => {
    const args = ['bench', 'data-exfiltration', '--agent', at('function.mjs')]
    const { exitCode, stdout } = await call(args)
    equal(exitCode, 1)
    match(stdout, /could not be made: .*function\.mjs made no instrumented agent/)
  })
})
