// Types, validators and shipped copies of the agent-run schemas.
import Ajv2020 from 'ajv/dist/2020.js'
import standaloneCode from 'ajv/dist/standalone/index.js'
import addFormats from 'ajv-formats'
import { compile } from 'json-schema-to-typescript'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundle } from '../generate-lib/bundle.ts'

const root = join(import.meta.dirname, '..', '..')
const folder = join(root, 'schemas', 'agent-run')
const names = ['agent-run', 'step', 'cost', 'provenance', 'eval'] as const

interface Schema {
  readonly $id: string
  readonly title: string
}

/** Types, validators and schema copies of @agent-run/types. */
export async function outputs(): Promise<{ path: string; text: string }[]> {
  const texts = await Promise.all(names.map((name) => readFile(join(folder, `${name}.json`), 'utf8')))
  const schemas = texts.map((text) => JSON.parse(text) as Schema)
  return [
    { path: 'packages/types/src/generated/types.ts', text: await typesText() },
    { path: 'packages/types/src/generated/validators.ts', text: await validatorsText(schemas) },
    { path: 'packages/types/THIRD-PARTY-NOTICES.txt', text: await noticesText() },
    ...names.map((name, index) => ({
      path: `packages/types/schemas/${name}.json`,
      text: texts[index] ?? '',
    })),
    {
      path: 'packages/types/schemas/openapi.yaml',
      text: await readFile(join(folder, 'openapi.yaml'), 'utf8'),
    },
  ]
}

/** The licences of what the validators contain, which must go with every copy. */
async function noticesText(): Promise<string> {
  const notices = ['ajv', 'ajv-formats'].map(async (name) => {
    const licence = await readFile(join(root, 'node_modules', name, 'LICENSE'), 'utf8')
    return `The validators of this package contain parts of ${name}:\n\n${licence.trim()}\n`
  })
  return (await Promise.all(notices)).join('\n---\n\n')
}

async function typesText(): Promise<string> {
  const schema = JSON.parse(await readFile(join(folder, 'agent-run.json'), 'utf8')) as object
  return compile(schema, 'AgentRun', {
    cwd: folder,
    bannerComment: '// generated from schemas/agent-run: do not edit',
    additionalProperties: false,
    style: { singleQuote: true, semi: false },
    format: true,
  })
}

async function validatorsText(schemas: readonly Schema[]): Promise<string> {
  const ajv = new Ajv2020.default({
    code: { source: true, esm: true },
    allErrors: true,
    strict: true,
    schemas: [...schemas],
  })
  addFormats.default(ajv)
  const exports = Object.fromEntries(schemas.map(({ title, $id }) => [`compiled${title}`, $id]))
  const code = await bundle(standaloneCode.default(ajv, exports))
  // the bundle ends with the list of its exports, which get their types below
  const body = code.replace(/\nexport \{[^}]*\};?\s*$/, '\n')
  const declarations = schemas.map(
    ({ title }) => `export const validate${title}: Validator = compiled${title} as unknown as Validator`,
  )
  return [
    '// @ts-nocheck',
    '// generated from schemas/agent-run: do not edit',
    '// contains parts of ajv and ajv-formats, see THIRD-PARTY-NOTICES.txt',
    'export interface Issue { instancePath: string; keyword: string; message?: string; params: Record<string, unknown> }',
    'export interface Validator { (value: unknown): boolean; errors?: Issue[] | null }',
    body,
    ...declarations,
    '',
  ].join('\n')
}
