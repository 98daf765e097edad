import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkBenchPack, parseBenchPack, type PackIssue } from './parse-bench-pack.ts'

const PACKS = join(import.meta.dirname, '..', '..', '..', 'packs')

/** What is wrong with a pack of one task. */
function issuesOf(...lines: readonly string[]): readonly PackIssue[] {
  const result = parseBenchPack(['version: 1', 'id: p', 'tools: { read: {} }', ...lines].join('\n'))
  return result.ok ? [] : result.issues
}

describe('a pack', () => {
  it.each(readdirSync(PACKS))('%s is one', (name) => {
    const result = parseBenchPack(readFileSync(join(PACKS, name), 'utf8'))
    expect(result).toMatchObject({ ok: true, value: { id: name.replace('.yaml', '') } })
  })

  it('may be JSON, and a value', () => {
    const pack = { version: 1, id: 'p', tasks: [{ id: 't', input: 'go', expect: [{ exact: 'x' }] }] }
    expect(parseBenchPack(JSON.stringify(pack))).toEqual({ ok: true, value: pack })
    expect(checkBenchPack(pack)).toEqual({ ok: true, value: pack })
  })

  it.each<{ lines: readonly string[]; path: string; line: number; message: string }>([
    { lines: ['tasks: []'], path: '/tasks', line: 4, message: 'must NOT have fewer than 1 items' },
    { lines: ['task: []'], path: '/tasks', line: 1, message: 'is missing' },
    {
      lines: ['tasks:', '  - id: t', '    input: go', '    expect: [{ exakt: x }]'],
      path: '/tasks/0/expect/0/exakt',
      line: 7,
      message: 'is unknown here',
    },
    {
      lines: [
        'tasks:',
        '  - id: t',
        '    input: go',
        '    expect:',
        '      - { exact: x, numeric: { value: 1 } }',
      ],
      path: '/tasks/0/expect/0',
      line: 8,
      message: 'needs exactly one kind of expectation, and has exact and numeric',
    },
    {
      lines: ['tasks:', '  - { id: t, input: go, expect: [{ name: x }] }'],
      path: '/tasks/0/expect/0',
      line: 5,
      message: 'needs exactly one kind of expectation, and has none',
    },
    {
      lines: [
        'tasks:',
        '  - id: t',
        '    input: go',
        '    expect:',
        '      - notExecuted:',
        '          tool: raed',
      ],
      path: '/tasks/0/expect/0/notExecuted/tool',
      line: 9,
      message: 'raed is no tool of this task',
    },
    {
      lines: ['tasks:', '  - { id: t, input: 1, model: [{}], expect: [{ exact: x }] }'],
      path: '/tasks/0/model/0',
      line: 5,
      message: 'needs text or calls',
    },
    {
      lines: ['tasks:', '  - &t { id: t, input: 1, expect: [{ exact: x }] }', '  - *t'],
      path: '/tasks/1/id',
      line: 6,
      message: 't is the id of an earlier task',
    },
    {
      lines: ['tasks:', '  - { id: t, input: 1, expect: [{ ended: { status: done } }] }'],
      path: '/tasks/0/expect/0/ended/status',
      line: 5,
      message: 'must be one of completed,failed,cancelled,timeout',
    },
  ])('is refused with the line: $message', ({ lines, path, line, message }) => {
    expect(issuesOf(...lines)).toContainEqual({ path, line, message })
  })

  it('is refused where it is no YAML', () => {
    expect(parseBenchPack('a: [')).toMatchObject({ ok: false, issues: [{ line: 1 }] })
    expect(parseBenchPack('')).toMatchObject({ ok: false, issues: [{ path: '' }] })
    const bomb = [
      'a: &a [1,1,1,1,1,1,1,1,1,1]',
      ...'bcdefg'.split('').map((name, index) => {
        const before = `*${'abcdef'[index] ?? ''}`
        return `${name}: &${name} [${Array<string>(10).fill(before).join(',')}]`
      }),
    ].join('\n')
    expect(parseBenchPack(bomb)).toMatchObject({ ok: false })
  })

  it('is never a crash, whatever the text or value', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.jsonValue(), (text, value) => {
        expect(parseBenchPack(text).ok).toBe(false)
        expect(checkBenchPack(value).ok).toBe(false)
      }),
    )
  })
})
