import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExportedFile } from './export-files.ts'

/** An export that can be checked: the path of its folder, its files, or their content by path. */
export type VerifiableExport = string | readonly ExportedFile[] | ReadonlyMap<string, string | Uint8Array>

/** The bytes of a file, or why there are none. */
export type ReadFile = { readonly bytes: Uint8Array } | { readonly problem: string }

const MAX_FILES = 100_000

/** Reads every file of an export; links are not followed. */
export async function filesOf(source: VerifiableExport): Promise<ReadonlyMap<string, ReadFile>> {
  if (typeof source === 'string') return readFolder(source)
  const entries = Array.isArray(source)
    ? (source as readonly ExportedFile[]).map(({ path, content }) => [path, content] as const)
    : [...(source as ReadonlyMap<string, string | Uint8Array>)]
  return new Map(entries.map(([path, content]) => [path, { bytes: Buffer.from(content) }]))
}

async function readFolder(folder: string): Promise<ReadonlyMap<string, ReadFile>> {
  const files = new Map<string, ReadFile>()
  const open = ['']
  for (let below = open.pop(); below !== undefined && files.size < MAX_FILES; below = open.pop()) {
    for (const name of await namesIn(join(folder, below))) {
      const path = below === '' ? name : `${below}/${name}`
      const read = await readEntry(join(folder, path))
      if (read === 'folder') open.push(path)
      else files.set(path, read)
    }
  }
  return files
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted()
  } catch {
    // what is missing is told file by file, by the manifest
    return []
  }
}

async function readEntry(path: string): Promise<ReadFile | 'folder'> {
  try {
    const stats = await lstat(path)
    if (stats.isDirectory()) return 'folder'
    if (!stats.isFile()) return { problem: 'it is no regular file' }
    return { bytes: await readFile(path) }
  } catch (error) {
    return { problem: `it cannot be read: ${error instanceof Error ? error.message : 'unknown error'}` }
  }
}
