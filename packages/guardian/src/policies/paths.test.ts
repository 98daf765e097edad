import { equal, throws } from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAosError } from '@aos/sdk'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { compilePathRule, type PathRule } from './paths.ts'

const rule = (given: PathRule): ((text: string) => string) => {
  const judge = compilePathRule('test', 'path', given)
  return (text) => judge(text) ?? 'ok'
}

describe('allowed folders', () => {
  const judge = rule({ allow: '/srv/data', base: '/srv/data' })

  test('hold what lies in them', () => {
    for (const path of [
      '/srv/data',
      '/srv/data/',
      '/srv/data/a/b.txt',
      '/srv//data/./x',
      '/srv/data/a/../b',
      'a.txt',
      './a b/c',
      '100%',
      'ü.txt',
    ])
      equal(judge(path), 'ok', path)
  })

  test.each([
    '/etc/passwd',
    '/srv/database',
    '/srv/data/../secret',
    '/srv/data/a/../../secret',
    '../secret',
    'a/../../secret',
    '/srv/data/..\\..\\etc',
    '..\\secret',
    '/srv/data/%2e%2e/secret',
    '/srv/data/%252e%252e%252fsecret',
    '%2e%2e%2fsecret',
    '/srv/data/..%5c..%5csecret',
    '/srv/data/．．/secret',
    '/srv/data/‥/secret',
    '/srv/data/..／secret',
    '/Srv/Data/x',
    '/SRV/data',
    'C:\\srv\\data\\x',
    'C:/srv/data',
    '//server/srv/data',
    '',
  ])('and not %j', (path) =>
    equal(['path_denied', 'path_unreadable'].includes(judge(path)), true, judge(path)),
  )

  test.each([
    '/srv/data/x\0.txt',
    '/srv/data/%00',
    '/srv/data/\u200b..',
    '/srv/data/x\n',
    '~/x',
    '~root/x',
    '$HOME/x',
    '/srv/data/${x}',
    '/srv/data/`id`',
    '%APPDATA%/x',
    '%u002e%u002e/x',
    'file:///srv/data/x',
    'http://srv/data',
    '//./pipe/x',
    '//?/C:/x',
    'C:secret',
    'C:/x/y.txt:stream',
    'C:/PROGRA~1',
    '/srv/data/...',
    '/srv/data/.. /x',
    '%c0%ae%c0%ae/x',
    '%zz%2e',
    `/srv/data/${'a'.repeat(5000)}`,
    `/srv/data/${'%25'.repeat(3)}`.replaceAll('%25', '%2525252525252e'),
  ])('and cannot read %j', (path) => equal(judge(path), 'path_unreadable'))

  test('may lie on a drive or a server', () => {
    const windows = rule({ allow: ['C:/data', '//files/share'] })
    for (const path of ['C:\\data\\x', 'c:/data/x', '//files/share/x', '\\\\files\\share\\x'])
      equal(windows(path), 'ok', path)
    for (const path of ['C:\\data\\..\\x', 'D:/data', '//files/other', '\\\\evil\\share', '/data/x'])
      equal(windows(path), 'path_denied', path)
  })
})

describe('denied files', () => {
  const judge = rule({ deny: ['**/.ssh', '**/.env*', '/etc'], base: '/home/bot' })

  verifies('guardian.policy.paths.deny', 'are denied however they are written', () => {
    for (const path of [
      '/home/bot/.ssh/id_rsa',
      '.ssh',
      'x/.SSH/y',
      '.env',
      'a/.env.local',
      '.ENV',
      '.env.',
      'a\\.env',
      '/etc/passwd',
      '/ETC/passwd',
      '/./etc',
      '/x/../etc/hosts',
      '%2fetc/passwd',
      '/ｅｔｃ/passwd',
      '.%65nv',
    ])
      equal(judge(path), 'path_denied', path)
    for (const path of ['notes.txt', '/home/bot/env', '/var/etc']) equal(judge(path), 'ok', path)
  })

  test('outrank allowed folders', () => {
    const both = rule({ allow: '/srv', deny: '/srv/secret' })
    equal(both('/srv/secret/x'), 'path_denied')
    equal(both('/srv/open/x'), 'ok')
  })

  test('cannot be told of a relative path without its base', () => {
    equal(rule({ deny: '/etc' })('passwd'), 'path_relative')
    equal(rule({ deny: '**/.ssh' })('notes'), 'ok')
    equal(rule({ deny: '**/.ssh' })('../notes'), 'path_denied')
  })
})

