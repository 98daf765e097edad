import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyRun } from '@agent-run/types'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { ROOT, runSource, type Ended } from './run-source.ts'

const EXAMPLES = join(ROOT, 'examples')
const stories = readdirSync(EXAMPLES).filter((name) => existsSync(join(EXAMPLES, name, 'main.ts')))

describe('examples', () => {
  it('are all here', () => {
    expect(stories).toEqual(
      expect.arrayContaining([
        'demo',
        'quick-start',
        'stream-guard',
        'human-approval',
        'langchain-create-agent',
        'langchain-initialize-agent',
        'langchain-multi-agent',
        'guardian-remote',
        'policy-file',
        'mcp-poisoned-tool',
        'a2a-handoff',
        'agbom',
        'audit',
        'evals',
      ]),
    )
  })

  it.concurrent.each(stories.filter((name) => name !== 'demo'))('%s proves what it shows', async (name) => {
    const { code, stderr } = await runSource(join(EXAMPLES, name, 'main.ts'))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})

describe('demo', () => {
  const main = join(EXAMPLES, 'demo', 'main.ts')

  // a run of somebody else at the same time writes elsewhere
  const out = mkdtempSync(join(tmpdir(), 'aos-demo-'))
  const runDemo = (
    names: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Ended> => runSource(main, { AOS_DEMO_OUT: out, ...env }, names)

  let plain: Ended
  beforeAll(async () => {
    plain = await runDemo()
  }, 30_000)
  afterAll(() => rmSync(out, { recursive: true }))

  it('shows both frameworks, one after the other', () => {
    const { code, stdout, stderr } = plain
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout.match(/^AOS demo: a (\w+)/gm)).toEqual(['AOS demo: a Vercel', 'AOS demo: a LangChain'])
  })

  it.each([
    { name: 'vercel', story: () => plain.stdout.split('AOS demo: ')[1] },
    { name: 'langchain', story: () => plain.stdout.split('AOS demo: ')[2] },
  ])('shows the decisions and leaves a trace and a verified run ($name)', ({ name, story }) => {
    const shown = story()
    expect(shown).toContain('✗ denied   data-protection  Accessing PII data violates policy')
    expect(shown).toContain('asked    {"query":"SELECT * FROM customers"}')
    expect(shown).toContain('ran      {"query":"SELECT id, name FROM customers LIMIT 100"}')
    expect(shown).toContain('rejected with Error: Denied: Request exceeds cost threshold ($50 limit)\n')
    expect(shown).toContain('11 of 11 spans arrived')
    const read = (file: string): string => readFileSync(join(out, name, file), 'utf8')
    const run: unknown = JSON.parse(read('agent-run.json'))
    expect(verifyRun(run, { publicKey: read('public-key.pem') }).status).toBe('verified')
    expect(JSON.parse(read('trace.json'))).toHaveLength(11)
  })

  it('shows one framework by its name, and refuses others', async () => {
    const { code, stdout } = await runDemo(['langchain'])
    expect(code).toBe(0)
    expect(stdout).toContain('a LangChain agent')
    expect(stdout).not.toContain('Vercel')
    expect(await runDemo(['langchian'])).toEqual({
      code: 1,
      stdout:
        'There is no demo of langchian. There are: vercel, langchain; without a name, both. And agbom. With --serve, in the web view.\n',
      stderr: '',
    })
  })

  it('serves its runs with their spans until it is told to end', async () => {
    const child = spawn(process.execPath, ['--conditions=aos-source', main, 'vercel', '--serve'], {
      cwd: ROOT,
      env: { ...process.env, AOS_DEMO_OUT: out, OPENAI_API_KEY: '' },
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    child.stdout.setEncoding('utf8')
    let said = ''
    for await (const text of child.stdout as AsyncIterable<string>) {
      said += text
      if (/^ {2}end /m.test(said)) break
    }
    const url = /^ {2}view +(\S+)$/m.exec(said)?.[1] ?? ''
    const read = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json()
    const { runs } = (await read('/api/v1/runs')) as { runs: readonly { id: string; outcome: string }[] }
    expect(runs.map(({ outcome }) => outcome).toSorted()).toEqual(['failed', 'partial'])
    const spans = JSON.stringify(await read(`/api/v1/runs/${runs[0]?.id}/spans`))
    expect(spans.match(/"spanId"/g)?.length).toBeGreaterThan(1)
    for (const { id } of runs) {
      const { documents } = (await read(`/api/v1/runs/${id}/documents`)) as {
        documents: readonly { kind: string }[]
      }
      expect(documents.map(({ kind }) => kind)).toEqual(['agbom', 'evidence'])
    }
    const bill = JSON.stringify(await read(`/api/v1/runs/${runs[0]?.id}/documents/agbom`))
    expect(bill).toContain('web_search')
    expect(await (await fetch(url)).text()).toContain('<title>')
    child.kill('SIGTERM')
    expect((await once(child, 'exit')) as unknown).toEqual([0, null])
  })

  it('colours on request only', async () => {
    const escape = String.fromCharCode(27)
    expect(plain.stdout).toContain('denied')
    expect(plain.stdout).not.toContain(escape)
    const coloured = await runDemo(['vercel'], { FORCE_COLOR: '1' })
    expect(coloured.stdout).toContain(`${escape}[31m`)
  })

  it.each([
    { name: 'vercel', missing: '@ai-sdk/openai' },
    { name: 'langchain', missing: '@langchain/openai' },
  ])('says what is missing for a real provider ($name)', async ({ name, missing }) => {
    const { code, stdout } = await runDemo([name], { OPENAI_API_KEY: 'set' })
    expect(code).toBe(0)
    expect(stdout).toContain(
      `OPENAI_API_KEY is set, but ${missing} is not installed: node scripts/dev.mjs exec`,
    )
  })

  it('fails when its result is not as promised', async () => {
    const { code, stderr } = await runDemo(['vercel'], { OTEL_SDK_DISABLED: 'true' })
    expect(code).toBe(1)
    expect(stderr).toContain('every span was delivered')
  })
})
