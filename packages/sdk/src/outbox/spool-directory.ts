import { chmodSync, lstatSync, mkdirSync, statSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { AosError } from '../errors.ts'

const PRIVATE_MODE = 0o700
const OTHERS_MAY_WRITE = 0o002
const STICKY = 0o1000

/** Returns the default spool folder of an outbox: below the user's state folder, else below the temporary one. */
export function defaultSpoolDirectory(name: string, environment: NodeJS.ProcessEnv = process.env): string {
  const stateHome = environment['XDG_STATE_HOME']
  if (stateHome !== undefined && isAbsolute(stateHome)) return join(stateHome, 'aos', name)
  const localAppData = environment['LOCALAPPDATA']
  if (process.platform === 'win32' && localAppData !== undefined) return join(localAppData, 'aos', name)
  const home = homeDirectory()
  if (home !== undefined) return join(home, '.local', 'state', 'aos', name)
  return join(tmpdir(), `aos-${process.getuid?.() ?? 'user'}-${name}`)
}

/** Creates the spool folder if need be and throws unless it is a real folder that only this user can enter. */
export function assertPrivateDirectory(directory: string): void {
  const path = resolve(directory)
  mkdirSync(path, { recursive: true, mode: PRIVATE_MODE })
  const stats = lstatSync(path)
  if (stats.isSymbolicLink()) throw refused(path, 'it is a symbolic link')
  if (!stats.isDirectory()) throw refused(path, 'it is not a folder')
  const userId = process.getuid?.()
  if (userId === undefined) return
  if (stats.uid !== userId) throw refused(path, 'it belongs to another user')
  const parentMode = statSync(dirname(path)).mode
  if ((parentMode & OTHERS_MAY_WRITE) !== 0 && (parentMode & STICKY) === 0) {
    throw refused(path, 'every user can replace it, as its parent folder is writable for all')
  }
  if ((stats.mode & 0o777) !== PRIVATE_MODE) chmodSync(path, PRIVATE_MODE)
}

function refused(path: string, why: string): AosError {
  return new AosError({
    code: 'invalid_spool',
    message: `The spool folder ${path} is not used`,
    why,
    fix: 'Pass `directory`: a folder that belongs to this user alone.',
  })
}

function homeDirectory(): string | undefined {
  try {
    const home = homedir()
    return isAbsolute(home) && home !== '/' && lstatSync(home).isDirectory() ? home : undefined
  } catch {
    return undefined
  }
}
