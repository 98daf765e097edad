import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { decisionEvent, hex, otlpRequest, type SpanPlan } from '../../../../test/support/otlp-json.ts'
import { readTraces, type ReadResult } from './read-traces.ts'
import type { ViewTrace } from './view-trace.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aos-view-'))
  file = join(folder, 'run.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function read(content: string | Uint8Array): Promise<ReadResult> {
  writeFileSync(file, content)
  return readTraces(file)
}

async function readSpans(...spans: readonly SpanPlan[]): Promise<ViewTrace> {
  const { traces, problems } = await read(`${JSON.stringify(otlpRequest(spans))}\n`)
  expect(problems).toEqual([])
  const [trace] = traces
  if (trace === undefined) throw new Error('no trace was read')
  return trace
}

const line = JSON.stringify(otlpRequest([{ id: 1, end: 5 }]))

describe('what files may hold', () => {
  it.each<[string, string | Uint8Array]>([
    ['lines', `${line}\n`],
    ['a last line without its end', line],
    ['lines of Windows, blank ones, and a mark of the byte order', `\ufeff${line}\r\n\r\n`],
    ['one document over several lines', JSON.stringify(JSON.parse(line), null, 2)],
    ['an array of requests', `[${line},\n${line}]`],
    ['gzip', gzipSync(`${line}\n`)],
  ])('%s', async (_, content) => {
    const { traces, problemCount, files } = await read(content)
    expect(problemCount).toBe(0)
    expect(files).toEqual(['run.jsonl'])
    expect(traces.map(({ traceId, spans }) => [traceId, spans.length])).toEqual([[hex(1, 32), 1]])
  })

  it('names in snake case, ids in base64, kinds and codes by name, as other SDKs write them', async () => {
    const base64 = (id: string): string => Buffer.from(id, 'hex').toString('base64')
    const span = {
      trace_id: base64(hex(1, 32)),
      span_id: base64(hex(2, 16)),
      parent_span_id: '',
      name: 'ChatOpenAI',
      kind: 'SPAN_KIND_CLIENT',
      start_time_unix_nano: '1767323045000000001',
      end_time_unix_nano: '1767323045250000001',
      attributes: [
        { key: 'openinference.span.kind', value: { string_value: 'LLM' } },
        { key: 'llm.token_count.prompt', value: { int_value: 7 } },
        { key: 'nested', value: { kvlistValue: { values: [{ key: 'a', value: { doubleValue: 0.5 } }] } } },
        { key: 'large', value: { intValue: '9223372036854775807' } },
        { key: '__proto__', value: { stringValue: 'an attribute like others' } },
      ],
      status: { code: 'STATUS_CODE_ERROR', message: 'rate limit' },
    }
    const request = { resource_spans: [{ scope_spans: [{ spans: [span] }] }] }
    const { traces } = await read(JSON.stringify(request))
    expect(traces[0]?.spans[0]).toMatchObject({
      spanId: hex(2, 16),
      orphan: false,
      work: 'model',
      durationMs: 250,
      outcome: 'error',
      message: 'rate limit',
      tokens: { input: 7 },
      attributes: { nested: { a: 0.5 }, large: '9223372036854775807' },
    })
    expect(Object.keys(traces[0]?.spans[0]?.attributes ?? {})).toContain('__proto__')
  })

  it('several files make one picture', async () => {
    const parts = [
      { id: 1, end: 9 },
      { id: 2, parent: 1, start: 2, end: 4 },
    ].map((span, index) => {
      const path = join(folder, `part-${index}.jsonl`)
      writeFileSync(path, JSON.stringify(otlpRequest([span], { service: `service ${index}` })))
      return path
    })
    const { traces, files } = await readTraces(parts)
    expect(files).toEqual(['part-0.jsonl', 'part-1.jsonl'])
    expect(traces).toHaveLength(1)
    expect(traces[0]?.origins.map(({ service }) => service)).toEqual(['service 0', 'service 1'])
    expect(traces[0]?.spans.map(({ depth }) => depth)).toEqual([0, 1])
  })
})

