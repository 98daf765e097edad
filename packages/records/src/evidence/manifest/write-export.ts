import { AosError } from '@aos/sdk'
import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { EvidencePack } from '../../generated/agent-evidence-types.ts'
import { createExport, type EvidenceExport } from './create-export.ts'
import type { ExportedEvidence, ExportedFile } from './export-files.ts'
import type { ExportOptions } from './export-options.ts'

/** How evidence is exported to a folder. */
export interface WriteExportOptions extends ExportOptions {
  /** Folder of the export, which must not exist or be empty. */
  readonly directory: string
}

const PRIVATE_FOLDER = 0o700
const PRIVATE_FILE = 0o600

/**
 * Exports a pack, or the evidence of a run, to a folder that only this user can read: it is there whole or not at all.
 * Rejects with `invalid_options`, and with `export_failed` where the folder cannot be written.
 */
export async function exportPack(
  source: EvidencePack | ExportedEvidence,
  { directory, ...options }: WriteExportOptions,
): Promise<EvidenceExport> {
  if (typeof directory !== 'string' || directory === '')
    throw new AosError({
      code: 'invalid_options',
      message: 'exportPack: option directory must be the path of a folder',
      fix: "Pass directory: './export', or use createExport() for the files alone.",
    })
  const made = createExport(source, options)
  const target = resolve(directory)
  const draft = `${target}.${randomUUID()}.new`
  try {
    await mkdir(dirname(target), { recursive: true, mode: PRIVATE_FOLDER })
    await mkdir(draft, { mode: PRIVATE_FOLDER })
    for (const file of made.files) await writeFile(draft, file)
    await rename(draft, target)
  } catch (cause) {
    // what failed first is what is told
    await rm(draft, { recursive: true, force: true }).catch(() => undefined)
    throw failed(target, cause)
  }
  return made
}

async function writeFile(folder: string, { path, content }: ExportedFile): Promise<void> {
  const place = join(folder, ...path.split('/'))
  await mkdir(dirname(place), { recursive: true, mode: PRIVATE_FOLDER })
  const handle = await open(place, 'wx', PRIVATE_FILE)
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function failed(target: string, cause: unknown): AosError {
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined
  const isTaken = code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR' || code === 'EPERM'
  return new AosError({
    code: 'export_failed',
    message: `The evidence was not exported to ${target}`,
    why: isTaken ? 'something is there already' : cause instanceof Error ? cause.message : 'writing failed',
    fix: isTaken ? 'Use a folder that does not exist yet.' : 'Use a folder that this user may write.',
    cause,
  })
}
