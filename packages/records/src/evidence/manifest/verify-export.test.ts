import { generateSigningKey } from '@agent-run/types'
import { isAosError } from '@aos/sdk'
import fc from 'fast-check'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packOf } from '../../testing/evidence-pack.ts'
import { createExport } from './create-export.ts'
import { exportPack } from './write-export.ts'
import { verifyExport, type ExportVerification } from './verify-export.ts'

const AT = Date.parse('2026-02-02T00:00:00.000Z')
const { privateKey, publicKey } = generateSigningKey()
const SIGNED = createExport(packOf(), { exportId: 'export-1', at: AT, signingKey: privateKey })
const UNSIGNED = createExport(packOf(), { exportId: 'export-1', at: AT })

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evidence-'))
})
afterAll(() => rm(folder, { recursive: true }))

function bytesOf(made: typeof SIGNED): Map<string, Uint8Array> {
  return new Map(made.files.map(({ path, content }) => [path, Buffer.from(content)]))
}

function wrongIn({ files }: ExportVerification): readonly string[] {
  return files.filter(({ status }) => status !== 'ok').map(({ path, status }) => `${status} ${path}`)
}

describe('an export that is as it was made', () => {
  test('signed: every file, by the key', async () => {
    const { ok, signature, files, issues } = await verifyExport(SIGNED.files, { publicKey })
    expect([ok, signature, issues]).toEqual([true, 'valid', []])
    expect(files.map(({ path }) => path).toSorted()).toEqual(SIGNED.files.map(({ path }) => path).toSorted())
    expect(files.every(({ status }) => status === 'ok')).toBe(true)
  })

  test('without a key, or without a signature: hashes only, and that is said', async () => {
    const unchecked = await verifyExport(SIGNED.files)
    expect([unchecked.ok, unchecked.signature, wrongIn(unchecked)]).toEqual([
      true,
      'unchecked',
      ['unproven manifest.json', 'unproven manifest.jws'],
    ])
    const unsigned = await verifyExport(UNSIGNED.files)
    expect([unsigned.ok, unsigned.signature, wrongIn(unsigned)]).toEqual([
      true,
      'unsigned',
      ['unproven manifest.json'],
    ])
  })

  test('a signature that was asked for and is not there', async () => {
    const none = await verifyExport(UNSIGNED.files, { publicKey })
    expect([none.ok, none.signature]).toEqual([false, 'missing'])
    const bytes = bytesOf(SIGNED)
    bytes.delete('manifest.jws')
    const gone = await verifyExport(bytes, { publicKey })
    expect([gone.ok, gone.signature, wrongIn(gone)]).toEqual([
      false,
      'missing',
      ['unproven manifest.json', 'missing manifest.jws'],
    ])
    // also where nobody asked: the manifest names it
    expect((await verifyExport(bytes)).ok).toBe(false)
  })

  test('a signature of somebody else', async () => {
    const other = generateSigningKey()
    const { ok, signature, files } = await verifyExport(SIGNED.files, { publicKey: other.publicKey })
    expect([ok, signature]).toEqual([false, 'other_key'])
    expect(files.find(({ path }) => path === 'manifest.jws')?.why).toMatch(/by another key/)
    const forged = createExport(packOf(), { exportId: 'export-1', at: AT, signingKey: other.privateKey })
    expect((await verifyExport(forged.files, { publicKey })).signature).toBe('other_key')
  })

  test('a key that is none', async () => {
    await expect(verifyExport(SIGNED.files, { publicKey: 'no key' })).rejects.toThrow(/no public Ed25519 key/)
  })
})

describe('one byte', () => {
  test('of any file is found, and the file is named', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...SIGNED.files.map(({ path }) => path)),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (path, place, flip) => {
          const bytes = bytesOf(SIGNED)
          const changed = Uint8Array.from(bytes.get(path) ?? [])
          const at = place % changed.length
          changed[at] = (changed[at] ?? 0) ^ flip
          bytes.set(path, changed)
          const verified = await verifyExport(bytes, { publicKey })
          expect(verified.ok).toBe(false)
          const named = wrongIn(verified)
          expect(named).toContain(`changed ${path}`)
          if (path.startsWith('manifest.')) expect(verified.signature).toBe('invalid')
          else expect([named, verified.signature]).toEqual([[`changed ${path}`], 'valid'])
        },
      ),
      { numRuns: 300 },
    )
  })

  test('of any listed file is found without a signature too', async () => {
    for (const path of UNSIGNED.manifest.files.map((file) => file.path)) {
      const bytes = bytesOf(UNSIGNED)
      const changed = Uint8Array.from(bytes.get(path) ?? [])
      changed[0] = (changed[0] ?? 0) ^ 1
      bytes.set(path, changed)
      const { ok, files } = await verifyExport(bytes)
      const found = files.find((file) => file.path === path)
      expect([ok, found?.status]).toEqual([false, 'changed'])
      expect(found?.why).toMatch(/its hash is sha256:\w{64}, the manifest says sha256:\w{64}/)
    }
  })

  test('white space in the manifest is one', async () => {
    const bytes = bytesOf(UNSIGNED)
    bytes.set('manifest.json', Buffer.from(JSON.stringify(UNSIGNED.manifest, null, 1)))
    expect(wrongIn(await verifyExport(bytes))).toEqual(['changed manifest.json'])
  })
})

