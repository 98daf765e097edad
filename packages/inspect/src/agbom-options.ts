import { AosError } from '@aos/sdk'
import type { KnownFacts } from './collect/build-graph.ts'

/** Formats of a bill of materials. */
export type AgBOMFormat = 'cyclonedx' | 'spdx' | 'spdx-json' | 'spdx-3' | 'swid'

/** How a bill of materials is made. */
export interface AgBOMOptions {
  /** `cyclonedx` by default; `spdx` is SPDX 2.3, as tag-value text and as JSON. */
  readonly format?: AgBOMFormat | undefined
  /** Version of CycloneDX, `1.6` by default. */
  readonly specVersion?: '1.5' | '1.6' | '1.7' | undefined
  /** `landing` gives the literal shapes of the AOS landing page, which are not valid in any version of their formats. */
  readonly profile?: 'valid' | 'landing' | undefined
  /** `false` leaves out what the agent does not declare and what was seen only while it ran. Default true. */
  readonly includeRuntime?: boolean | undefined
  /** npm packages that run the agent: `all` (default) with those they need in turn, `direct`, or `none`. */
  readonly packages?: 'all' | 'direct' | 'none' | undefined
  /** Folder at or below the application's `package.json`; the working directory by default. */
  readonly directory?: string | undefined
  /** What no framework says, by id: `agent`, `model:gpt-5.2`, `tool:search`, … */
  readonly known?: Readonly<Record<string, KnownFacts>> | undefined
  /** `urn:uuid:…`; by default one that is always the same for an agent of this id. */
  readonly serialNumber?: string | undefined
  /** Facts of where the agent runs; by default the version of Node.js, operating system and architecture. */
  readonly environment?: Readonly<Record<string, string>> | undefined
  /** Milliseconds since the epoch. */
  readonly clock?: (() => number) | undefined
}

type Allowed = readonly unknown[] | ((value: unknown) => boolean)

const ALLOWED: Readonly<Record<keyof AgBOMOptions, Allowed>> = {
  format: ['cyclonedx', 'spdx', 'spdx-json', 'spdx-3', 'swid'],
  specVersion: ['1.5', '1.6', '1.7'],
  profile: ['valid', 'landing'],
  includeRuntime: [true, false],
  packages: ['all', 'direct', 'none'],
  directory: (value) => typeof value === 'string' && value !== '',
  known: isRecord,
  serialNumber: (value) => typeof value === 'string' && SERIAL.test(value),
  environment: (value) => isRecord(value) && Object.values(value).every((text) => typeof text === 'string'),
  clock: (value) => typeof value === 'function',
}

const SERIAL = /^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Throws `invalid_options` for options that are unknown or of a wrong kind. */
export function assertAgBOMOptions(options: AgBOMOptions): void {
  for (const [name, value] of Object.entries(options)) {
    const allowed = Object.hasOwn(ALLOWED, name) ? ALLOWED[name as keyof AgBOMOptions] : undefined
    if (allowed === undefined)
      throw invalid(`has no option ${name}`, `Use ${Object.keys(ALLOWED).join(', ')}.`)
    if (value === undefined) continue
    const fits = typeof allowed === 'function' ? allowed(value) : allowed.includes(value)
    if (!fits)
      throw invalid(
        `cannot use this ${name}`,
        typeof allowed === 'function'
          ? 'See the documentation of the option.'
          : `Pass ${allowed.map((each) => JSON.stringify(each)).join(', ')}.`,
      )
  }
}

function invalid(what: string, fix: string): AosError {
  return new AosError({ code: 'invalid_options', message: `A bill of materials ${what}`, fix })
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
