import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './run-source.ts'

interface Manifest {
  readonly name: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** What is wrong with a shell line that is shown but not run here; it must name what the repository has. */
export function shellProblem(line: string, reason: string): string | undefined {
  const words = line.trim().split(/\s+/)
  const [program = '', command = '', ...rest] = words
  if (program === 'npm' && command === 'install') return missing(rest.filter((word) => !word.startsWith('-')))
  if (program === 'npm') return missingScript(command === 'run' ? rest[0] : command)
  if (program === 'npx') return citesTest(reason) ? undefined : 'names no test that runs it'
  return `nothing checks "${line}"`
}

function missing(packages: readonly string[]): string | undefined {
  const unknown = packages.map(nameOf).filter((name) => !knownPackages().has(name))
  return unknown.length === 0
    ? undefined
    : `installs ${unknown.join(', ')}, which no package here is or names`
}

function nameOf(specifier: string): string {
  return specifier.replace(/(?<=.)@.*$/, '')
}

function knownPackages(): ReadonlySet<string> {
  const folders = readdirSync(join(ROOT, 'packages')).map((name) => join(ROOT, 'packages', name))
  const manifests = [...folders, join(ROOT, 'examples')].map(readManifest)
  return new Set(
    manifests.flatMap(({ name, dependencies = {}, peerDependencies = {} }) => [
      name,
      ...Object.keys(dependencies),
      ...Object.keys(peerDependencies),
    ]),
  )
}

function missingScript(name = ''): string | undefined {
  const { scripts = {} } = readManifest(ROOT)
  return Object.hasOwn(scripts, name) ? undefined : `there is no npm script "${name}"`
}

function citesTest(reason: string): boolean {
  const path = /\S+\.test\.ts/.exec(reason)?.[0]
  return path !== undefined && existsSync(join(ROOT, path))
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
}
