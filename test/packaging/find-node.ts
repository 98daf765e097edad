import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Finds the Node binaries on PATH, one for each major version. */
export function findNodes(): Map<number, string> {
  const found = new Map<number, string>()
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const binary = join(folder, 'node')
    if (!existsSync(binary)) continue
    const version = execFileSync(binary, ['--version'], { encoding: 'utf8' })
    const major = Number(/^v(\d+)/.exec(version)?.[1])
    if (!found.has(major)) found.set(major, binary)
  }
  return found
}
