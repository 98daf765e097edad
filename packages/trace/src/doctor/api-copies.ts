import { join } from 'node:path'
import { findPackage, HERE } from '../otel/installed-package.ts'
import { findSdkPackage } from '../otel/otel-sdk.ts'
import type { Finding } from './finding.ts'

const API = '@opentelemetry/api'
const GLOBAL = Symbol.for('opentelemetry.js.api.1')

/** A copy of the OpenTelemetry api, and who resolves to it. */
export interface ApiCopy {
  readonly version: string
  readonly directory: string
  readonly users: readonly string[]
}

/** Finds every copy of the api that this package, the SDK, the OpenTelemetry SDK and the application resolve to. */
export function findApiCopies(application: string = applicationFile()): readonly ApiCopy[] {
  const copies = new Map<string, { version: string; directory: string; users: string[] }>()
  const sdk = findSdkPackage()
  const places: readonly (readonly [user: string, file: string | undefined])[] = [
    ['@aos/trace', HERE],
    ['@aos/sdk', findPackage('@aos/sdk', HERE)?.entry],
    [sdk?.name ?? '', sdk?.entry],
    ['the application', application],
  ]
  for (const [user, file] of places) {
    const copy = file === undefined ? undefined : findPackage(API, file)
    if (copy === undefined) continue
    const known = copies.get(copy.directory) ?? {
      version: copy.version,
      directory: copy.directory,
      users: [],
    }
    known.users.push(user)
    copies.set(copy.directory, known)
  }
  return [...copies.values()]
}

/** Checks that everybody sees the same copy of the api. */
export function checkApiCopies(application?: string): readonly Finding[] {
  const copies = findApiCopies(application)
  const own = findPackage(API, HERE)
  return [...checkDuplicates(copies), ...checkGlobal(own?.version)]
}

function checkDuplicates(copies: readonly ApiCopy[]): readonly Finding[] {
  if (copies.length < 2) return []
  const list = copies.map(
    ({ version, directory, users }) => `${version} for ${users.join(' and ')} (${directory})`,
  )
  const sameVersion = new Set(copies.map(({ version }) => version)).size === 1
  return [
    {
      code: 'api_duplicated',
      severity: sameVersion ? 'warning' : 'error',
      message: `${copies.length} copies of ${API} are installed: ${list.join('; ')}. What one copy registers, an older or newer one may not see.`,
      fix: `install one version of ${API} for all, with an override in the package.json of the application if need be`,
    },
  ]
}

function checkGlobal(ownVersion: string | undefined): readonly Finding[] {
  const registered: unknown = Reflect.get(globalThis, GLOBAL)
  const version =
    typeof registered === 'object' && registered !== null
      ? String(Reflect.get(registered, 'version'))
      : undefined
  if (version === undefined || ownVersion === undefined || version === ownVersion) return []
  // an api reads what the same or a newer minor has registered, never what an older one has
  const [minor, ownMinor] = [version, ownVersion].map((text) => Number(text.split('.')[1]))
  const visible = (minor ?? 0) >= (ownMinor ?? 0)
  return [
    {
      code: 'api_global_mismatch',
      severity: visible ? 'warning' : 'error',
      message:
        `the OpenTelemetry globals were registered through ${API} ${version}, and @aos/trace has ${ownVersion}: ` +
        (visible
          ? 'it sees them, but can register nothing itself'
          : 'it sees no provider and no context there'),
      fix: `install one version of ${API} for all, with an override in the package.json of the application if need be`,
    },
  ]
}

function applicationFile(): string {
  // a file that need not exist stands for its folder
  return process.argv[1] ?? join(process.cwd(), 'index.js')
}
