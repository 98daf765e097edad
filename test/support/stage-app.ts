import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
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

/**
 * Copies the sources of our packages and the given scripts below a folder, so that they resolve OpenTelemetry from
 * there, as they would after an install: a workspace link would always resolve what this repository develops with.
 */
export function stageApp(home: string, scripts: readonly string[]): StagedApp {
  const out = join(home, 'out')
  mkdirSync(out, { recursive: true })
  const directory = mkdtempSync(join(out, 'app-'))
  for (const [folder, name] of Object.entries(PACKAGES)) {
    const target = join(directory, 'packages', folder)
    const source = join(REPOSITORY, 'packages', folder)
    for (const part of ['package.json', 'src'])
      cpSync(join(source, part), join(target, part), { recursive: true })
    const link = join(directory, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(target, link, 'junction')
  }
  for (const script of scripts) cpSync(script, join(directory, basename(script)))
  return {
    directory,
    run: (script, options = {}) => runScript(join(directory, script), directory, options),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  }
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
