import { AosError } from '@aos/sdk'
import type { KeyInput } from '@agent-run/types'
import { isMoment } from '../redact/redact-options.ts'
import { isSafePath } from '../validate/validate-documents.ts'

/** A file of somebody else that goes with an export, such as a signed record. */
export interface ExportAttachment {
  /** Its place in the export, with `/` between folders. */
  readonly path: string
  readonly content: string | Uint8Array
  /** What it is, in the words of the specification; `artifact_ref` by default. */
  readonly role?: string | undefined
  readonly mediaType?: string | undefined
  readonly schemaRef?: string | undefined
}

/** How evidence is exported. */
export interface ExportOptions {
  /** Id of the export: letters, digits and `_ . : -`. */
  readonly exportId: string
  /** When, in milliseconds since the epoch. */
  readonly at: number
  /** What goes with the pack; all of it by default, as far as the pack has it. */
  readonly include?: { readonly [Part in ExportPart]?: boolean } | undefined
  /** Ed25519 key that signs the manifest; without it there are hashes only. */
  readonly signingKey?: KeyInput | undefined
  /** Who may see it, and for how long. */
  readonly access?: Readonly<Record<string, unknown>> | undefined
  readonly attachments?: readonly ExportAttachment[] | undefined
  readonly notes?: string | undefined
}

/** A kind of file that can be left out of an export; the pack has the facts all the same. */
export type ExportPart =
  | 'claims'
  | 'sources'
  | 'provenance'
  | 'verification'
  | 'reviews'
  | 'replay'
  | 'redactions'
  | 'schemas'

/** Every {@link ExportPart}. */
export const EXPORT_PARTS: readonly ExportPart[] = [
  'claims',
  'sources',
  'provenance',
  'verification',
  'reviews',
  'replay',
  'redactions',
  'schemas',
]

type Check = readonly [isValid: (value: unknown) => boolean, expected: string]

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const CHECKS: { readonly [Option in keyof ExportOptions]-?: Check } = {
  exportId: [
    (value) => typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,255}$/.test(value),
    'an id: letters, digits and _ . : -',
  ],
  at: [isMoment, 'milliseconds since the epoch'],
  include: [isInclude, `an object of booleans: ${EXPORT_PARTS.join(', ')}`],
  signingKey: [(value) => isText(value) || isObject(value), 'an Ed25519 key: a KeyObject, PEM text or a JWK'],
  access: [isObject, 'an object'],
  attachments: [
    (value) => Array.isArray(value) && value.every(isAttachment),
    'a list of { path, content }, each path below the folder of the export, with / between folders',
  ],
  notes: [isText, 'a text'],
}

/** Throws `invalid_options` for options that are unknown or of a wrong kind. */
export function assertExportOptions(options: ExportOptions): void {
  for (const name of Object.keys(options))
    if (!Object.hasOwn(CHECKS, name)) throw invalid(`no option ${name}`, Object.keys(CHECKS).join(', '))
  for (const [name, [isValid, expected]] of Object.entries(CHECKS)) {
    const value: unknown = Reflect.get(options, name)
    const isRequired = name === 'exportId' || name === 'at'
    if (value === undefined ? !isRequired : isValid(value)) continue
    throw invalid(`option ${name} must be ${expected}`, `${name} as ${expected}`)
  }
}

function isInclude(value: unknown): boolean {
  if (!isObject(value)) return false
  const parts: ReadonlySet<string> = new Set(EXPORT_PARTS)
  return Object.entries(value).every(
    ([part, wanted]) => parts.has(part) && (wanted === undefined || typeof wanted === 'boolean'),
  )
}

function isAttachment(value: unknown): boolean {
  if (!isObject(value)) return false
  const { path, content } = value as { readonly path?: unknown; readonly content?: unknown }
  const isContent = typeof content === 'string' || content instanceof Uint8Array
  return typeof path === 'string' && isSafePath(path) && isContent
}

function invalid(what: string, fix: string): AosError {
  return new AosError({ code: 'invalid_options', message: `createExport: ${what}`, fix: `Pass ${fix}.` })
}
