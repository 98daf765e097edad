// What has changed between two versions of a JSON Schema, for those who write and read documents of it.

/** Changes of a schema: those that an older document or reader does not survive, and members that are new. */
export interface SchemaChanges {
  readonly breaking: readonly string[]
  readonly added: readonly string[]
}

type Json = Readonly<Record<string, unknown>>

/** A member, and what its values must fulfil. */
interface Member {
  readonly isRequired: boolean
  readonly types: readonly string[] | undefined
  readonly values: readonly string[] | undefined
  /** Every other condition, as text. */
  readonly conditions: ReadonlyMap<string, string>
}

// what says nothing of which values are valid, and what members are made of
const NO_CONDITION: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$ref',
  '$defs',
  '$comment',
  'title',
  'description',
  'examples',
  'default',
  'type',
  'enum',
  'const',
  'required',
  'properties',
  'items',
])

const MAX_DEPTH = 32

/** Compares two versions of a schema, member by member; references within the schema are followed. */
export function compareSchemas(before: unknown, after: unknown): SchemaChanges {
  const old = membersOf(before)
  const now = membersOf(after)
  const breaking = [...old].flatMap(([path, member]) => {
    const next = now.get(path)
    return next === undefined ? [`${path} is gone`] : changesOf(path, member, next)
  })
  const added = [...now.keys()].filter((path) => !old.has(path))
  const required = added.filter((path) => now.get(path)?.isRequired === true && isMemberOf(path, old))
  return { breaking: [...breaking, ...required.map((path) => `${path} is new and required`)], added }
}

/** Whether the object that a member stands in was there before. */
function isMemberOf(path: string, members: ReadonlyMap<string, Member>): boolean {
  return members.has(path.slice(0, path.lastIndexOf('/')))
}

function changesOf(path: string, before: Member, after: Member): readonly string[] {
  const problems: string[] = []
  if (after.isRequired && !before.isRequired) problems.push('is required now')
  if (isNarrower(before.types, after.types)) problems.push(`takes other types: ${list(after.types)}`)
  if (isNarrower(before.values, after.values)) problems.push(`takes other values: ${list(after.values)}`)
  for (const [keyword, condition] of after.conditions)
    if (before.conditions.get(keyword) !== condition && !isLifted(keyword, condition))
      problems.push(`has another ${keyword}: ${condition}`)
  return problems.map((problem) => `${path === '' ? 'the document' : path} ${problem}`)
}

function isNarrower(before: readonly string[] | undefined, after: readonly string[] | undefined): boolean {
  return after !== undefined && (before === undefined || before.some((value) => !after.includes(value)))
}

function isLifted(keyword: string, condition: string): boolean {
  return keyword === 'additionalProperties' && condition === 'true'
}

function list(values: readonly string[] = []): string {
  return values.join(', ')
}

function membersOf(schema: unknown): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>()
  if (isJson(schema)) collect(schema, { root: schema, path: '', isRequired: true, members, depth: 0 })
  return members
}

interface Place {
  readonly root: Json
  readonly path: string
  readonly isRequired: boolean
  readonly members: Map<string, Member>
  readonly depth: number
}

function collect(given: Json, place: Place): void {
  const { root, path, isRequired, members, depth } = place
  if (depth > MAX_DEPTH) throw new Error(`${path} refers to itself, which this comparison does not follow`)
  const schema = resolved(given, root)
  members.set(path, {
    isRequired,
    types: textsOf(schema['type']),
    values: 'const' in schema ? [JSON.stringify(schema['const'])] : valuesOf(schema['enum']),
    conditions: new Map(
      Object.entries(schema)
        .filter(([keyword]) => !NO_CONDITION.has(keyword))
        .map(([keyword, condition]) => [keyword, JSON.stringify(condition)]),
    ),
  })
  const required = textsOf(schema['required']) ?? []
  const properties = isJson(schema['properties']) ? schema['properties'] : {}
  for (const [name, member] of Object.entries(properties))
    if (isJson(member))
      collect(member, {
        ...place,
        path: `${path}/${name}`,
        isRequired: required.includes(name),
        depth: depth + 1,
      })
  if (isJson(schema['items']))
    collect(schema['items'], { ...place, path: `${path}/*`, isRequired: false, depth: depth + 1 })
}

/** A schema with what it refers to. */
function resolved(schema: Json, root: Json): Json {
  const reference = schema['$ref']
  if (typeof reference !== 'string') return schema
  const path = reference.startsWith('#/') ? reference.slice(2).split('/') : undefined
  const target = path?.reduce<unknown>((value, key) => (isJson(value) ? value[key] : undefined), root)
  // what another file says is compared there
  return isJson(target) ? { ...resolved(target, root), ...schema } : { ...schema, refersTo: reference }
}

function textsOf(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.map(String) : undefined
}

function valuesOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.map((entry) => JSON.stringify(entry)) : undefined
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
