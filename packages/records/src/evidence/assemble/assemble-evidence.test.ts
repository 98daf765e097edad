import { canonicalJson } from '@agent-run/types'
import { AOSInstrument, ask, deny, modify, type AOSOptions, type GuardedRun } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import fc from 'fast-check'
import { deepEqual, equal, notEqual, ok } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { collectRun, type RecordedRun } from '../../steps/collect-run.ts'
import { arbitraryEvents } from '../../testing/arbitrary-run.ts'
import { validateEvidencePack } from '../validate/validate-pack.ts'
import { assembleEvidence, type AssembleOptions } from './assemble-evidence.ts'
import type { Evidence } from './evidence.ts'

function problemsOf({ pack, sourceMap, claimMap }: Evidence): readonly unknown[] {
  const maps = { sourceMaps: [sourceMap], claimMaps: claimMap === undefined ? [] : [claimMap] }
  return validateEvidencePack(pack, { maps }).issues.filter(({ severity }) => severity === 'error')
}

async function recordedRun(
  work: (aos: GuardedRun) => unknown,
  options: AOSOptions = {},
): Promise<RecordedRun> {
  const recorder = stepRecorder()
  const agent = new AOSInstrument((_input: unknown, aos) => work(aos), { ...options, sinks: [recorder] })
  await agent.run('please', { session: 's-1', user: { id: 'u-1' } }).catch(() => undefined)
  const recorded = collectRun(recorder.events)
  ok(recorded !== undefined)
  return recorded
}

const evidenceOf = async (
  work: (aos: GuardedRun) => unknown,
  options: AOSOptions = {},
  how: AssembleOptions = {},
): Promise<Evidence> => {
  const evidence = assembleEvidence(await recordedRun(work, options), how)
  deepEqual(problemsOf(evidence), [])
  return evidence
}

const call = (aos: GuardedRun, toolName: string, execute: () => unknown = () => 'done'): Promise<unknown> =>
  aos.toolCall({ toolName, parameters: { id: 7 } }, execute).catch(() => undefined)

describe('the evidence of any run', () => {
  test('is valid by schema and by every rule, and a pure function of its steps', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        const recorded = collectRun(events)
        ok(recorded !== undefined)
        const evidence = assembleEvidence(recorded)
        deepEqual(problemsOf(evidence), [])
        const again = collectRun(structuredClone(events))
        ok(again !== undefined)
        equal(canonicalJson(assembleEvidence(again)), canonicalJson(evidence))
      }),
      { numRuns: 300 },
    )
  })
})

