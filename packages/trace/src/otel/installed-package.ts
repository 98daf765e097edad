import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** A package as Node resolves it from one place. */
export interface InstalledPackage {
  readonly name: string
  readonly version: string
  readonly directory: string
  /** File that `require` of the package loads. */
  readonly entry: string
  readonly peers: Readonly<Record<string, string>>
}

/** File that stands for this package when others are resolved. */
export const HERE: string = import.meta.filename

/** Finds a package from a file, the way Node does for `require`; `undefined` when it is not installed there. */
export function findPackage(name: string, from: string): InstalledPackage | undefined {
  const entry = resolveFrom(name, from)
  if (entry === undefined) return undefined
  for (let directory = dirname(entry); directory !== dirname(directory); directory = dirname(directory)) {
    // exports maps may hide package.json, so it is read from the disk
    const manifest = readManifest(join(directory, 'package.json'))
    if (manifest?.['name'] !== name) continue
    const { version, peerDependencies } = manifest
    return { name, version: String(version), directory, entry, peers: toStringRecord(peerDependencies) }
  }
  return undefined
}

/** Loads a package synchronously from the place it was found at. */
export function loadPackage({ entry }: InstalledPackage): Readonly<Record<string, unknown>> {
  const loaded: unknown = createRequire(entry)(entry)
  return loaded as Readonly<Record<string, unknown>>
}

function resolveFrom(name: string, from: string): string | undefined {
  try {
    return realpathSync(createRequire(from).resolve(name))
  } catch {
    return undefined
  }
}

function readManifest(file: string): Readonly<Record<string, unknown>> | undefined {
  if (!existsSync(file)) return undefined
  const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'))
  return typeof manifest === 'object' && manifest !== null ? { ...manifest } : undefined
}

function toStringRecord(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, String(entry)]))
}
