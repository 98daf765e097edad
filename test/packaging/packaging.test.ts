import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'

import { otlpRequest } from '../support/otlp-json.ts'
import { findNodes } from './find-node.ts'
import { installWithNpm, packAll, root } from './pack-packages.ts'

const packages = packAll()
const entries = packages.flatMap((item) => item.entries)
// these import at run time what most users need not have
const needing = ['@aos/sdk/vercel-ai/create-agent', '@aos/guardian/cel', '@aos/server/postgres']
const frameworkFree = entries.filter((name) => !needing.includes(name))
const tarballs = packages.map((item) => item.tarball)
const opentelemetry = ['@opentelemetry/api@1.9.1']
const compilers: Record<string, string> = { '5.9': '~5.9.3', '6.0': '~6.0.3', '7.0': '7.0.2' }

const bare = installWithNpm('bare', [...tarballs, ...opentelemetry, '@types/node@24.19.2'])
const full = installWithNpm('full', [
  ...tarballs,
  ...opentelemetry,
  'ai@7.0.173',
  'zod@4.6.7',
  '@bufbuild/cel@0.6.1',
  '@bufbuild/protobuf@^2.6.2',
  'pg@8.23.1',
  '@types/pg@8.23.1',
  '@types/node@24.19.2',
])
const nodes = findNodes()

afterAll(() => {
  for (const folder of [bare, full, dirname(dirname(tarballs[0] ?? full))])
    rmSync(folder, { recursive: true })
})

function run(command: string, args: readonly string[], cwd: string): string {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (result.status === 0) return result.stdout
  return `${command} ended with ${result.status ?? result.error?.message}\n${result.stdout}${result.stderr}`
}

const loadScript = `
import { createRequire } from 'node:module'
const require = createRequire(import.meta.url)
for (const name of process.argv.slice(2)) {
  const imported = Object.keys(await import(name)).filter((key) => key !== 'module.exports').sort().join()
  const required = Object.keys(require(name)).sort().join()
  if (imported === '' || imported !== required) throw new Error(name + ': import gives ' + imported + ', require ' + required)
}
console.log('loaded ' + process.argv.slice(2).length)
`

describe.each([20, 22, 24, 26])('Node %i', (major) => {
  const node = nodes.get(major)
  const loadable = packages.filter(({ floor }) => floor <= major).flatMap((item) => item.entries)
  const alone = loadable.filter((name) => !needing.includes(name))

  test.skipIf(node === undefined)('imports and requires every entry', () => {
    writeFileSync(join(full, 'load.js'), loadScript)
    expect(run(node ?? '', ['load.js', ...loadable], full)).toBe(`loaded ${loadable.length}\n`)
  })

  test.skipIf(node === undefined)('needs no framework for anything else', () => {
    writeFileSync(join(bare, 'load.js'), loadScript)
    expect(run(node ?? '', ['load.js', ...alone], bare)).toBe(`loaded ${alone.length}\n`)
  })
})

function typeCheck(compiler: string, folder: string, resolution: 'nodenext' | 'bundler'): string {
  const kind = resolution === 'nodenext' ? 'nodenext' : 'esnext'
  const flags = ['--strict', '--noEmit', '--skipLibCheck', 'false', '--target', 'es2022', '--types', 'node']
  const modules = ['--lib', 'es2023,dom,dom.iterable,esnext.disposable', '--module', kind]
  const args = [compiler, ...flags, ...modules, '--moduleResolution', resolution, 'consumer.ts']
  const result = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  if (result.error) throw result.error
  return result.stdout
}

/** Compiler messages about our packages and their consumer; those about other packages are theirs. */
function ownErrors(output: string): string[] {
  const lines = output.split('\n').filter((line) => /error TS\d+/.test(line))
  return lines.filter(
    (line) => !line.startsWith('node_modules/') || /^node_modules\/@(aos|agent-run)\//.test(line),
  )
}

describe.each(Object.entries(compilers))('TypeScript %s', (version, range) => {
  const home = installWithNpm(`typescript-${version}`, [`typescript@${range}`])
  afterAll(() => {
    rmSync(home, { recursive: true })
  })

  const consumers = [
    { resolution: 'nodenext', project: 'with frameworks', folder: full, names: entries },
    { resolution: 'bundler', project: 'with frameworks', folder: full, names: entries },
    { resolution: 'nodenext', project: 'without frameworks', folder: bare, names: frameworkFree },
    { resolution: 'bundler', project: 'without frameworks', folder: bare, names: frameworkFree },
  ] as const

  test.each(consumers)(
    'checks a consumer $project that resolves as $resolution',
    ({ resolution, folder, names }) => {
      const imports = names.map((name, index) => `import * as entry${index} from '${name}'\n`)
      const uses = names.map(
        (_name, index) => `export const keys${index}: string[] = Object.keys(entry${index})\n`,
      )
      writeFileSync(join(folder, 'consumer.ts'), [...imports, ...uses].join(''))
      const output = typeCheck(join(home, 'node_modules', 'typescript', 'bin', 'tsc'), folder, resolution)
      expect(ownErrors(output)).toEqual([])
    },
  )
})

const listScript = `
import { registerHooks } from 'node:module'
const urls = new Set()
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context)
    urls.add(found.url)
    return found
  },
})
await import(process.argv[2])
console.log([...urls].map((url) => url.replace(/^.*\\/node_modules\\//, '')).join('\\n'))
`

/** Every module that importing an entry loads, beside those of OpenTelemetry. */
function modulesOf(entry: string): readonly string[] {
  writeFileSync(join(bare, 'list.js'), listScript)
  const names = run(process.execPath, ['list.js', entry], bare).trim().split('\n')
  return names.filter((name) => !name.startsWith('@opentelemetry/'))
}

