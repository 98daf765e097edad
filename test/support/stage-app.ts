import { spawn } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

const REPOSITORY = join(import.meta.dirname, '..', '..')
const PACKAGES = { types: '@agent-run/types', sdk: '@aos/sdk', trace: '@aos/trace' } as const

/** An application on a disk of its own: our packages beside it, everything else as its folder resolves it. */
export interface StagedApp extends Disposable {
  readonly directory: string
  /** Runs a script and resolves with how it ended. */
  run(script: string, options?: RunOptions): Promise<ScriptResult>
}

/** What a staged script is started with. */
export interface RunOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Signal sent when the script prints `ready`. */
  readonly signalWhenReady?: NodeJS.Signals
}

/** How a staged script ended. */
export interface ScriptResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** What a staged application is made of. */
export interface StageOptions {
  /** Folder of the workspace package whose OpenTelemetry packages the application has. */
  readonly home: string
  readonly scripts: readonly string[]
  /** Which of them it has, all by default. */
  readonly installed?: readonly string[]
  /** Further links, from a path in the application to a folder. */
  readonly links?: Readonly<Record<string, string>>
}

/**
 * Copies the sources of our packages and the given scripts to a folder of their own, so that they resolve OpenTelemetry
 * as they would after an install: a workspace link would always resolve what this repository develops with.
 */
export function stageApp({ home, scripts, installed, links = {} }: StageOptions): StagedApp {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'aos-app-')))
  const link = (path: string, target: string): void => {
    const full = join(directory, path)
    mkdirSync(dirname(full), { recursive: true })
    symlinkSync(target, full, 'junction')
  }
  for (const [folder, name] of Object.entries(PACKAGES)) {
    const target = join(directory, 'packages', folder)
    const source = join(REPOSITORY, 'packages', folder)
    for (const part of ['package.json', 'src'])
      cpSync(join(source, part), join(target, part), { recursive: true })
    link(join('node_modules', name), target)
    for (const dependency of foreignDependencies(source)) {
      link(
        join('packages', folder, 'node_modules', dependency),
        realpathSync(join(source, 'node_modules', dependency)),
      )
    }
  }
  const telemetry = join('node_modules', '@opentelemetry')
  for (const name of installed ?? readdirSync(join(home, telemetry))) {
    link(join(telemetry, name), join(home, telemetry, name))
  }
  for (const [path, target] of Object.entries(links)) link(path, target)
  for (const script of scripts) cpSync(script, join(directory, basename(script)))
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}\n')
  return {
    directory,
    run: (script, options = {}) => runScript(join(directory, script), directory, options),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  }
}

function foreignDependencies(folder: string): readonly string[] {
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const dependencies =
    (manifest as { readonly dependencies?: Readonly<Record<string, string>> }).dependencies ?? {}
  return Object.keys(dependencies).filter((name) => !Object.values<string>(PACKAGES).includes(name))
}

function runScript(file: string, cwd: string, options: RunOptions): Promise<ScriptResult> {
  const { args = [], env = {}, signalWhenReady } = options
  // what telemetry variables the machine has must not decide the test
  const inherited = Object.entries(process.env).filter(([name]) => !/^(OTEL_|NODE_|VITEST)/.test(name))
  const child = spawn(process.execPath, ['--conditions=aos-source', file, ...args], {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  let signalled = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (signalWhenReady === undefined || signalled || !stdout.includes('ready\n')) return
    signalled = true
    child.kill(signalWhenReady)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
}
