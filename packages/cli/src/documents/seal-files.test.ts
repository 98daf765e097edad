import { verifyRun } from '@agent-run/types'
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { describe, test } from 'vitest'
import { aRun, call, folderWith, pemKeys } from '../testing/call.ts'

describe('aos hash and aos sign', () => {
  test('compute hashes, and see those that do not fit', async () => {
    const run = aRun()
    const at = folderWith({ 'run.json': run, 'other.json': { ...run, model: 'model-2' } })
    const good = await call(['hash', at('run.json')])
    equal(good.exitCode, 0)
    ok(good.stdout.includes(run.provenance.run_hash))
    const bad = await call(['hash', at('other.json'), '--json'])
    deepEqual([bad.exitCode, bad.json()['ok']], [1, false])
  })

  test('show what would change the terminal', async () => {
    const run = aRun()
    const provenance = { ...run.provenance, metadata: { record_hash: '\u001b[2K\u001b[1G all as recorded' } }
    const at = folderWith({ 'run.json': { ...run, provenance } })
    const { exitCode, stdout } = await call(['hash', at('run.json')])
    deepEqual([exitCode, stdout.includes('\u001b')], [1, false])
  })

  test('sign a run so that it verifies with the public key, and no key is in any output', async () => {
    const { privateKey, publicKey } = pemKeys()
    const at = folderWith({ 'run.json': aRun(), 'key.pem': privateKey })
    const printed = await call(['sign', at('run.json'), '--key', 'env:KEY'], { env: { KEY: privateKey } })
    equal(verifyRun(printed.json(), { publicKey }).status, 'verified')
    const written = await call(['sign', at('run.json'), '--key', at('key.pem'), '--out', at('signed.json')])
    match(written.stdout, /^wrote .*signed\.json, signed by ed25519:/)
    equal(verifyRun(JSON.parse(readFileSync(at('signed.json'), 'utf8')), { publicKey }).status, 'verified')
    equal(statSync(at('signed.json')).mode & 0o777, 0o600)
  })

  test('sign nothing that contradicts itself, and quote no key', async () => {
    const at = folderWith({ 'run.json': aRun({ model: 'model-2' }), 'key.jwk': '{ "d": "secret-of-mine"' })
    const { privateKey } = pemKeys()
    const refused = await call(['sign', at('run.json'), '--key', 'env:KEY'], { env: { KEY: privateKey } })
    deepEqual([refused.exitCode, refused.stdout], [3, ''])
    match(refused.stderr, /run_hash[^]*why: [^]*fix: /)
    const noKey = await call(['sign', at('run.json'), '--key', `file:${at('key.jwk')}`])
    equal(noKey.exitCode, 2)
    equal(noKey.stderr.includes('secret-of-mine'), false)
    const unset = await call(['sign', at('run.json'), '--key', 'env:NONE', '--json'])
    deepEqual([unset.exitCode, Object.keys(unset.json())], [2, ['error']])
  })
})
