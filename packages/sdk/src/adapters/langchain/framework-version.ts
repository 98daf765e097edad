import { isBag, prototypesOf } from './shapes.ts'

/** A member by which the class of an object is found, and the package that class is of. */
export interface ClassMark {
  readonly getter: string
  readonly packageName: string
}

// taken where they are needed: loading them costs everybody who imports the SDK
const fs = (): typeof import('node:fs') => process.getBuiltinModule('node:fs')
const paths = (): typeof import('node:path') => process.getBuiltinModule('node:path')

const KNOWN = new WeakMap<object, string | undefined>()

/**
 * The version of the package that the class of an object stands in. Nothing of the package is imported and several may
 * be installed, so the class itself is asked where it is; a bundle does not know that any more.
 */
export function versionOf(example: object, { getter, packageName }: ClassMark): string | undefined {
  const owner = prototypesOf(example).find((prototype) => Object.hasOwn(prototype, getter))
  if (owner === undefined) return undefined
  if (!KNOWN.has(owner)) KNOWN.set(owner, versionAbove(fileOf(owner, getter), packageName))
  return KNOWN.get(owner)
}

// a getter that is asked without an object fails in the file it is written in
function fileOf(owner: object, getter: string): string | undefined {
  try {
    Reflect.get(owner, getter, undefined)
    return undefined
  } catch (error) {
    const stack = error instanceof Error ? String(error.stack) : ''
    const [, place] = /\((.+?):\d+:\d+\)$/m.exec(stack) ?? []
    return place?.startsWith('file:') === true
      ? process.getBuiltinModule('node:url').fileURLToPath(place)
      : place
  }
}

function versionAbove(file: string | undefined, packageName: string): string | undefined {
  const path = paths()
  let at = file ?? ''
  while (path.dirname(at) !== at) {
    at = path.dirname(at)
    const manifest = manifestIn(at)
    if (manifest?.['name'] === undefined) continue
    return manifest['name'] === packageName ? String(manifest['version']) : undefined
  }
  return undefined
}

function manifestIn(folder: string): Readonly<Record<string, unknown>> | undefined {
  const file = paths().join(folder, 'package.json')
  try {
    const manifest: unknown = fs().existsSync(file) ? JSON.parse(fs().readFileSync(file, 'utf8')) : undefined
    return isBag(manifest) ? manifest : undefined
  } catch {
    // what cannot be read says nothing of a version
    return undefined
  }
}
