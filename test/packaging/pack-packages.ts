// Packs every public package and installs the tarballs into empty projects, as a user would.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** The root of the repository. */
export const root: string = dirname(dirname(import.meta.dirname))

/** One packed package. */
export interface PackedPackage {
  name: string
  tarball: string
  /** Import specifiers of all its entries. */
  entries: string[]
  /** Major version of Node that it needs at least. */
  floor: number
}

interface Manifest {
  name: string
  private?: boolean
  engines: { node: string }
  exports: Record<string, unknown>
}

function execute(command: string, args: readonly string[], cwd: string): void {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (result.error) throw result.error
  if (result.status === 0) return
  throw new Error(
    `${command} ${args.join(' ')} ended with ${result.status}\n${result.stdout}${result.stderr}`,
  )
}

/** Makes an empty folder that the operating system may clear. */
export function makeFolder(purpose: string): string {
  return mkdtempSync(join(realpathSync(tmpdir()), `aos-${purpose}-`))
}

/** Builds and packs every public package. */
export function packAll(): PackedPackage[] {
  const target = makeFolder('pack')
  execute('tsc', ['-b', 'tsconfig.build.json'], root)
  return readdirSync(join(root, 'packages')).flatMap((folder) => {
    const cwd = join(root, 'packages', folder)
    const manifest = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')) as Manifest
    if (manifest.private === true) return []
    const destination = join(target, folder)
    mkdirSync(destination)
    execute('pnpm', ['pack', '--pack-destination', destination], cwd)
    const [tarball = ''] = readdirSync(destination)
    // a plain string is a data file, such as a schema
    const modules = Object.entries(manifest.exports).filter(([, target]) => typeof target === 'object')
    const entries = modules.map(([path]) => `${manifest.name}${path.slice(1)}`)
    const floor = Number(/\d+/.exec(manifest.engines.node)?.[0])
    return [{ name: manifest.name, tarball: join(destination, tarball), entries, floor }]
  })
}

/** Installs packages with npm into a new project and returns its folder. */
export function installWithNpm(purpose: string, specs: readonly string[]): string {
  const folder = makeFolder(purpose)
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  const flags = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock']
  execute('npm', ['install', ...flags, ...specs], folder)
  return folder
}
