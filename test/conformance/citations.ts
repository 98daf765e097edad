import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/** One place in a test file that verifies a requirement. */
export interface Citation {
  readonly id: string
  /** Path from the root of the repository. */
  readonly file: string
}

const ROOT = join(import.meta.dirname, '..', '..')
const FOLDERS = ['packages', 'test/conformance', 'test/e2e', 'test/compat', 'test/examples']
const SKIPPED = new Set(['node_modules', 'dist', 'generated'])
// at the start of a line, so that a comment or a text cannot stand for a test
const CITATION = /^[ \t]*verifies\(\s*'([^'\n]+)'/gm

/** Finds every citation of a requirement in the test files that `npm test` runs. */
export async function findCitations(): Promise<readonly Citation[]> {
  const files = (await Promise.all(FOLDERS.map((folder) => testFiles(join(ROOT, folder))))).flat().toSorted()
  const found = await Promise.all(files.map(citationsIn))
  return found.flat()
}

async function citationsIn(path: string): Promise<readonly Citation[]> {
  const text = await readFile(path, 'utf8')
  const file = relative(ROOT, path).split(sep).join('/')
  return [...text.matchAll(CITATION)].flatMap(([, id]) => (id === undefined ? [] : [{ id, file }]))
}

async function testFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : testFiles(path)
      return entry.name.endsWith('.test.ts') && !entry.name.endsWith('.system.test.ts') ? [path] : []
    }),
  )
  return found.flat()
}
