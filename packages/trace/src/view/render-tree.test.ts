import { describe, expect, it } from 'vitest'
import { decisionEvent, otlpRequest, type SpanPlan } from '../../../../test/support/otlp-json.ts'
import { buildTraces } from './build-traces.ts'
import { readOtlp } from './otlp-json.ts'
import { renderTree, type TreeOptions } from './render-tree.ts'
import { textWidth } from './text-width.ts'

function treeOf(spans: readonly SpanPlan[], options?: TreeOptions): string {
  return buildTraces(readOtlp(otlpRequest(spans))?.spans ?? [])
    .map((trace) => renderTree(trace, options))
    .join('')
}

const SPANS: readonly SpanPlan[] = [
  { id: 1, end: 2_500, name: 'invoke_agent researcher', attributes: { 'aos.run.cost_usd': 0.0123 } },
  {
    id: 2,
    parent: 1,
    start: 10,
    end: 830,
    name: 'chat gpt-5.2',
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'gpt-5.2',
      'gen_ai.usage.input_tokens': 1_204,
      'gen_ai.usage.output_tokens': 31,
    },
  },
  {
    id: 3,
    parent: 1,
    start: 900,
    end: 901,
    name: 'execute_tool send',
    attributes: { 'aos.step.status': 'denied' },
    events: [
      decisionEvent('deny', {
        'aos.decision.by': 'guardian',
        'aos.decision.policies': ['data-protection'],
        'aos.decision.message': 'personal data',
        'aos.decision.hook': 'toolCallRequest',
        'aos.decision.enforced': 'denied',
        'aos.decision.latency_ms': 3,
      }),
    ],
  },
  {
    id: 4,
    parent: 1,
    start: 1_000,
    end: 2_000,
    name: 'tools/call read',
    attributes: {
      'mcp.method.name': 'tools/call',
      'aos.peer.name': 'library',
      'aos.peer.version': '2.1',
      'aos.peer.url': 'https://library.example.com/mcp',
    },
  },
  {
    id: 5,
    parent: 4,
    start: 1_100,
    end: 1_200,
    name: 'query',
    status: { code: 2, message: 'no such\ntable' },
  },
  { id: 6, parent: 1, start: 2_100, name: 'long job' },
]

describe('renderTree', () => {
  it('tells of each span what it was, how long, how it ended, what it cost, and who decided what', () => {
    expect(treeOf(SPANS, { width: 110 }).split('\n')).toEqual([
      'trace 00000000000000000000000000000001  2026-01-02 03:04:05 UTC  tests',
      '2.50 s, 6 spans, 1,204 → 31 tokens, $0.0123, 1 denied, 1 error, 1 unfinished',
      'invoke_agent researcher                               2.50 s  ok  $0.0123',
      '├─ chat gpt-5.2                                       820 ms  ok  1,204 → 31 tokens',
      '├─ execute_tool send                                 1.00 ms  denied',
      '│     ⊘ deny by guardian, data-protection: personal data (toolCallRequest, 3.00 ms)',
      '├─ tools/call read                                    1.00 s  ok  mcp ⇄ library 2.1 https://library.example.c…',
      '│  └─ query                                           100 ms  error',
      '│        ✗ no such table',
      '└─ long job                                                …  unfinished',
      '',
    ])
  })

  it.each([40, 60, 80, 200])('keeps every line within %i columns, also of wide characters', (width) => {
    const wide = {
      id: 9,
      parent: 1,
      end: 3,
      name: '検索ツール 👩‍💻 '.repeat(20),
      status: { code: 2, message: '深'.repeat(90) },
    }
    for (const line of treeOf([...SPANS, wide], { width }).split('\n'))
      expect(textWidth(line)).toBeLessThanOrEqual(width)
  })

  it('colours only when asked', () => {
    expect(treeOf(SPANS)).not.toContain('\u001b')
    expect(treeOf(SPANS, { color: true })).toContain('\u001b[31mdenied\u001b[0m')
  })

  it('lets no content reach the terminal as a command', () => {
    const hostile = 'a\u001b]0;owned\u0007\u001b[2J\u202eb\u0000\u009b1m'
    const tree = treeOf([
      {
        id: 1,
        end: 1,
        name: hostile,
        status: { code: 2, message: hostile },
        events: [decisionEvent(hostile, { 'aos.decision.message': hostile, 'aos.decision.by': hostile })],
        attributes: { 'aos.peer.name': hostile, 'gen_ai.request.model': hostile },
      },
    ])
    // oxlint-disable-next-line no-control-regex
    expect(tree).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
    expect(tree).toContain('␛]0;owned␇')
  })

  it('shows great depth with the last lines only', () => {
    const deep = Array.from({ length: 400 }, (_, index) => ({ id: index + 1, parent: index, end: 1 }))
    const last = treeOf(deep, { width: 120 }).trimEnd().split('\n').at(-1) ?? ''
    expect(last).toContain('⋯')
    expect(last).toContain('span 400')
  })

  it('cuts names of any length quickly, and between characters', () => {
    const [, , line = ''] = treeOf([{ id: 1, end: 1, name: '👩‍💻é'.repeat(200_000) }], { width: 60 }).split(
      '\n',
    )
    expect(line).toMatch(/^(?:👩‍💻é)+(?:👩‍💻)?…/u)
    expect(textWidth(line)).toBeLessThanOrEqual(60)
  })

  it('says of what was not enforced that it was not', () => {
    const events = [
      decisionEvent('deny', { 'aos.decision.shadow': true, 'aos.decision.enforced': 'none' }),
      decisionEvent('deny', { 'aos.decision.enforced': 'none' }),
      decisionEvent('allow', { 'aos.decision.fail_open': 'reading is harmless' }),
    ]
    expect(
      treeOf([{ id: 1, end: 1, events }])
        .split('\n')
        .slice(3, 6),
    ).toEqual([
      '   ⊘ deny (shadow)',
      '   ⊘ deny (not enforced)',
      '   ✓ allow (failed open: reading is harmless)',
    ])
  })
})