describe('what is broken', () => {
  it('is named with its line, and the rest is read', async () => {
    const logs = JSON.stringify({ resourceLogs: [] })
    const noIds = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'x' }, 7] }] }] })
    const { traces, problems, problemCount } = await read(
      [line, 'hello', '{"a":1}', logs, noIds, line.slice(0, 40)].join('\n'),
    )
    expect(traces).toHaveLength(1)
    expect(problemCount).toBe(4)
    expect(problems).toEqual([
      { file: 'run.jsonl', line: 2, message: 'is no JSON' },
      { file: 'run.jsonl', line: 3, message: 'is no OTLP: it has no resourceSpans' },
      { file: 'run.jsonl', line: 5, message: 'has 2 spans without ids, which are left out' },
      { file: 'run.jsonl', line: 6, message: 'is cut: it ends before its JSON does' },
    ])
  })

  it('lists the first of very many', async () => {
    const { problems, problemCount } = await read(`${line}\n${'x\n'.repeat(1_000)}`)
    expect([problems.length, problemCount]).toEqual([20, 1_000])
  })

  it.each<[string, string | Uint8Array, string]>([
    ['gzip that is cut', gzipSync(`${line}\n`).subarray(0, 60), 'cannot be read (Z_BUF_ERROR)'],
    ['bytes of something else', Uint8Array.from({ length: 64 }, (_, index) => 200 + index), 'is no JSON'],
  ])('%s', async (_, content, message) => {
    const { traces, problems } = await read(content)
    expect(traces).toEqual([])
    expect(problems).toEqual([expect.objectContaining({ file: 'run.jsonl', message })])
  })

  it('a file that is not there, or a folder', async () => {
    const { problems } = await readTraces([join(folder, 'none.jsonl'), folder])
    expect(problems.map(({ message }) => message)).toEqual([
      'cannot be read (ENOENT)',
      'cannot be read (EISDIR)',
    ])
  })

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('a file that is not ours', async () => {
    writeFileSync(file, line)
    chmodSync(file, 0)
    expect((await readTraces(file)).problems[0]?.message).toBe('cannot be read (EACCES)')
  })

  it('values of every wrong kind lead to no crash', async () => {
    const wrong = [null, 7, 'x', [], {}, [[]], { values: 7 }, true]
    const members = [
      'name',
      'attributes',
      'events',
      'links',
      'status',
      'startTimeUnixNano',
      'parentSpanId',
      'kind',
    ]
    const spans = members.flatMap((member) =>
      wrong.map((value, index) => ({ traceId: hex(1, 32), spanId: hex(index + 1, 16), [member]: value })),
    )
    const values = wrong.map((value) => ({ resourceSpans: [{ scopeSpans: [{ spans: value }] }] }))
    const content = [...values, { resourceSpans: [{ resource: 7, scopeSpans: [{ scope: [], spans }] }] }]
    const { traces } = await read(content.map((value) => JSON.stringify(value)).join('\n'))
    expect(traces[0]?.spans.length).toBe(wrong.length)
  })
})

describe('trees', () => {
  it('have parents before children, children by their start, and lost parents as roots', async () => {
    const { spans, name } = await readSpans(
      { id: 4, parent: 1, start: 6, end: 7 },
      { id: 3, parent: 1, start: 2, end: 5 },
      { id: 1, end: 9, name: 'root' },
      { id: 5, parent: 3, start: 3, end: 4 },
      { id: 6, parent: 99, start: 8, end: 9 },
    )
    expect(name).toBe('root')
    expect(spans.map(({ spanId, depth, orphan }) => [Number.parseInt(spanId, 16), depth, orphan])).toEqual([
      [1, 0, false],
      [3, 1, false],
      [5, 2, false],
      [4, 1, false],
      [6, 0, true],
    ])
  })

  it('survive parents in a ring, spans that are their own parent, and great depth', async () => {
    const ring = await readSpans(
      { id: 1, parent: 2, end: 1 },
      { id: 2, parent: 1, end: 1 },
      { id: 3, parent: 3, end: 1 },
    )
    expect(ring.spans).toHaveLength(3)
    const deep = await readSpans(
      ...Array.from({ length: 5_000 }, (_, index) => ({
        id: index + 1,
        parent: index,
        start: index,
        end: 5_000,
      })),
    )
    expect(deep.spans.at(-1)?.depth).toBe(4_999)
  })

  it('count a span once, and complete the record of its start', async () => {
    const { spans } = await readSpans({ id: 1 }, { id: 1, end: 7 }, { id: 1, end: 9 })
    expect(spans.map(({ durationMs, outcome }) => [durationMs, outcome])).toEqual([[7, 'ok']])
  })
})

