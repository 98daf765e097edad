import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Terminal } from '../terminal/terminal.ts'

/** The folder in which this user's data of `aos` is kept, as each system has it. */
export function dataFolder(env: Terminal['env'], platform: NodeJS.Platform = process.platform): string {
  const home = env['HOME'] ?? homedir()
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'aos')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'aos')
  const data = env['XDG_DATA_HOME'] ?? ''
  // a relative one is to be ignored (XDG base directory specification)
  return join(data.startsWith('/') ? data : join(home, '.local', 'share'), 'aos')
}
