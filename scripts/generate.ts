// Writes every generated file, or with --check reports the ones that are out of date.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

/** One generated file: its path from the repository root and its whole text. */
export interface GeneratedFile {
  path: string
  text: string
}

/** What every module in scripts/generate exports. */
interface Generator {
  outputs: () => Promise<GeneratedFile[]>
}

const root = dirname(import.meta.dirname)

function isGenerator(module: unknown): module is Generator {
  return (
    typeof module === 'object' &&
    module !== null &&
    'outputs' in module &&
    typeof module.outputs === 'function'
  )
}

async function generateAll(): Promise<GeneratedFile[]> {
  const folder = join(import.meta.dirname, 'generate')
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter(
    (entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'),
  )
  const files: GeneratedFile[] = []
  for (const { name } of names.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const module: unknown = await import(join(folder, name))
    if (!isGenerator(module)) throw new Error(`scripts/generate/${name} does not export "outputs"`)
    files.push(...(await module.outputs()))
  }
  return files
}

async function currentText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

const check = process.argv.includes('--check')
const stale: string[] = []
for (const { path, text } of await generateAll()) {
  const target = join(root, path)
  if ((await currentText(target)) === text) continue
  stale.push(relative(root, target))
  if (check) continue
  await mkdir(dirname(target), { recursive: true })
  await writeFile(target, text)
}
if (stale.length > 0) {
  const head = check ? 'out of date (run "npm run generate" and commit the result):' : 'wrote:'
  process.stdout.write(`${head}\n${stale.map((path) => `  ${path}\n`).join('')}`)
  process.exitCode = check ? 1 : 0
}