describe('totals', () => {
  const usage = (input: number, output: number): Record<string, number> => ({
    'gen_ai.usage.input_tokens': input,
    'gen_ai.usage.output_tokens': output,
  })

  it('count tokens where they were used, not again in the spans above', async () => {
    const { totals } = await readSpans(
      { id: 1, end: 9, attributes: usage(30, 6) },
      { id: 2, parent: 1, end: 3, attributes: usage(10, 2) },
      { id: 3, parent: 1, end: 3, attributes: usage(20, 4) },
      { id: 4, end: 3, attributes: usage(5, 1) },
    )
    expect(totals).toMatchObject({ inputTokens: 35, outputTokens: 7, spans: 4, durationMs: 9 })
  })

  it('add the costs of runs, and of calls that are in none', async () => {
    const { totals } = await readSpans(
      { id: 1, end: 9, attributes: { 'aos.run.cost_usd': 0.5 } },
      { id: 2, parent: 1, end: 3, attributes: { 'aos.run.cost_usd': 0.25 } },
      { id: 3, parent: 1, end: 3, attributes: { 'gen_ai.usage.cost': 0.5 } },
      { id: 4, end: 3, attributes: { 'llm.cost.total': 1.5 } },
      { id: 5, parent: 4, end: 3, attributes: { 'llm.cost.total': 1.5 } },
    )
    expect(totals.costUsd).toBe(2.25)
    expect((await readSpans({ id: 1, end: 1 })).totals.costUsd).toBeUndefined()
  })

  it('count what was decided, without what only looked on', async () => {
    const { totals, spans } = await readSpans(
      { id: 1, events: [decisionEvent('allow'), decisionEvent('deny', { 'aos.decision.shadow': true })] },
      {
        id: 2,
        end: 3,
        attributes: { 'aos.step.status': 'denied' },
        events: [
          decisionEvent('deny', {
            'aos.decision.by': 'guardian',
            'aos.decision.policies': ['data-protection'],
            'aos.decision.message': 'personal data',
            'aos.decision.latency_ms': 1.5,
          }),
        ],
      },
      { id: 3, end: 3, events: [decisionEvent('modify')], status: { code: 2 } },
    )
    expect(totals).toMatchObject({ decisions: 3, denials: 1, modifications: 1, errors: 1, unfinished: 1 })
    expect(spans.map(({ outcome }) => outcome)).toEqual(['unfinished', 'denied', 'error'])
    expect(spans[1]?.decisions[0]).toMatchObject({
      by: 'guardian',
      policies: ['data-protection'],
      reason: 'personal data',
      latencyMs: 1.5,
    })
  })
})

describe('kinds of work', () => {
  it.each([
    ['agent', { 'gen_ai.operation.name': 'invoke_agent' }],
    ['model', { 'gen_ai.operation.name': 'chat' }],
    ['model', { 'ai.operationId': 'ai.generateText.doGenerate' }],
    ['agent', { 'ai.operationId': 'ai.generateText' }],
    ['tool', { 'ai.operationId': 'ai.toolCall' }],
    ['tool', { 'openinference.span.kind': 'TOOL' }],
    ['workflow', { 'traceloop.span.kind': 'workflow' }],
    ['mcp', { 'mcp.method.name': 'tools/call', 'gen_ai.operation.name': 'execute_tool' }],
    [
      'tool',
      { 'mcp.method.name': 'tools/call', 'gen_ai.operation.name': 'execute_tool', 'aos.tool.id': 'x' },
    ],
    ['a2a', { 'gen_ai.operation.name': 'a2a' }],
    ['other', { 'gen_ai.operation.name': 'toString' }],
    ['other', {}],
  ])('%s of %o', async (work, attributes) => {
    expect((await readSpans({ id: 1, end: 1, attributes })).spans[0]?.work).toBe(work)
  })
})