test('importing @aos/sdk opens few files, and no validators', () => {
  const modules = modulesOf('@aos/sdk')
  expect(modules).toContain('@aos/sdk/dist/index.js')
  expect(modules).not.toContain('@agent-run/types/dist/index.js')
  expect(modules.filter((name) => name.startsWith('node:')).toSorted()).toEqual([
    'node:async_hooks',
    'node:crypto',
  ])
  expect(modules.length).toBeLessThanOrEqual(12)
})

test('importing @aos/trace opens few files, and no OpenTelemetry SDK', () => {
  const modules = modulesOf('@aos/trace')
  expect(modules).toContain('@aos/trace/dist/index.js')
  expect(modules.length).toBeLessThanOrEqual(24)
})

test('aos-guardian serves a policy file, and ends when it is told to', async () => {
  writeFileSync(join(bare, 'policies.yaml'), 'version: 1\npolicies: [data-protection]\n')
  const program = join('node_modules', '.bin', 'aos-guardian')
  const guardian = spawn(process.execPath, [program, '--policy', 'policies.yaml', '--port', '0'], {
    cwd: bare,
  })
  guardian.stdout.setEncoding('utf8')
  let said = ''
  while (!said.includes('policies:')) {
    const [text] = (await once(guardian.stdout, 'data')) as [string]
    said += text
  }
  const url = /guardian listens at (\S+)/.exec(said)?.[1]
  const health = (await (await fetch(`${url}/health`)).json()) as { readonly status: string }
  expect(health.status).toBe('ok')
  guardian.kill('SIGTERM')
  expect(await once(guardian, 'exit')).toEqual([0, null])
  expect(run(process.execPath, [program, '--policy', 'nowhere.yaml'], bare)).toContain('cannot be read')
})

test('aos-view prints a file of spans and writes a page, without an OpenTelemetry SDK', () => {
  const program = join('node_modules', '.bin', 'aos-view')
  writeFileSync(
    join(bare, 'run.jsonl'),
    `${JSON.stringify(otlpRequest([{ id: 1, end: 5, name: 'work' }]))}\n`,
  )
  expect(run(process.execPath, [program, 'run.jsonl'], bare)).toMatch(/^work +5\.00 ms {2}ok$/m)
  expect(run(process.execPath, [program, 'run.jsonl', '--html', 'run.html'], bare)).toBe(
    'wrote run.html: 1 trace\n',
  )
  expect(readFileSync(join(bare, 'run.html'), 'utf8')).toContain('Content-Security-Policy')
})

test('aos checks files, serves runs and runs a pack, from an installed package', async () => {
  const program = join('node_modules', '.bin', 'aos')
  writeFileSync(join(bare, 'pack.json'), '{ "version": 1, "tasks": [] }')
  expect(run(process.execPath, [program, 'validate', 'pack.json'], bare)).toContain('eval pack  not valid')
  writeFileSync(
    join(bare, 'bench-agent.js'),
    `import { GuardianAgent } from '@aos/guardian'
import { scriptedAgent } from '@aos/records/evals'
import { AOSInstrument } from '@aos/sdk'
export default (_task, world) => {
  const agent = new AOSInstrument(scriptedAgent(world), { onApproval: world.approve, toolKinds: world.toolKinds })
  new GuardianAgent({ policies: world.policies }).protect(agent)
  return agent
}
`,
  )
  const args = ['bench', 'approvals-and-privileges', '--agent', 'bench-agent.js']
  expect(run(process.execPath, [program, ...args], bare)).toContain('passed (100 %')
  const server = spawn(process.execPath, [program, 'serve', '--store', ':memory:', '--port', '0', '--json'], {
    cwd: bare,
  })
  const [said] = (await once(server.stdout, 'data')) as [Buffer]
  const { url } = JSON.parse(said.toString()) as { readonly url: string }
  expect((await fetch(`${url}/api/v1/health`)).status).toBe(200)
  server.kill('SIGTERM')
  expect(await once(server, 'exit')).toEqual([0, null])
})

/** What a checker prints when it finds something, and nothing when it does not. */
function findings(command: string, args: readonly string[]): string {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
  if (result.error) throw result.error
  return result.status === 0 ? '' : `${result.stdout}${result.stderr}`
}

describe.each(packages)('$name', ({ tarball }) => {
  test('has no packaging mistake that publint knows', () => {
    expect(findings('publint', ['run', tarball, '--strict', '--level', 'warning'])).toBe('')
  })

  test('has types that every ESM resolution finds', () => {
    const options = ['--profile', 'esm-only', '--no-definitely-typed', '--no-color', '--no-emoji']
    expect(findings('attw', [tarball, ...options])).toBe('')
  })
})

/** Bytes and packages below a node_modules folder. */
function measure(folder: string): { bytes: number; packages: number } {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const bytes = files.map((name) => statSync(join(folder, name))).filter((file) => file.isFile())
  const manifests = files.filter((name) => /^(@[^/]+\/)?[^/@.][^/]*\/package\.json$/.test(name))
  return { bytes: bytes.reduce((sum, file) => sum + file.size, 0), packages: manifests.length }
}

test('@aos/sdk with @opentelemetry/api is at most 4 packages and 2.5 MB', () => {
  const needed = packages.filter(({ name }) => name === '@aos/sdk' || name === '@agent-run/types')
  const folder = installWithNpm('budget', [...needed.map((item) => item.tarball), ...opentelemetry])
  const size = measure(join(folder, 'node_modules'))
  rmSync(folder, { recursive: true })
  expect(size.packages).toBeLessThanOrEqual(4)
  expect(size.bytes).toBeLessThanOrEqual(2_500_000)
})
