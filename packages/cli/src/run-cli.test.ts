import { deepEqual, equal, match } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { VERSION } from '@aos/sdk'
import { aRun, call, folderWith, pemKeys, spawnCall } from './testing/call.ts'

const COMMANDS: readonly (readonly [name: string, ...rest: string[]])[] = [
  ...[
    'validate',
    'hash',
    'sign',
    'verify',
    'serve',
    'export',
    'import',
    'view',
    'guardian',
    'agbom',
    'backtest',
    'bench',
    'doctor',
  ].map((name): readonly [string] => [name]),
  ['record', 'command'],
  ['observe', 'command'],
  ['emit', 'lifecycle'],
]

describe('aos', () => {
  test('tells of its commands, each with an example and its exit codes', async () => {
    const { stdout, exitCode } = await call(['--help'])
    equal(exitCode, 0)
    const names = [...stdout.matchAll(/^ {2}(\w+) .+$/gm)].map(([, name = '']) => name)
    deepEqual(
      COMMANDS.map(([name]) => name).filter((name) => !names.includes(name)),
      [],
    )
    equal(names.length, new Set(COMMANDS.map(([name]) => name)).size + 1)
    for (const words of COMMANDS) {
      const help = await call([...words, '--help'])
      equal(help.exitCode, 0, words.join(' '))
      match(help.stdout, new RegExp(`\\$ aos ${words.join(' ')}`))
      match(help.stdout, /--json/)
      match(help.stdout, /Exit codes: /)
    }
    equal((await call(['--version'])).stdout, `${VERSION}\n`)
  })

  test('says what is wrong with a call, and ends with 2', async () => {
    const calls: readonly (readonly [args: readonly string[], said: RegExp])[] = [
      [[], /no command is given/],
      [['valdate'], /unknown command 'valdate'[^]*Did you mean validate/],
      [['validate'], /missing required argument 'files'/],
      [['validate', 'x', '--colour'], /unknown option '--colour'/],
      [['sign', 'run.json'], /required option '--key <key>' not specified/],
    ]
    for (const [args, said] of calls) {
      const { exitCode, stdout, stderr } = await call(args)
      deepEqual([exitCode, stdout], [2, ''])
      match(stderr, said)
    }
    const asJson = await call(['validate', '--json'])
    match(String((asJson.json()['error'] as { message: string }).message), /missing required argument/)
  })

  test('shows colour on a terminal only, and not with NO_COLOR', async () => {
    const at = folderWith({ 'run.json': aRun() })
    const colored = async (options: Parameters<typeof call>[1]): Promise<boolean> =>
      (await call(['validate', at('run.json')], options)).stdout.includes('\u001B[32m')
    deepEqual(
      [
        await colored({ isTTY: true }),
        await colored({}),
        await colored({ isTTY: true, env: { NO_COLOR: '1' } }),
      ],
      [true, false, false],
    )
  })

  test('is a program: signs, and verifies what it signed', async () => {
    const { privateKey, publicKey } = pemKeys()
    const at = folderWith({ 'run.json': aRun(), 'public.pem': publicKey })
    const signed = await spawnCall(['sign', at('run.json'), '--key', 'env:KEY', '--out', at('s.json')], {
      KEY: privateKey,
    })
    deepEqual([signed.exitCode, signed.stderr], [0, ''])
    const verified = await spawnCall(['verify', at('s.json'), '--key', at('public.pem')])
    deepEqual([verified.exitCode, verified.stderr], [0, ''])
    match(verified.stdout, /verified: signed by the key, and everything fits\n$/)
    const failed = await spawnCall(['hash', at('none.json')])
    deepEqual([failed.exitCode, failed.stdout], [3, ''])
    match(failed.stderr, /^aos: .*none\.json cannot be read \(ENOENT\)\n {2}fix: [^\n]+\n$/)
  })

  test.skipIf(!existsSync('/dev/full'))(
    'says so where its output cannot be written (/dev/full)',
    async () => {
      const full = openSync('/dev/full', 'w')
      const main = join(import.meta.dirname, 'main.ts')
      const child = spawn(process.execPath, ['--conditions=aos-source', main, '--help'], {
        stdio: ['ignore', full, 'pipe'],
      })
      let said = ''
      child.stderr?.on('data', (text: Buffer) => (said += text.toString()))
      const [exitCode] = (await once(child, 'close')) as [number]
      closeSync(full)
      deepEqual([exitCode, said.includes('the output cannot be written (ENOSPC)')], [3, true])
    },
  )
})
