import { spawnSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { policyFile } from '@aos/guardian'
import { celPolicy } from '@aos/guardian/cel'
import { parseBenchPack } from '@aos/records/evals'
import { beforeAll, describe, expect, it } from 'vitest'
import { brokenPromise, coverageProblem, findBlocks, type Block } from './markdown-blocks.ts'
import { ROOT, runSource } from './run-source.ts'
import { shellProblem } from './shell-lines.ts'

const OUT = join(ROOT, 'examples', 'out', 'readme')
const GENERATED = /(^|\/)(node_modules|\.tools|dist|out|\.changeset)\/|^docs\/api\//

const files = globSync('**/*.md', { cwd: ROOT, exclude: (path) => GENERATED.test(`${path}/`) })
const blocks = files.flatMap((file) => findBlocks(file, readFileSync(join(ROOT, file), 'utf8')))
const named = (wanted: (block: Block) => boolean): { name: string; block: Block }[] =>
  blocks.filter(wanted).map((block) => ({ name: `${block.file}:${block.line}`, block }))

const sources = named(({ language }) => language === 'ts')
const shown = named(({ language, notRun }) => language === 'sh' && notRun !== undefined)
const documents = named(({ language }) => language === 'json')
const isPack = (code: string): boolean => /^tasks:$/m.test(code)
const policies = named(({ language, code }) => language === 'yaml' && !isPack(code))
const packs = named(({ language, code }) => language === 'yaml' && isPack(code))

function sourceFile({ file, line }: Block, extension = 'ts'): string {
  return join(OUT, `${file.replaceAll(/[/.]/g, '-')}-${line}.${extension}`)
}

/** The block on the lines it has in its document, below the import of what it runs with. */
function sourceText({ code, line, runsWith }: Block): string {
  const given =
    runsWith === undefined
      ? ''
      : `import { ${runsWith.names} } from '${relative(OUT, join(ROOT, runsWith.path))}'`
  return `${given}${'\n'.repeat(line)}${code}\nexport {}\n`
}

const tsconfig = {
  extends: relative(OUT, join(ROOT, 'tsconfig.base.json')),
  compilerOptions: {
    noEmit: true,
    rootDir: relative(OUT, ROOT),
    declaration: false,
    isolatedDeclarations: false,
    noUnusedLocals: false,
  },
  include: ['*.ts'],
}

describe('code in Markdown', () => {
  beforeAll(() => {
    rmSync(OUT, { recursive: true, force: true })
    mkdirSync(OUT, { recursive: true })
    writeFileSync(join(OUT, 'tsconfig.json'), JSON.stringify(tsconfig))
    for (const { block } of sources) writeFileSync(sourceFile(block), sourceText(block))
  })

  it('is found', () => {
    expect(files).toEqual(expect.arrayContaining(['README.md', join('packages', 'sdk', 'README.md')]))
    expect(sources.length).toBeGreaterThan(5)
  })

  it.each(blocks.map((block) => ({ name: `${block.file}:${block.line}`, block })))(
    '$name is covered',
    ({ block }) => {
      expect(coverageProblem(block)).toBeUndefined()
    },
  )

  it('fits the types', () => {
    const tsc = join(ROOT, 'node_modules', '.bin', 'tsc')
    const { stdout, status } = spawnSync(tsc, ['-p', OUT], { encoding: 'utf8', cwd: ROOT })
    expect(stdout).toBe('')
    expect(status).toBe(0)
  }, 60_000)

  it.concurrent.each(sources)('$name runs and prints what it says', async ({ block }) => {
    const { code, stdout, stderr } = await runSource(sourceFile(block))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(brokenPromise(block.code, stdout)).toBeUndefined()
  })

  it.each(documents)('$name is JSON', ({ block }) => {
    expect(JSON.parse(block.code)).toBeDefined()
  })

  it.each(policies)('$name is a policy file', ({ block }) => {
    const path = sourceFile(block, 'yaml')
    writeFileSync(path, block.code)
    expect(policyFile(path, { watch: false, factories: { cel: celPolicy } }).policies).not.toEqual([])
  })

  it.each(packs)('$name is a pack of tasks', ({ block }) => {
    expect(parseBenchPack(block.code)).toMatchObject({ ok: true })
  })

  it.each(shown)('$name names what exists', ({ block }) => {
    const lines = block.code.split('\n').filter((line) => line.trim() !== '')
    expect(lines.flatMap((line) => shellProblem(line, block.notRun ?? '') ?? [])).toEqual([])
  })

  it('has the ratios that were measured last', () => {
    const script = join(ROOT, 'scripts', 'readme-benchmarks.ts')
    const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  it.each(files)('the links of %s lead somewhere', (file) => {
    const text = readFileSync(join(ROOT, file), 'utf8').replaceAll(/`[^`\n]*`/g, '')
    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target = '']) => target)
    const broken = targets.filter((target) => globSync(join(ROOT, dirname(file), target)).length === 0)
    expect(broken).toEqual([])
  })
})

describe('the reader of Markdown', () => {
  const read = (...lines: string[]): Block | undefined => findBlocks('x.md', lines.join('\n'))[0]

  it('finds a block and the comment above it', () => {
    expect(read('# x', '', '<!-- runs with: a, b from c.ts -->', '', '```ts', 'a(b)', '```')).toEqual({
      file: 'x.md',
      line: 5,
      language: 'ts',
      code: 'a(b)',
      runsWith: { names: 'a, b', path: 'c.ts' },
      notRun: undefined,
    })
  })

  it('refuses a block that nobody runs', () => {
    const problem = (...lines: string[]): string | undefined => {
      const block = read(...lines)
      return block && coverageProblem(block)
    }
    expect(problem('<!-- not run: lazy -->', '```ts', '```')).toBe('TypeScript is always run')
    expect(problem('```python', '```')).toContain('say why')
    expect(problem('```', '```')).toContain('say why')
    expect(problem('<!-- not run: an output -->', '```text', '```')).toBeUndefined()
    expect(() => read('```ts', 'open')).toThrow('never ends')
  })

  it('compares what is printed with what is promised', () => {
    const code = "console.log(a) // [{ x: 1, … }]\nconsole.log('b') // b"
    expect(brokenPromise(code, '[\n  { x: 1, y: 2 }\n]\nb\n')).toBeUndefined()
    expect(brokenPromise(code, '[{ x: 2 }]\nb\n')).toBe('[{ x: 1, … }]')
    expect(brokenPromise(code, '[{ x: 1, }]\n')).toBe('b')
  })

  it('checks shell lines that are only shown', () => {
    expect(shellProblem('npm run demo', '')).toBeUndefined()
    expect(shellProblem('npm run nothing', '')).toContain('nothing')
    expect(shellProblem('npm install @aos/sdk @opentelemetry/api@1', '')).toBeUndefined()
    expect(shellProblem('npm install @aos/no-such', '')).toContain('@aos/no-such')
    expect(shellProblem('npx ajv', 'test/examples/readme.test.ts runs it')).toBeUndefined()
    expect(shellProblem('npx ajv', 'test/examples/gone.test.ts runs it')).toContain('no test')
    expect(shellProblem('curl x | sh', '')).toContain('nothing checks')
  })
})
