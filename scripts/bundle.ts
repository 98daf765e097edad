// Bundles the sources of the package in the working folder into its dist: a file for each entry and one for what they share.
// A module costs Node more to find and open than to run, so the count of files decides what an import costs.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { rolldown } from 'rolldown'

type Target = string | { readonly 'aos-source'?: string; readonly default?: string }

const folder = process.cwd()
const dist = join(folder, 'dist')
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, Target>>
  /** Programs by name: `dist/x.js` is made of `src/x.ts`. */
  readonly bin?: Readonly<Record<string, string>>
}

/** The name of each entry below dist, without its ending, and its source. */
function entries(): Record<string, string> {
  const pairs = Object.values(manifest.exports).flatMap((target): [string, string][] => {
    if (typeof target === 'string') return []
    const { 'aos-source': source, default: built } = target
    const name = /^\.\/dist\/(.+)\.js$/.exec(built ?? '')?.[1]
    if (source === undefined || name === undefined)
      throw new Error(`${folder}: an entry has no source or is not in dist`)
    return [[name, join(folder, source)]]
  })
  const programs = Object.values(manifest.bin ?? {}).map((built): [string, string] => {
    const name = /^\.\/dist\/(.+)\.js$/.exec(built)?.[1]
    if (name === undefined) throw new Error(`${folder}: the program ${built} is not in dist`)
    return [name, join(folder, 'src', `${name}.ts`)]
  })
  return Object.fromEntries([...pairs, ...programs])
}

function bundleOf(input: Record<string, string>): ReturnType<typeof rolldown> {
  return rolldown({
    input,
    platform: 'node',
    transform: { target: 'es2023' },
    external: (id, _importer, isResolved) => !isResolved && !id.startsWith('.') && !isAbsolute(id),
  })
}

/** The modules of the main entry, which become one file beside it, however many other entries share parts of it. */
async function coreOf({ index }: Record<string, string>): Promise<ReadonlySet<string>> {
  if (index === undefined) return new Set()
  const alone = await bundleOf({ index })
  const { output } = await alone.generate({ format: 'esm' })
  await alone.close()
  const chunks = new Map(output.flatMap((part) => (part.type === 'chunk' ? [[part.fileName, part]] : [])))
  // what is imported later, and by some only, stays apart
  const names = new Set([...chunks.values()].filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName))
  for (const name of names) for (const imported of chunks.get(name)?.imports ?? []) names.add(imported)
  return new Set([...names].flatMap((name) => chunks.get(name)?.moduleIds ?? []))
}

const input = entries()
const core = await coreOf(input)
const build = await bundleOf(input)
for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  if (name.endsWith('.js')) rmSync(join(dist, name))
}
await build.write({
  dir: dist,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'shared/[name].js',
  codeSplitting: { groups: [{ name: 'core', test: (id) => core.has(id) && id !== input['index'] }] },
})