describe('files', () => {
  test('that are missing or too many', async () => {
    const bytes = bytesOf(SIGNED)
    bytes.delete('pack.json')
    bytes.set('notes.txt', Buffer.from('x'))
    const verified = await verifyExport(bytes, { publicKey })
    expect([verified.ok, wrongIn(verified)]).toEqual([false, ['missing pack.json', 'extra notes.txt']])
  })

  test('that a manifest takes from elsewhere are not read', async () => {
    const listed = [{ path: '../secret', role: 'pack', hash: `sha256:${'0'.repeat(64)}` }]
    const bytes = new Map([
      ['manifest.json', Buffer.from(JSON.stringify({ ...UNSIGNED.manifest, files: listed }))],
      ['../secret', Buffer.from('x')],
    ])
    const { ok, files, issues } = await verifyExport(bytes)
    expect(ok).toBe(false)
    expect(files.find(({ path }) => path === '../secret')).toMatchObject({ status: 'missing' })
    expect(issues.map(({ code }) => code)).toContain('export.path_unsafe')
  })

  test.each([
    ['nothing', new Map<string, string>()],
    ['no JSON', new Map([['manifest.json', 'x']])],
    ['no UTF-8', new Map([['manifest.json', Uint8Array.from([255])]])],
    ['no manifest', new Map([['manifest.json', '{}']])],
  ])('%s', async (_name, files) => {
    const verified = await verifyExport(files, { publicKey })
    expect([verified.ok, verified.files.length]).toEqual([false, 1])
    expect(verified.files[0]?.why).not.toBe('')
  })

  test('a manifest without hashes proves nothing', async () => {
    const files = UNSIGNED.manifest.files.map(({ hash: _hash, ...file }) => file)
    const bytes = bytesOf(UNSIGNED)
    bytes.set('manifest.json', Buffer.from(JSON.stringify({ ...UNSIGNED.manifest, files })))
    const { ok, files: checked, issues } = await verifyExport(bytes)
    expect(ok).toBe(false)
    expect(checked.some(({ status }) => status === 'ok')).toBe(false)
    expect(issues[0]?.code).toBe('export.hash_missing')
  })

  test('a manifest that hides what the pack tells', async () => {
    const made = createExport(packOf(), { exportId: 'export-1', at: AT })
    const bytes = bytesOf(made)
    bytes.set('manifest.json', Buffer.from(JSON.stringify({ ...made.manifest, redactions: [] })))
    const { ok, issues } = await verifyExport(bytes)
    expect([ok, issues.map(({ code }) => code)]).toEqual([false, ['export.redaction_undisclosed']])
  })
})

describe('a folder', () => {
  test('is written whole, for this user only, and verified', async () => {
    const directory = join(folder, 'a', 'export')
    const made = await exportPack(packOf(), {
      directory,
      exportId: 'export-1',
      at: AT,
      signingKey: privateKey,
    })
    expect(made).toEqual(SIGNED)
    expect(await readdir(join(folder, 'a'))).toEqual(['export'])
    for (const { path, content } of made.files) {
      expect(await readFile(join(directory, path), 'utf8')).toBe(content)
      if (process.platform !== 'win32') expect((await stat(join(directory, path))).mode & 0o777).toBe(0o600)
    }
    if (process.platform !== 'win32') expect((await stat(directory)).mode & 0o777).toBe(0o700)
    const verified = await verifyExport(directory, { publicKey })
    expect([verified.ok, verified.signature, wrongIn(verified)]).toEqual([true, 'valid', []])

    await writeFile(join(directory, 'replay', '1.json'), '{}')
    await writeFile(join(directory, 'replay', '2.json'), '{}')
    await rm(join(directory, 'pack.json'))
    await symlink(join(directory, 'README.md'), join(directory, 'pack.json'))
    expect(wrongIn(await verifyExport(directory, { publicKey }))).toEqual([
      'changed pack.json',
      'changed replay/1.json',
      'extra replay/2.json',
    ])
  })

  test('that is taken is left alone, and nothing is left behind', async () => {
    const directory = join(folder, 'taken')
    await mkdir(directory)
    await writeFile(join(directory, 'mine.txt'), 'mine')
    const thrown: unknown = await exportPack(packOf(), { directory, exportId: 'export-1', at: AT }).catch(
      (error: unknown) => error,
    )
    expect(isAosError(thrown, 'export_failed')).toBe(true)
    expect(String(thrown)).toMatch(/something is there already/)
    expect(await readdir(directory)).toEqual(['mine.txt'])
    expect((await readdir(folder)).filter((name) => name.startsWith('taken'))).toEqual(['taken'])
  })

  test('below a file', async () => {
    await writeFile(join(folder, 'file'), '')
    const directory = join(folder, 'file', 'export')
    const thrown: unknown = await exportPack(packOf(), { directory, exportId: 'x', at: AT }).catch(
      (error: unknown) => error,
    )
    expect(isAosError(thrown, 'export_failed')).toBe(true)
  })

  test('without a name', async () => {
    await expect(exportPack(packOf(), { directory: '', exportId: 'x', at: AT })).rejects.toThrow(/directory/)
  })

  test('that is not there', async () => {
    const verified = await verifyExport(join(folder, 'nowhere'))
    expect([verified.ok, wrongIn(verified)]).toEqual([false, ['missing manifest.json']])
  })
})
