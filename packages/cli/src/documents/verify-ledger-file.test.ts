import { createAuditLedger, type AuditLedgerOptions, type LedgerHead } from '@aos/guardian'
import { deepEqual, equal, match } from 'node:assert/strict'
import { appendFileSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { call, folderWith, pemKeys } from '../testing/call.ts'

const { privateKey, publicKey } = pemKeys()
const SECRET = 'a secret of this test that is long enough'

interface Ledger {
  readonly at: (name: string) => string
  readonly keys: (name: string) => string
  readonly path: string
  readonly head: LedgerHead
}

async function aLedger(entries: number, options: Partial<AuditLedgerOptions> = {}): Promise<Ledger> {
  const at = folderWith()
  const keys = folderWith({ 'public.pem': publicKey, 'secret.txt': `${SECRET}\n` })
  const path = at('decisions.jsonl')
  const ledger = createAuditLedger({ path, signingKey: privateKey, ...options })
  for (let n = 0; n < entries; n++) await ledger.record({ n, verdict: 'allow' })
  await ledger.close()
  return { at, keys, path, head: ledger.head() }
}

interface Told {
  readonly ok: boolean
  readonly documents: readonly {
    readonly file: string
    readonly line?: number
    readonly kind: string
    readonly status: string
    readonly details: { readonly code?: string; readonly entries: number }
  }[]
}

const told = ({ json }: Awaited<ReturnType<typeof call>>): Told => json() as unknown as Told

describe('aos verify, of audit ledgers', () => {
  test('checks every entry with the public key, and a ledger of several files once', async () => {
    const { at, keys, path } = await aLedger(30, { maxFileBytes: 2_048 })
    const key = ['--key', keys('public.pem')]
    const whole = await call(['verify', path, ...key])
    equal(whole.exitCode, 0)
    match(whole.stdout, /decisions\.jsonl {2}audit ledger {2}verified: 30 entries in \d+ files, each sealed/)
    const folder = told(await call(['verify', at(''), ...key, '--json']))
    deepEqual(
      folder.documents.map(({ file, status, details }) => [file, status, details.entries]),
      [[path, 'verified', 30]],
    )
    for (const name of ['decisions.jsonl.head', 'decisions.jsonl'])
      equal((await call(['verify', at(name), ...key])).exitCode, 0, name)
  })

  test('names the line and the reason of the first entry that is broken', async () => {
    const { keys, path, at } = await aLedger(12)
    const good = readFileSync(path, 'utf8').split('\n')
    const verify = async (lines: readonly string[]): Promise<Told['documents'][number] | undefined> => {
      writeFileSync(path, lines.join('\n'))
      const result = await call(['verify', path, '--key', keys('public.pem'), '--json'])
      equal(result.exitCode, 1)
      return told(result).documents[0]
    }
    const changed = good.map((line) => line.replace('"n":4,"verdict":"allow"', '"n":4,"verdict":"denied"'))
    const forms: readonly (readonly [lines: readonly string[], code: string, line: number | undefined])[] = [
      [changed, 'line_changed', 5],
      [good.toSpliced(6, 1), 'line_missing', 7],
      [good.toSpliced(3, 0, good[2] ?? ''), 'line_misplaced', 4],
      [['{}', ...good.slice(1)], 'line_changed', 1],
      [good.slice(0, 9).concat(''), 'tail_cut', undefined],
    ]
    for (const [lines, code, line] of forms) {
      const one = await verify(lines)
      deepEqual([one?.status, one?.details.code, one?.line, one?.file], ['refused', code, line, path])
    }
    writeFileSync(path, changed.join('\n'))
    const { stdout } = await call(['verify', path, '--key', keys('public.pem')])
    match(
      stdout,
      /decisions\.jsonl:5 {2}audit ledger {2}refused: line_changed: the line is not as it was written; 4 entries before it are whole/,
    )
    writeFileSync(path, good.join('\n'))
    appendFileSync(path, '{"seq":13')
    match((await call(['verify', at(''), '--key', keys('public.pem')])).stdout, /jsonl:13 .* torn: /)
  })

  test('notices which file of a ledger is gone', async () => {
    const { path, keys } = await aLedger(30, { maxFileBytes: 2_048 })
    const key = ['--key', keys('public.pem'), '--json']
    copyFileSync(`${path}.head`, keys('head'))
    rmSync(path)
    const noFirst = told(await call(['verify', path, ...key]))
    deepEqual(noFirst.documents[0]?.details.code, 'line_missing')
    const noHead = await aLedger(3)
    rmSync(`${noHead.path}.head`)
    const headless = told(await call(['verify', noHead.path, ...key]))
    deepEqual([headless.ok, headless.documents[0]?.details.code], [false, 'head_missing'])
  })

  test('takes a shared secret, and where the ledger ended once', async () => {
    const { path, keys, head, at } = await aLedger(4, { signingKey: undefined, key: SECRET })
    const secret = ['--secret', keys('secret.txt')]
    equal((await call(['verify', path, ...secret])).exitCode, 0)
    equal((await call(['verify', path, '--secret', 'env:S'], { env: { S: SECRET } })).exitCode, 0)
    const other = await call(['verify', path, '--secret', 'env:S'], { env: { S: `${SECRET}!` } })
    match(other.stdout, /refused: head_changed: .*or the key is not that of this ledger/)
    writeFileSync(keys('later.json'), JSON.stringify({ ...head, seq: 9 }))
    writeFileSync(keys('head.json'), JSON.stringify(head))
    writeFileSync(keys('no-head.json'), JSON.stringify({ seq: 1 }))
    equal((await call(['verify', path, ...secret, '--checkpoint', keys('head.json')])).exitCode, 0)
    equal((await call(['verify', path, ...secret, '--checkpoint', `${path}.head`])).exitCode, 0)
    const back = await call(['verify', path, ...secret, '--checkpoint', keys('later.json')])
    match(back.stdout, /refused: checkpoint_differs: it does not have the entry of the checkpoint/)
    const wrong = await call(['verify', path, ...secret, '--checkpoint', keys('no-head.json')])
    deepEqual([wrong.exitCode, /fix: Give a copy/.test(wrong.stderr)], [2, true])
    const none = await call(['verify', path])
    deepEqual([none.exitCode, /--key or --secret/.test(none.stderr)], [2, true])
    const validated = await call(['validate', join(at(''), 'decisions.jsonl')])
    match(validated.stdout, /audit ledger {2}not valid\n {2}a ledger is checked by its seals: aos verify/)
  })
})
