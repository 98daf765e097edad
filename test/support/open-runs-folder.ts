import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

// no process has this number, and no machine this name
const DEAD = 'abcdef123456-99999999-1-aaaaaaaa'

/** The folder in which a reporter keeps the traces of open runs. */
export class OpenRunsFolder {
  readonly path: string

  constructor(directory: string) {
    this.path = join(directory, 'open')
  }

  /** Names of all files in it. */
  async files(): Promise<readonly string[]> {
    try {
      return await readdir(this.path)
    } catch {
      // the reporter makes it when it needs it
      return []
    }
  }

  /** Resolves once it holds the traces of this many runs. */
  async holds(count: number): Promise<readonly string[]> {
    for (;;) {
      const files = (await this.files()).filter((name) => name.endsWith('.run'))
      if (files.length === count) return files
      await new Promise((resolve) => {
        setImmediate(resolve)
      })
    }
  }

  /** Leaves a trace, as a process does that is killed; gives its name. */
  async leave(trace: { readonly id: string } | string, seenMs: number, ending = ''): Promise<string> {
    await mkdir(this.path, { recursive: true, mode: 0o700 })
    const [id, text] = typeof trace === 'string' ? ['run-x', trace] : [trace.id, JSON.stringify(trace)]
    const name = `${id}.${DEAD}.run${ending}`
    await writeFile(join(this.path, name), text)
    await utimes(join(this.path, name), seenMs / 1000, seenMs / 1000)
    return name
  }
}
