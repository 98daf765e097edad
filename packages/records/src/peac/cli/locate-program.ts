import { accessSync, constants, createReadStream, statSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { delimiter, join, resolve } from 'node:path'
import { sha256Hex } from '@agent-run/types'
import type { CliExecution } from '../../generated/peac-types.ts'
import type { CommandSettings } from './command-options.ts'

/** Finds the file that a name of a program means, as the system would. */
export function locateProgram(
  program: string,
  { cwd, env }: Pick<CommandSettings, 'cwd' | 'env'>,
): string | undefined {
  if (/[\\/]/.test(program)) return isProgram(resolve(cwd, program)) ? resolve(cwd, program) : undefined
  const folders = (env['PATH'] ?? '').split(delimiter).map((folder) => resolve(cwd, folder))
  return folders.map((folder) => join(folder, program)).find(isProgram)
}

/** Tells about the file of a program, as far as it may be told. */
export async function describeBinary(
  path: string | undefined,
  mode: CommandSettings['binaryMode'],
): Promise<CliExecution['binary']> {
  if (mode === 'none' || path === undefined) return { path_mode: 'none' }
  const { size, mode: bits } = statSync(path)
  const facts = {
    size_bytes: size,
    mode_octal: (bits & 0o7777).toString(8).padStart(4, '0'),
    sha256: await fileDigest(path),
  }
  return mode === 'hashed'
    ? { path_mode: 'hashed', path_sha256: `sha256:${sha256Hex(path)}`, ...facts }
    : { path_mode: 'absolute', path_absolute: path, ...facts }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  return `sha256:${hash.digest('hex')}`
}
