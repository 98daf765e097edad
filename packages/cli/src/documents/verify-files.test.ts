import { sealRun } from '@agent-run/types'
import { generateAgBOM } from '@aos/inspect'
import { collectRun, assembleEvidence, exportPack } from '@aos/records/evidence'
import { agentAction, issue, toPeacKey, type PeacRecord } from '@aos/records/peac'
import { AOSInstrument, type AosEvent, type GuardedRun } from '@aos/sdk'
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { appendFileSync, copyFileSync, readFileSync } from 'node:fs'
import { describe, test } from 'vitest'
import { aRun, call, folderWith, pemKeys, start } from '../testing/call.ts'

const { privateKey, publicKey } = pemKeys()
const other = pemKeys()

const statuses = ({ json }: Awaited<ReturnType<typeof call>>): readonly unknown[] =>
  (json()['documents'] as readonly { readonly status: string }[]).map(({ status }) => status)

function aRecord(): PeacRecord {
  const seen = { agent_ref: 'urn:agent:a', action_ref: 'urn:step:1', observed_at: '2026-01-01T12:00:00.250Z' }
  return issue({ key: toPeacKey(privateKey), ...agentAction('invoked', seen) })
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
    const { jws, claims } = aRecord()
    const changed = jws.replace('.eyJ', '.eyK')
    const at = folderWith({
      'a.jws': jws,
      'b.jsonl': `${JSON.stringify({ id: claims.jti, jws })}\n${changed}\n`,
    })
    const keys = folderWith({ 'public.pem': publicKey, 'other.pem': other.publicKey })
    const all = await call(['verify', at(''), '--key', keys('public.pem'), '--json'])
    deepEqual([all.exitCode, statuses(all)], [1, ['verified', 'verified', 'refused']])
    deepEqual(statuses(await call(['verify', at('a.jws'), '--json'])), ['unproven'])
    const byOther = await call(['verify', at('a.jws'), '--key', keys('other.pem')])
    match(byOther.stdout, /refused: E_INVALID_SIGNATURE/)
  })

  test('takes no document for the genuine record that it carries', async () => {
    const { jws } = aRecord()
    const at = folderWith({
      'public.pem': publicKey,
      'run.json': { ...aRun(), jws },
      'short.json': { agent_id: 'a', provenance: {}, jws },
      'other.json': { approved: true, jws },
    })
    for (const [file, kind] of [
      ['run.json', 'AgentRun'],
      ['short.json', 'AgentRun'],
      ['other.json', 'unknown'],
    ] as const) {
      const { exitCode, stdout } = await call(['verify', at(file), '--key', at('public.pem')])
      equal(exitCode, 1, stdout)
      ok(stdout.includes(`${file}  ${kind}  refused: `), stdout)
    }
  })

  test('refuses what contradicts the record that it stands beside', async () => {
    const { jws, ref, claims } = aRecord()
    const { jti: id, type } = claims
    const good = [{ id, ref, type, jws }, { jws, ref, claims, exit_code: 0 }, { jws }]
    const forged = [
      { id: 'other', ref, type, jws },
      { id, ref: `sha256:${'0'.repeat(64)}`, type, jws },
      { id, ref, type: 'org.example/other', jws },
      { jws, ref, claims: { ...claims, iss: 'https://other.example' }, exit_code: 0 },
      { id: undefined, ref: null, jws },
    ]
    const lines = [...good, ...forged].map((line) => `${JSON.stringify(line)}\n`).join('')
    const at = folderWith({ 'public.pem': publicKey, 'a.jsonl': lines })
    const expected = (status: string): readonly string[] => [
      ...good.map(() => status),
      ...forged.map(() => 'refused'),
    ]
    const withKey = await call(['verify', at('a.jsonl'), '--key', at('public.pem'), '--json'])
    deepEqual([withKey.exitCode, statuses(withKey)], [1, expected('verified')])
    deepEqual(statuses(await call(['verify', at('a.jsonl'), '--json'])), expected('unproven'))
    const { stdout } = await call(['verify', at('a.jsonl'), '--key', at('public.pem')])
    match(stdout, /a\.jsonl:4 {2}PEAC record {2}refused: .* contradicts it: id\n/)
  })

  test('says of a file or a folder that holds nothing that it does, beside one that is verified', async () => {
    const at = folderWith({
      'public.pem': publicKey,
      'sealed.json': sealRun(aRun(), privateKey),
      'empty.json': [],
      'page.json': { runs: [] },
    })
    for (const empty of [at('empty.json'), at('page.json'), folderWith()('')]) {
      const { exitCode, stdout } = await call(['verify', at('sealed.json'), empty, '--key', at('public.pem')])
      equal(exitCode, 1, stdout)
      match(stdout, /AgentRun {2}verified: .*\n.* {2}refused: .*it holds nothing.*\n/)
    }
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
    const manifest = readFileSync(`${folder}/manifest.json`, 'utf8')
    copyFileSync(`${folder}/manifest.json`, `${folder}/copy.json`)
    const copy = await call(['verify', `${folder}/copy.json`, '--key', at('public.pem')])
    deepEqual([copy.exitCode, /refused: a manifest is verified with its folder/.test(copy.stdout)], [1, true])
    const child = start(['verify', '-', '--key', at('public.pem')], {}, manifest)
    const [said] = (await once(child.stdout, 'data')) as [Buffer]
    match(said.toString(), /^- {2}evidence manifest {2}refused: a manifest is verified with its folder/)
    deepEqual(await once(child, 'close'), [1, null])
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
