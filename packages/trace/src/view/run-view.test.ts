import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { otlpRequest } from '../../../../test/support/otlp-json.ts'
import { runView, type ViewTerminal } from './run-view.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aos-view-'))
  file = join(folder, 'run.jsonl')
  writeFileSync(file, `${JSON.stringify(otlpRequest([{ id: 1, end: 5, name: 'work' }]))}\nbroken\u001b[2J\n`)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function view(
  args: readonly string[],
  terminal: Partial<ViewTerminal['stdout']> & Pick<ViewTerminal, 'env'> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: '', stderr: '' }
  const { env, ...rest } = terminal
  const code = await runView(args, {
    stdout: { ...rest, write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    env,
  })
  return { code, ...written }
}

describe('view', () => {
  it('prints trees, and names what it could not read', async () => {
    const { code, stdout, stderr } = await view([file])
    expect(code).toBe(0)
    expect(stdout).toContain('\nwork ')
    expect(stderr).toBe('run.jsonl line 2 is no JSON\n')
  })

  it.each<[string, readonly string[], Parameters<typeof view>[1]]>([
    ['a terminal', [], { isTTY: true }],
    ['a file, when asked', ['--color'], {}],
  ])('colours for %s', async (_, args, terminal) => {
    expect((await view([file, ...args], terminal)).stdout).toContain('\u001b[')
  })

  it.each<[string, readonly string[], Parameters<typeof view>[1]]>([
    ['somebody who wants none', [], { isTTY: true, env: { NO_COLOR: '1' } }],
    ['a terminal that cannot', [], { isTTY: true, env: { TERM: 'dumb' } }],
    ['a file', [], {}],
    ['a terminal, when told not to', ['--no-color'], { isTTY: true }],
  ])('colours nothing for %s', async (_, args, terminal) => {
    expect((await view([file, ...args], terminal)).stdout).not.toContain('\u001b[')
  })

  it('fits the terminal', async () => {
    const { stdout } = await view([file], { columns: 50 })
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(50)
    expect((await view([file, '--width', '200'])).stdout).toContain('0001  2026')
  })

  it('prints JSON that programs can read', async () => {
    const { stdout } = await view([file, '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ traces: [{ name: 'work' }], problemCount: 1 })
  })

  it('writes a page that only its owner can read', async () => {
    const html = join(folder, 'out.html')
    const { code, stdout } = await view([file, '--html', html])
    expect([code, stdout]).toEqual([0, `wrote ${html}: 1 trace\n`])
    expect(readFileSync(html, 'utf8')).toContain('<title>run.jsonl</title>')
    if (process.platform !== 'win32') expect(statSync(html).mode & 0o777).toBe(0o600)
  })

  it.each([
    [[], 'No file is given.'],
    [['x', '--widht', '3'], "Unknown option '--widht'"],
    [['x', '--width', 'wide'], '--width takes a whole number.'],
  ])('refuses %j with what to pass', async (args, message) => {
    const { code, stderr } = await view(args)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
    expect(stderr).toContain('--html OUT.html')
  })

  it('fails where nothing can be shown or written', async () => {
    expect(await view([join(folder, 'none')])).toMatchObject({
      code: 1,
      stderr: 'none cannot be read (ENOENT)\nThere are no spans.\n',
    })
    const target = join(folder, 'no', 'folder.html')
    expect(await view([file, '--html', target])).toMatchObject({
      code: 1,
      stderr: `run.jsonl line 2 is no JSON\n${target} cannot be written (ENOENT)\n`,
    })
    expect(await view(['--help'])).toMatchObject({ code: 0, stderr: '' })
  })
})
