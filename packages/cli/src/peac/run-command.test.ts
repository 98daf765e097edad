import { verify } from '@aos/records/peac'
import { deepEqual, equal, match } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'vitest'
import { call, folderWith, pemKeys, spawnCall } from '../testing/call.ts'

const { privateKey, publicKey } = pemKeys()
const KEY = ['--issuer-key', 'env:KEY']
const env = { KEY: privateKey }
const PRINTS = [
  '--',
  process.execPath,
  '-e',
  'console.log("out"); console.error("err"); process.exit(7)',
  '--',
  '--password=hunter2',
]

describe('aos record, aos observe and aos emit', () => {
  test('sign what was seen of a command, which keeps its output and its exit code', async () => {
    const at = folderWith()
    const issuer = ['--issuer-id', 'https://ci.example.com']
    const { exitCode, stdout, stderr } = await spawnCall(
      ['record', 'command', ...KEY, ...issuer, '--out', at('r.jws'), ...PRINTS],
      env,
    )
    deepEqual([exitCode, stdout, stderr], [7, 'out\n', 'err\n'])
    const jws = readFileSync(at('r.jws'), 'utf8').trim()
    const answer = verify(jws, { jwk: publicKey, issuer: 'https://ci.example.com' })
    equal(answer.valid && answer.claims.type, 'org.peacprotocol/cli-command-execution')
    equal(Buffer.from(jws.split('.')[1] ?? '', 'base64url').includes('hunter2'), false)
  })

  test('print the record, and show what the command writes beside it', async () => {
    const { exitCode, json, stderr } = await call(['record', 'command', '--json', ...KEY, ...PRINTS], { env })
    deepEqual([exitCode, json()['exit_code'], stderr], [7, 7, 'out\nerr\n'])
    equal(verify(String(json()['jws']), { jwk: publicKey }).valid, true)
    const seen = await call(['observe', 'command', '--cwd-mode', 'none', ...PRINTS])
    deepEqual([seen.exitCode, seen.json()['exit_code'], seen.json()['cwd']], [7, 7, { cwd_mode: 'none' }])
  })

  test('need one key, and raw capture asked for twice', async () => {
    const nothing = ['--', process.execPath, '--version']
    const calls: readonly (readonly [args: readonly string[], said: RegExp])[] = [
      [['record', 'command', ...nothing], /no key to sign with/],
      [['record', 'command', ...KEY, '--unsafe-ephemeral-key', ...nothing], /two keys/],
      [
        ['observe', 'command', '--capture-raw', ...nothing],
        /--capture-raw and --unsafely-allow-raw-capture go together/,
      ],
      [['observe', 'command', '--timeout', 'soon', ...nothing], /number of seconds/],
      [['observe', 'command'], /missing required argument/],
      [
        ['emit', 'lifecycle', '--event-kind', 'party', '--subject-ref', 'urn:x:1', ...KEY],
        /Allowed choices are/,
      ],
      [
        ['emit', 'lifecycle', '--event-kind', 'approval-granted', '--subject-ref', 'urn:x:1', ...KEY],
        /^aos: --approval-ref is missing\n {2}why: [^]*fix: Pass --approval-ref/,
      ],
    ]
    for (const [args, said] of calls) {
      const { exitCode, stdout, stderr } = await call(args, { env })
      deepEqual([exitCode, stdout], [2, ''], args.join(' '))
      match(stderr, said)
      equal(stderr.includes('PRIVATE KEY'), false)
    }
    const none = await call(['observe', 'command', '--', 'no-such-program-of-ours'])
    deepEqual([none.exitCode, /cannot be started/.test(none.stderr)], [3, true])
    const told = await call([
      'observe',
      'command',
      '--capture-raw',
      '--unsafely-allow-raw-capture',
      ...nothing,
    ])
    match(told.stdout, /"argv": \[\n +"--version"/)
  })

  test('sign approvals by hand', async () => {
    const args = [
      '--event-kind',
      'approval-granted',
      '--subject-ref',
      'urn:run:42',
      '--approval-ref',
      'urn:approval:7',
    ]
    const { exitCode, stdout } = await call(
      ['emit', 'lifecycle', ...args, '--approver-ref', 'urn:user:alice', ...KEY],
      { env },
    )
    equal(exitCode, 0)
    const answer = verify(stdout.trim(), { jwk: publicKey })
    equal(answer.valid && answer.claims.type, 'org.peacprotocol/lifecycle-approval-granted')
    const unkept = await call([
      'emit',
      'lifecycle',
      ...args,
      '--approver-ref',
      'urn:user:alice',
      '--unsafe-ephemeral-key',
    ])
    match(unkept.stderr, /a key that is gone now/)
  })
})
