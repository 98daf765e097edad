import { sealRun } from '@agent-run/types'
import { generateAgBOM } from '@aos/inspect'
import { collectRun, assembleEvidence, exportPack } from '@aos/records/evidence'
import { agentAction, issue, toPeacKey } from '@aos/records/peac'
import { AOSInstrument, type AosEvent, type GuardedRun } from '@aos/sdk'
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { appendFileSync } from 'node:fs'
import { describe, test } from 'vitest'
import { aRun, call, folderWith, pemKeys } from '../testing/call.ts'

const { privateKey, publicKey } = pemKeys()
const other = pemKeys()

const statuses = ({ json }: Awaited<ReturnType<typeof call>>): readonly unknown[] =>
  (json()['documents'] as readonly { readonly status: string }[]).map(({ status }) => status)

function aRecord(): string {
  const seen = { agent_ref: 'urn:agent:a', action_ref: 'urn:step:1', observed_at: '2026-01-01T12:00:00.250Z' }
  return issue({ key: toPeacKey(privateKey), ...agentAction('invoked', seen) }).jws
}

describe('aos verify', () => {
  test('tells proved runs from unproven and forged ones', async () => {
    const sealed = sealRun(aRun(), privateKey)
    const at = folderWith({
      'public.pem': publicKey,
      'other.pem': other.publicKey,
      'sealed.json': sealed,
      'plain.json': aRun(),
      'forged.json': { ...sealed, cost: { input_tokens: 0, output_tokens: 0 } },
    })
    const files = ['sealed.json', 'plain.json', 'forged.json'].map(at)
    const withKey = await call(['verify', ...files, '--key', at('public.pem'), '--json'])
    deepEqual([withKey.exitCode, statuses(withKey)], [1, ['verified', 'refused', 'refused']])
    const without = await call(['verify', ...files, '--json'])
    deepEqual([without.exitCode, statuses(without)], [1, ['unproven', 'unproven', 'refused']])
    const byOther = await call(['verify', at('sealed.json'), '--key', at('other.pem')])
    equal(byOther.exitCode, 1)
    match(byOther.stdout, /refused: signature: /)
    equal((await call(['verify', at('sealed.json'), '--key', at('public.pem')])).exitCode, 0)
  })

  test('knows PEAC records, alone, on lines and in folders', async () => {
    const jws = aRecord()
    const changed = jws.replace('.eyJ', '.eyK')
    const at = folderWith({ 'a.jws': jws, 'b.jsonl': `${JSON.stringify({ id: '1', jws })}\n${changed}\n` })
    const keys = folderWith({ 'public.pem': publicKey, 'other.pem': other.publicKey })
    const all = await call(['verify', at(''), '--key', keys('public.pem'), '--json'])
    deepEqual([all.exitCode, statuses(all)], [1, ['verified', 'verified', 'refused']])
    deepEqual(statuses(await call(['verify', at('a.jws'), '--json'])), ['unproven'])
    const byOther = await call(['verify', at('a.jws'), '--key', keys('other.pem')])
    match(byOther.stdout, /refused: E_INVALID_SIGNATURE/)
  })

  test('checks exported evidence file by file', async () => {
    const events: AosEvent[] = []
    const agent = new AOSInstrument(
      (_input: string, aos: GuardedRun) =>
        aos.toolCall({ toolName: 'search', parameters: {} }, () => 'found'),
      { sinks: [{ name: 'kept', accept: (event) => void events.push(event) }] },
    )
    await agent.run('go')
    await agent.flush()
    const folder = folderWith()('export')
    const run = collectRun(events)
    ok(run !== undefined)
    await exportPack(assembleEvidence(run), {
      directory: folder,
      exportId: 'exp-1',
      at: 0,
      signingKey: privateKey,
    })
    const at = folderWith({ 'public.pem': publicKey })
    const good = await call(['verify', folder, '--key', at('public.pem')])
    match(good.stdout, /evidence export {2}verified: /)
    equal(good.exitCode, 0)
    appendFileSync(`${folder}/README.md`, ' ')
    const bad = await call(['verify', `${folder}/manifest.json`, '--key', at('public.pem')])
    equal(bad.exitCode, 1)
    match(bad.stdout, /README\.md is changed/)
  })

  test('reads the signature of an AgBOM beside it', async () => {
    const bom = await generateAgBOM(new AOSInstrument(() => 'done', { agent: { id: 'clerk' } }), {
      packages: 'none',
    })
    const at = folderWith({
      'public.pem': publicKey,
      'bom.json': bom.toString(),
      'bom.json.jws': bom.sign(privateKey),
      'unsigned.json': bom.toString(),
    })
    const key = ['--key', at('public.pem')]
    equal((await call(['verify', at('bom.json'), ...key])).exitCode, 0)
    match(
      (await call(['verify', at('unsigned.json'), ...key])).stdout,
      /refused: its signature .* cannot be read/,
    )
    const elsewhere = ['--signature', at('bom.json.jws')]
    equal((await call(['verify', at('unsigned.json'), ...key, ...elsewhere])).exitCode, 0)
    const noKey = await call(['verify', at('bom.json')])
    deepEqual([noKey.exitCode, noKey.stderr.includes('--key')], [2, true])
  })
})
