import { readFile, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** An npm package as it is installed. */
export interface InstalledPackage {
  /** Name and version: `ai@7.0.173`. */
  readonly id: string
  readonly name: string
  readonly version: string
  readonly description?: string | undefined
  readonly license?: string | undefined
  /** Ids of the packages it needs, as they are installed for it. */
  readonly dependsOn: readonly string[]
}

/** The packages of an application. */
export interface PackageTree {
  /** Ids of those that the application itself names. */
  readonly direct: readonly string[]
  readonly packages: readonly InstalledPackage[]
  /** Whether there are more than are listed. */
  readonly truncated: boolean
}

/** Fewer packages than this are never left out. */
const MAX_PACKAGES = 5000

interface Found {
  readonly folder: string
  readonly manifest: Manifest
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly description?: string | undefined
  readonly license?: string | undefined
  readonly needs: readonly string[]
}

/**
 * Reads which npm packages an application is run by: those that the nearest `package.json` at or above a folder names as
 * dependencies, and with `depth: 'all'` those that they need in turn. What is not installed, as optional ones, is left out.
 */
export async function installedPackages(folder: string, depth: 'direct' | 'all'): Promise<PackageTree> {
  const root = await nearest(folder)
  if (root === undefined) return { direct: [], packages: [], truncated: false }
  const found = new Map<string, InstalledPackage>()
  const direct = await namedBy(root)
  const open = [...direct]
  for (let next = open.shift(); next !== undefined && found.size < MAX_PACKAGES; next = open.shift()) {
    const id = idOf(next)
    if (found.has(id)) continue
    const below = depth === 'all' ? await namedBy(next) : []
    const { name, version, description, license } = next.manifest
    const dependsOn = [...new Set(below.map(idOf))].toSorted(byText)
    found.set(id, { id, name, version, description, license, dependsOn })
    open.push(...below)
  }
  return {
    direct: [...new Set(direct.map(idOf))].toSorted(byText),
    packages: [...found.values()].toSorted((left, right) => byText(left.id, right.id)),
    truncated: open.length > 0,
  }
}

/** Order by code units, the same everywhere. */
export function byText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

function idOf({ manifest: { name, version } }: Found): string {
  return `${name}@${version}`
}

async function namedBy({ folder, manifest }: Found): Promise<readonly Found[]> {
  const found = await Promise.all(manifest.needs.map((name) => lookUp(name, folder)))
  return found.filter((each) => each !== undefined)
}

async function nearest(folder: string): Promise<Found | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const found = await read(at)
    if (found !== undefined) return found
    if (dirname(at) === at) return undefined
  }
}

// as Node looks for a package that is imported from there
async function lookUp(name: string, from: string): Promise<Found | undefined> {
  for (let at = from; ; at = dirname(at)) {
    const found = await read(join(at, 'node_modules', name))
    if (found !== undefined) return found
    if (dirname(at) === at) return undefined
  }
}

async function read(folder: string): Promise<Found | undefined> {
  try {
    const text = await readFile(join(folder, 'package.json'), 'utf8')
    const manifest = toManifest(JSON.parse(text))
    // where links lead, other packages are
    return manifest && { folder: await realpath(folder), manifest }
  } catch {
    return undefined
  }
}

function toManifest(value: unknown): Manifest | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { name, version, description, license, dependencies, optionalDependencies, peerDependencies } =
    value as Record<string, unknown>
  const needs = [dependencies, optionalDependencies, peerDependencies].flatMap((named) =>
    typeof named === 'object' && named !== null ? Object.keys(named) : [],
  )
  return {
    name: typeof name === 'string' ? name : 'application',
    version: typeof version === 'string' ? version : '0.0.0',
    description: typeof description === 'string' ? description : undefined,
    license: typeof license === 'string' ? license : undefined,
    needs: [...new Set(needs)].filter(isPackageName).toSorted(byText),
  }
}

function isPackageName(name: string): boolean {
  return /^(?:@[\w.~-]+\/)?[\w.~-]+$/.test(name) && !name.split('/').some((part) => /^\.+$/.test(part))
}