describe('patterns', () => {
  test('have one name for *, any folders for **', () => {
    const judge = rule({ allow: ['/srv/*/public', '/logs/**/*.log', 'docs'], base: '/srv' })
    for (const path of ['/srv/a/public/x', '/logs/x.log', '/logs/a/b/x.log', 'docs/a'])
      equal(judge(path), 'ok', path)
    for (const path of ['/srv/a/b/public', '/logs/x.txt', '/srv/a/private', '/docs'])
      equal(judge(path), 'path_denied', path)
  })

  verifies('guardian.policy.paths.inside', 'hold a random walk inside', () => {
    const judge = rule({ allow: '/srv/data', base: '/srv/data' })
    const step = fc.constantFrom('..', '.', 'a', 'b', '', '%2e%2e', '..\\..')
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const path = ['/srv/data', ...steps].join('/')
        if (judge(path) !== 'ok') return
        const real = new URL(`file://${path.replaceAll('\\', '/')}`).pathname
        equal(/^\/srv\/data(?:\/|$)/.test(real), true, path)
      }),
    )
  })
})

describe('links on the disk', () => {
  let folder = ''
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'paths-')))
    mkdirSync(join(folder, 'in'))
    mkdirSync(join(folder, 'out'))
    writeFileSync(join(folder, 'out', 'secret'), 'x')
    writeFileSync(join(folder, 'in', 'open'), 'x')
    symlinkSync(join(folder, 'out'), join(folder, 'in', 'link'))
    symlinkSync(join(folder, 'out', 'later'), join(folder, 'in', 'dangling'))
    symlinkSync(join(folder, 'in'), join(folder, 'alias'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('are followed where the rule says so', () => {
    const judge = rule({ allow: join(folder, 'in'), base: join(folder, 'in'), realpath: true })
    for (const path of ['open', 'new', 'new/deeper', join(folder, 'in', 'open')])
      equal(judge(path), 'ok', path)
    equal(judge('link/secret'), 'path_denied')
    equal(judge('link/new'), 'path_denied')
    equal(judge('dangling'), 'path_unreadable')
    equal(judge('open/below'), 'path_unreadable')
    equal(judge('link/../open'), 'path_unreadable')
    equal(rule({ allow: join(folder, 'in') })(join(folder, 'in', 'link', 'secret')), 'ok')
  })

  test('may lead to the folder that is meant', () => {
    const judge = rule({ allow: join(folder, 'alias'), realpath: true })
    equal(judge(join(folder, 'alias', 'open')), 'ok')
    equal(judge(join(folder, 'alias', 'link', 'secret')), 'path_denied')
    equal(rule({ deny: join(folder, 'alias'), realpath: true })(join(folder, 'in', 'open')), 'path_denied')
  })
})

test('rules that mean nothing are refused by name', () => {
  for (const [given, named] of [
    [{}, /path/],
    [{ allow: '~/x' }, /path/],
    [{ allow: '../x' }, /path/],
    [{ allow: '**/a/**/b/**' }, /path/],
    [{ allow: '/x', base: 'x' }, /base/],
    [{ allow: '/x', realpath: 'yes' }, /realpath/],
    [{ alow: '/x' }, /alow/],
  ] as const)
    throws(
      () => compilePathRule('test', 'path', given),
      (error) => isAosError(error, 'invalid_policy') && named.test(error.message),
    )
})
