// TypeScript out of JSON Schema files: types, validators, and the notices that go with the validators.
import Ajv2020 from 'ajv/dist/2020.js'
import standaloneCode from 'ajv/dist/standalone/index.js'
import addFormats from 'ajv-formats'
import { compile } from 'json-schema-to-typescript'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundle } from './bundle.ts'

const root = join(import.meta.dirname, '..', '..')

/** A JSON Schema file, parsed. */
export interface Schema {
  readonly $id: string
  readonly title: string
  readonly $defs?: Readonly<Record<string, unknown>>
}

/** What validators are made of: schemas, and which of them (by reference) is exported under which name. */
export interface ValidatorSource {
  /** Folder of the schemas, from the root of the repository. */
  readonly folder: string
  readonly schemas: readonly Schema[]
  readonly exports: Readonly<Record<string, string>>
  /** Whether a validator goes on after the first error. */
  readonly allErrors: boolean
}

/** What the root type is called, and whether arrays with bounds are plain arrays instead of tuples. */
export interface RootType {
  readonly name: string
  readonly plainArrays: boolean
}

/** Types of everything that a schema file refers to. */
export async function typesText(folder: string, file: string, type: string | RootType): Promise<string> {
  const { name, plainArrays } = typeof type === 'string' ? { name: type, plainArrays: false } : type
  const cwd = join(root, folder)
  const schema = JSON.parse(await readFile(join(cwd, file), 'utf8')) as object
  return compile(schema, name, {
    cwd,
    bannerComment: `// generated from ${folder}: do not edit`,
    additionalProperties: false,
    ignoreMinAndMaxItems: plainArrays,
    style: { singleQuote: true, semi: false },
    format: true,
  })
}

/** A module that exports `validate<Name>` for each name, and needs nothing at run time. */
export async function validatorsText({
  folder,
  schemas,
  exports,
  allErrors,
}: ValidatorSource): Promise<string> {
  const ajv = new Ajv2020.default({
    code: { source: true, esm: true },
    inlineRefs: false,
    allErrors,
    strict: true,
    schemas: schemas.map((schema) => withoutAnnotations(schema) as Schema),
  })
  addFormats.default(ajv)
  const names = Object.keys(exports)
  const compiled = Object.fromEntries(names.map((name) => [`compiled${name}`, exports[name] ?? '']))
  const code = await bundle(standaloneCode.default(ajv, compiled))
  // the bundle ends with the list of its exports, which get their types below
  const body = code.replace(/;?\s*export ?\{[^}]*\};?\s*$/, '\n')
  const declarations = names.map(
    (name) => `export const validate${name}: Validator = compiled${name} as unknown as Validator`,
  )
  return [
    '// @ts-nocheck',
    `// generated from ${folder}: do not edit`,
    '// contains parts of ajv and ajv-formats, see THIRD-PARTY-NOTICES.txt',
    'export interface Issue { instancePath: string; keyword: string; message?: string; params: Record<string, unknown> }',
    'export interface Validator { (value: unknown): boolean; errors?: Issue[] | null }',
    body,
    ...declarations,
    '',
  ].join('\n')
}

// validators carry copies of the schemas, in which nobody reads
function withoutAnnotations(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutAnnotations)
  if (typeof schema !== 'object' || schema === null) return schema
  const entries = Object.entries(schema).filter(
    // a property that is called title has a schema for a value
    ([key, value]) => !((key === 'title' || key === 'description') && typeof value === 'string'),
  )
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutAnnotations(value)]))
}

/** The licences of what the validators contain, which must go with every copy. */
export async function noticesText(): Promise<string> {
  const notices = ['ajv', 'ajv-formats'].map(async (name) => {
    const licence = await readFile(join(root, 'node_modules', name, 'LICENSE'), 'utf8')
    return `The validators of this package contain parts of ${name}:\n\n${licence.trim()}\n`
  })
  return (await Promise.all(notices)).join('\n---\n\n')
}
