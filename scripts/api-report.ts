// Writes the public types of every package entry to docs/api, or with --check reports a difference.
// Reads the built declarations, so run it after the build.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

interface Declarations {
  /** Name to its statements; overloads and merged interfaces have several. */
  local: Map<string, string[]>
  /** Name to the file and name that it comes from; a file of undefined is another package. */
  from: Map<string, { file: string | undefined; name: string }>
  exported: Map<string, string>
}

const root = dirname(import.meta.dirname)
const cache = new Map<string, Declarations>()
const declared =
  /^(?:export )?(?:default )?(?:declare )?(?:abstract )?(?:async )?(?:class|function|const|let|interface|type) ([\w$]+)/

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  map.set(key, [...(map.get(key) ?? []), value])
}

function readNames(list: string): [name: string, alias: string][] {
  const names = list.split(',').map((part) => part.trim().replace(/^type /, ''))
  return names.filter(Boolean).map((part) => {
    const [name = '', alias = name] = part.split(' as ')
    return [name, alias]
  })
}

function addStatement(file: string, statement: string, into: Declarations): void {
  const name = declared.exec(statement)?.[1]
  if (name !== undefined) {
    append(into.local, name, statement.trim().replace(/^export (?:declare )?|^declare /, ''))
    if (statement.startsWith('export ')) into.exported.set(name, name)
    return
  }
  const [, keyword, list = '', specifier] =
    /^(import|export) (?:type )?\{([^}]*)\}(?: from ['"]([^'"]+)['"])?/.exec(statement) ?? []
  if (keyword === undefined) return
  for (const [original, alias] of readNames(list)) {
    if (specifier !== undefined) {
      const source = specifier.startsWith('.') ? resolve(dirname(file), specifier) : undefined
      into.from.set(alias, { file: source?.replace(/\.[jt]s$/, '.d.ts'), name: original })
    }
    if (keyword === 'export') into.exported.set(alias, specifier === undefined ? original : alias)
  }
}

function readDeclarations(file: string): Declarations {
  const known = cache.get(file)
  if (known) return known
  const result: Declarations = { local: new Map(), from: new Map(), exported: new Map() }
  cache.set(file, result)
  const text = readFileSync(file, 'utf8').replaceAll(/^\s*\/\*\*[\s\S]*?\*\/\r?\n/gm, '')
  for (const statement of text.split(/^(?=(?:export|declare|import|type|interface)\b)/m)) {
    addStatement(file, statement.replace(/^\/\/# sourceMappingURL.*$/m, ''), result)
  }
  return result
}

/** Collects the declaration of a name, then those of the names it mentions. */
function collect(file: string, name: string, into: Map<string, string>): void {
  const { local, from, exported } = readDeclarations(file)
  const inner = exported.get(name) ?? name
  const statements = local.get(inner)
  if (statements === undefined) {
    const source = from.get(inner)
    if (source?.file !== undefined) collect(source.file, source.name, into)
    return
  }
  const key = `${file}#${inner}`
  if (into.has(key)) return
  into.set(key, statements.join('\n'))
  for (const word of new Set(statements.join('\n').match(/[\w$]+/g))) {
    if (word !== inner && (local.has(word) || from.has(word))) collect(file, word, into)
  }
}

function report(title: string, entry: string): string {
  const names = [...readDeclarations(entry).exported.keys()].toSorted()
  const bodies = new Map<string, string>()
  for (const name of names) collect(entry, name, bodies)
  const list = names.map((name) => `- \`${name}\``).join('\n')
  const texts = [...bodies].toSorted(([a], [b]) => (nameOf(a) < nameOf(b) ? -1 : 1))
  const code = texts.map(([, text]) => text).join('\n\n')
  return `# ${title}\n\nGenerated from the built declarations by \`scripts/api-report.ts\`.\n\n${list}\n\n\`\`\`ts\n${code}\n\`\`\`\n`
}

function nameOf(key: string): string {
  return `${key.slice(key.lastIndexOf('#') + 1)} ${key}`
}

function reportPackage(folder: string): [path: string, text: string][] {
  const manifest = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')) as {
    name: string
    exports?: Record<string, string | { types?: string }>
  }
  const reports: [string, string][] = []
  for (const [subpath, target] of Object.entries(manifest.exports ?? {})) {
    if (typeof target === 'string' || target.types === undefined || subpath.includes('*')) continue
    const title = join(manifest.name, subpath)
    const entry = join(root, 'packages', folder, target.types)
    if (!existsSync(entry)) throw new Error(`${title} is not built: ${target.types} is missing`)
    const file = `${folder}${subpath.slice(1).replaceAll('/', '-')}.md`
    reports.push([join('docs', 'api', file), report(title, entry)])
  }
  return reports
}

const check = process.argv.includes('--check')
const reports = new Map(readdirSync(join(root, 'packages')).flatMap(reportPackage))
const present = existsSync(join(root, 'docs/api')) ? readdirSync(join(root, 'docs/api')) : []
const extra = present.map((name) => join('docs', 'api', name)).filter((path) => !reports.has(path))
const stale = [...reports].filter(
  ([path, text]) => !existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== text,
)
const changed = [...stale.map(([path]) => path), ...extra]
if (changed.length > 0)
  process.stdout.write(`${check ? 'public types changed' : 'wrote'}:\n  ${changed.join('\n  ')}\n`)
if (changed.length > 0 && check) {
  process.stdout.write('run "npm run api" after a look at what changed, and commit the result\n')
  process.exitCode = 1
}
if (!check) {
  mkdirSync(join(root, 'docs/api'), { recursive: true })
  for (const [path, text] of stale) writeFileSync(join(root, path), text)
  for (const path of extra) rmSync(join(root, path))
}
