import { execFile } from 'node:child_process'
import { join } from 'node:path'

/** The repository. */
export const ROOT: string = join(import.meta.dirname, '..', '..')

/** How a program ended. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a TypeScript file from source, without API keys and OpenTelemetry settings of the machine. */
export function runSource(
  file: string,
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<Ended> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^OTEL_|_API_KEY$|COLOR|^VITEST|^NODE_OPTIONS$/.test(name),
  )
  const options = { cwd: ROOT, env: { ...Object.fromEntries(inherited), ...env }, timeout: 25_000 }
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--conditions=aos-source', file, ...args],
      options,
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr })
      },
    )
  })
}
