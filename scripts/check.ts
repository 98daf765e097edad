// Runs every static check in turn, prints how each went, and fails when any failed.
import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'

const steps: Record<string, string[]> = {
  'generated files are current': ['node', 'scripts/generate.ts', '--check'],
  'schemas are compatible': ['node', 'scripts/schema-compatibility.ts'],
  types: ['tsc', '-p', 'tsconfig.json'],
  'types of pages': ['tsc', '-p', 'packages/trace/page/tsconfig.json'],
  'types of the web view': ['tsc', '-p', 'packages/server/page/tsconfig.json'],
  lint: ['oxlint', '.'],
  format: ['oxfmt', '--check', '.'],
  'unused code': ['knip', '--no-progress'],
  build: ['tsc', '-b', 'tsconfig.build.json'],
  'public types are recorded': ['node', 'scripts/api-report.ts', '--check'],
}

const root = dirname(import.meta.dirname)
const wanted = process.argv.slice(2)
const failed: string[] = []

for (const [name, [command = '', ...args]] of Object.entries(steps)) {
  if (wanted.length > 0 && !wanted.some((word) => name.includes(word))) continue
  const start = performance.now()
  const program = command === 'node' ? process.execPath : command
  const result = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  const ok = result.status === 0
  process.stdout.write(`${ok ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)\n`)
  if (ok) continue
  failed.push(name)
  process.stdout.write(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}\n`)
}

if (failed.length > 0) {
  process.stdout.write(`check failed: ${failed.join(', ')}\n`)
  process.exitCode = 1
}