describe('the evidence of a run', () => {
  test('records a denial and no execution of it', async () => {
    const { pack } = await evidenceOf((aos) => call(aos, 'export'), {
      hooks: { toolCallRequest: () => deny('no exports', 'pii') },
    })
    equal(pack.status, 'reviewed')
    const denied = pack.claims?.find(({ claim_type: type }) => type === 'decision')
    ok(denied?.status === 'supported' && denied.text?.includes('was not executed') === true)
    deepEqual(
      pack.reviews?.map(({ verdict, notes }) => [verdict, notes]),
      [['rejected', 'no exports']],
    )
    deepEqual(
      pack.verification_results?.map(({ status, issues }) => [status, issues?.[0]?.['code']]),
      [['failed', 'pii']],
    )
    const types = pack.provenance?.nodes.map(({ entity_type: type }) => type)
    ok(types?.includes('tool_result') === false)
    ok(!pack.sources?.some(({ source_kind: kind }) => kind === 'tool_result'))
    // what did not happen involved no tool
    ok(!pack.provenance?.nodes.some(({ agent_type: type }) => type === 'tool'))
  })

  test('keeps a failed attempt beside the one that worked', async () => {
    let attempt = 0
    const { pack } = await evidenceOf(async (aos) => {
      const flaky = (): string => {
        if (++attempt === 1) throw new TypeError('offline')
        return 'done'
      }
      await call(aos, 'search', flaky)
      return call(aos, 'search', flaky)
    })
    const results = pack.sources?.filter(({ source_kind: kind }) => kind === 'tool_result') ?? []
    deepEqual(
      results.map(({ retrieval }) => [retrieval?.['status'], retrieval?.['error_type']]),
      [
        ['error', 'TypeError'],
        ['ok', undefined],
      ],
    )
    notEqual(results[0]?.retrieval?.['tool_call_id'], results[1]?.retrieval?.['tool_call_id'])
    ok(pack.claims?.some(({ text }) => text?.includes('failed with TypeError') === true))
  })

  test('tells which documents were left out, and why', async () => {
    const documents = [
      { id: 'kb-1', content: 'a', url: 'https://kb.example.com/1', score: 0.9 },
      { id: 'kb-2', content: 'b', metadata: { loc: { lines: { from: 1, to: 4 } } } },
    ]
    const { pack, sourceMap } = await evidenceOf((aos) => aos.knowledge({ query: 'q' }, () => documents), {
      retrievalModify: true,
      hooks: { knowledgeRetrieval: () => modify([documents[0]], 'outdated') },
    })
    const found = pack.sources?.filter(({ retrieval }) => retrieval?.['selected'] !== undefined) ?? []
    deepEqual(
      found.map(({ source_kind: kind, uri, retrieval }) => [
        kind,
        uri,
        retrieval?.['score'],
        retrieval?.['selected'],
      ]),
      [
        ['web_page', 'https://kb.example.com/1', 0.9, true],
        ['knowledge_item', undefined, undefined, false],
      ],
    )
    deepEqual(found[1]?.selector, { type: 'lines', line_start: 1, line_end: 4 })
    deepEqual(
      sourceMap.omissions?.map(({ source_id: id, reason }) => [id, reason]),
      [[found[1]?.source_id, 'unsafe']],
    )
    const withheld = await evidenceOf((aos) => aos.knowledge({ query: 'q' }, () => documents), {
      hooks: { knowledgeRetrieval: () => deny('too old', 'stale') },
    })
    deepEqual(
      withheld.sourceMap.omissions?.map(({ reason }) => reason),
      ['stale', 'stale'],
    )
  })

  test('keeps check and review apart: asked, approved by a person, and only observed', async () => {
    const { pack } = await evidenceOf((aos) => call(aos, 'pay'), {
      hooks: { toolCallRequest: () => ask('a large sum') },
      onApproval: () => ({ approved: true, by: 'ann' }),
    })
    deepEqual(
      pack.verification_results?.map(({ check_type: type, status }) => [type, status]),
      [
        ['human_required', 'warning'],
        ['human_required', 'passed'],
      ],
    )
    deepEqual(
      pack.reviews?.map(({ verdict, reviewer }) => [verdict, reviewer?.['type'], reviewer?.['id']]),
      [
        ['escalated', 'policy', 'urn:aos:guardian:toolCallRequest'],
        ['approved', 'human', 'urn:aos:reviewer:ann'],
      ],
    )
  })

  test('infers no success from a guardian that was silent, closed or open', async () => {
    const open = await evidenceOf((aos) => call(aos, 'search'), {}, {})
    equal(open.pack.completeness.verification?.status, 'not_collected')
    const recorder = stepRecorder()
    const agent = new AOSInstrument((_input: unknown, aos) => call(aos, 'search'), {
      sinks: [recorder],
      handlerTimeoutMs: 5,
    })
    agent.registerHook('toolCallRequest', () => new Promise(() => undefined), {
      failOpen: { reason: 'a drill' },
      name: 'silent',
    })
    await agent.run('go')
    const recorded = collectRun(recorder.events)
    ok(recorded !== undefined)
    const { pack } = assembleEvidence(recorded)
    equal(pack.verification_results?.[0]?.status, 'error')
    equal(pack.completeness.verification?.status, 'partial')
    deepEqual(pack.reviews, [])
    ok(pack.claims?.some(({ risk }) => risk === 'unchecked'))
  })

  test('says which model was asked and which answered, and which results it read', async () => {
    const { pack } = await evidenceOf(async (aos) => {
      await aos.toolCall({ toolName: 'search', parameters: {}, executionId: 'call-1' }, () => 'found')
      const messages = [
        {
          role: 'tool',
          content: [
            {
              type: 'tool-result',
              toolCallId: 'call-1',
              toolName: 'search',
              output: { type: 'text', value: 'found' },
            },
          ],
        },
      ]
      return aos.model({ model: 'fast', provider: 'acme', messages }, (_messages, report) => {
        report({ actual: 'fast-2026' })
        return 'answer'
      })
    })
    ok(
      pack.claims?.some(
        ({ text }) => text === 'Model fast-2026 of acme answered where the agent asked for fast.',
      ),
    )
    const links = pack.provenance?.edges.filter(
      ({ relationship, to }) => relationship === 'used' && to.startsWith('entity:result:'),
    )
    equal(links?.length, 1)
  })

  test('has no content where none was captured, and says that it was withheld', async () => {
    const canary = 'canary-5f2c'
    const { pack } = await evidenceOf(
      async (aos) => {
        await aos.knowledge({ query: canary }, () => [
          { id: canary, content: canary, url: `https://${canary}.example.com` },
        ])
        return call(aos, 'search', () => canary)
      },
      { capture: 'off' },
    )
    ok(!JSON.stringify(pack).includes(canary))
    ok(pack.redactions?.some(({ redaction_kind: kind }) => kind === 'withhold'))
  })
})
