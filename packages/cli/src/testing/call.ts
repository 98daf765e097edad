import { runHash, type AgentRun } from '@agent-run/types'
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCli } from '../run-cli.ts'

/** What a call of the program came to. */
export interface Called {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  /** The one JSON document on stdout. */
  readonly json: () => Record<string, unknown>
}

function called(exitCode: number | null, stdout: string, stderr: string): Called {
  return { exitCode, stdout, stderr, json: () => JSON.parse(stdout) as Record<string, unknown> }
}

export interface CallOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly isTTY?: boolean
  readonly signal?: AbortSignal
  readonly onText?: (text: string) => void
}

/** Calls the program in this process. */
export async function call(
  args: readonly string[],
  { env = {}, isTTY = false, signal, onText }: CallOptions = {},
): Promise<Called> {
  const written = { stdout: '', stderr: '' }
  const output = (name: 'stdout' | 'stderr') => ({
    isTTY,
    columns: 120,
    write: (text: string | Uint8Array) => {
      written[name] += typeof text === 'string' ? text : Buffer.from(text).toString()
      if (name === 'stdout') onText?.(written.stdout)
    },
  })
  const exitCode = await runCli(args, { stdout: output('stdout'), stderr: output('stderr'), env, signal })
  return called(exitCode, written.stdout, written.stderr)
}

const MAIN = join(import.meta.dirname, '..', 'main.ts')

/** Starts the program in a process of its own, with what it reads. */
export function start(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, ['--conditions=aos-source', MAIN, ...args], {
    env: { ...process.env, ...env },
  })
  child.stdin.end(input)
  return child
}

/** Calls the program in a process of its own, and waits for its end. */
export async function spawnCall(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Called> {
  const child = start(args, env)
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return called(exitCode, stdout, stderr)
}

/** A new folder with files: text as it is, anything else as JSON. */
export function folderWith(files: Readonly<Record<string, unknown>> = {}): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'aos-cli-'))
  for (const [name, value] of Object.entries(files))
    writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value))
  return (name) => join(folder, name)
}

/** A key pair as PEM text. */
export function pemKeys(): { readonly privateKey: string; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return {
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
  }
}

/** A run that is valid and carries its own run_hash. */
export function aRun(members: Partial<AgentRun> = {}): AgentRun {
  return {
    id: '0196b0c0-0000-7000-8000-000000000001',
    agent_id: 'clerk',
    model: 'model-1',
    status: 'completed',
    started_at: '2026-01-31T10:00:00.000Z',
    steps: [],
    cost: { input_tokens: 10, output_tokens: 5 },
    provenance: { run_hash: runHash({ agent_id: 'clerk', model: 'model-1' }) },
    ...members,
  }
}
