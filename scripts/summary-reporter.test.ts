import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'

import { formatTotals } from './summary-reporter.ts'

const reporter = join(import.meta.dirname, 'summary-reporter.ts')

function runFiles(files: Record<string, string>): { closing: string | undefined; status: number | null } {
  const folder = mkdtempSync(join(tmpdir(), 'aos-summary-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const args = ['run', '--root', folder, '--globals', '--reporter', reporter]
  const { stdout, status } = spawnSync('vitest', args, { encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  return { closing: stdout.trim().split('\n').at(-1), status }
}

test('leaves out what was not skipped', () => {
  expect(formatTotals({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed')
  expect(formatTotals({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped')
})

test('counts passed, skipped and planned tests', () => {
  const text = `test('a', () => {}); test.skip('b', () => {}); test.todo('c')`
  expect(runFiles({ 'a.test.js': text })).toEqual({ closing: '1 passed, 0 failed, 2 skipped', status: 0 })
})

test('counts as failed: a test, a file that does not load, an error outside every test', () => {
  const files = {
    'fails.test.js': `test('a', () => { throw new Error('no') })`,
    'broken.test.js': `import './missing.js'; test('b', () => {})`,
    'stray.test.js': `test('c', async () => { setImmediate(() => { throw new Error('stray') }); await new Promise((r) => setImmediate(() => setImmediate(r))) })`,
  }
  expect(runFiles(files)).toEqual({ closing: '1 passed, 3 failed', status: 1 })
})
