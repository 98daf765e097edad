import type { AgentRun } from '@agent-run/types'
import { EvidenceRecorder, redactPack, toReplayCase, type EvidencePack } from '@aos/records/evidence'
import { AOSInstrument, ask, deny, modify, type AOSHandle, type GuardedRun } from '@aos/sdk'
import { createDecisionJournal, readJournal, replayRun } from '@aos/sdk/journal'
import fc from 'fast-check'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { exampleRun } from '../testing/example-run.ts'
import { toEvidenceFacts, type EvidenceFacts } from './evidence-facts.ts'
import { toneOf } from './tone-of.ts'

const DOCUMENTS = [
  {
    id: 'kb-7',
    title: 'Refunds',
    content: 'Refunds take five days.',
    url: 'https://kb.example.com/refunds',
    metadata: { loc: { lines: { from: 3, to: 9 } } },
  },
  { id: 'kb-9', content: 'Salaries' },
]

/** A real run in which something was denied, approved, left out, and answered, with its evidence. */
async function recorded(): Promise<{ readonly run: AgentRun; readonly pack: EvidencePack }> {
  const recorder = new EvidenceRecorder()
  const agent = new AOSInstrument(
    async (question: string, aos: GuardedRun) => {
      await aos.knowledge({ query: question, source: 'handbook' }, () => DOCUMENTS)
      const call = (toolName: string): Promise<unknown> =>
        aos
          .toolCall({ toolName, parameters: { to: 'jane@example.com' } }, () => 'sent')
          .catch(() => 'refused')
      await call('export')
      await call('mail')
      return 'Refunds take five days.'
    },
    {
      agent: { id: 'support' },
      sinks: [recorder],
      retrievalModify: true,
      onApproval: () => ({ approved: true, by: 'jane', reason: 'fine' }),
      hooks: {
        knowledgeRetrieval: ({ value }) =>
          modify(Array.isArray(value) ? value.slice(0, 1) : value, 'no salaries'),
        toolCallRequest: ({ toolName }) =>
          toolName === 'export' ? deny('stays here', 'pii') : ask('somebody should look'),
      },
    },
  )
  let run: AgentRun | undefined
  agent.on('run', (ended) => (run = ended))
  await agent.run('How long?', { user: { id: 'u-1' } })
  const pack = recorder.ended()[0]?.pack()
  ok(run !== undefined && pack !== undefined)
  return { run, pack }
}

// as the server gives it back
function factsOf(pack: EvidencePack, run: AgentRun): EvidenceFacts {
  const facts = toEvidenceFacts(JSON.parse(JSON.stringify(pack)), run)
  ok(facts !== undefined)
  return facts
}

describe('the evidence of a real run', () => {
  test('tells what is claimed and what bears on it', async () => {
    const { run, pack } = await recorded()
    const facts = factsOf(pack, run)
    equal(facts.status, 'reviewed')
    deepEqual(
      facts.claims.map(({ status, facts: [first], support }) => [
        status,
        first?.[1],
        support.map(({ kind }) => kind),
      ]),
      [
        ['supported', 'decision', ['source', 'check', 'review']],
        ['supported', 'decision', ['source', 'check', 'review']],
        ['unverified', 'generated field', ['node']],
      ],
    )
    const [, denied] = facts.claims
    ok(denied?.text.includes('was not executed') === true)
    const known = new Map(
      [...facts.sources, ...facts.checks, ...facts.reviews].map((part) => [part.id, part]),
    )
    for (const { kind, id } of denied?.support ?? []) ok(kind === 'node' || known.has(id), id)
  })

  test('leads from each part to the steps it is about', async () => {
    const { run, pack } = await recorded()
    const facts = factsOf(pack, run)
    const stepNamed = (name: string): string =>
      run.steps.find(({ tool_name: tool }) => tool === name)?.id ?? ''
    const [left, denied, answered] = facts.claims
    deepEqual(left?.steps, [stepNamed('aos.knowledgeRetrieval')])
    deepEqual(denied?.steps, [stepNamed('export')])
    deepEqual(answered?.steps, [run.steps.at(-1)?.id])
    deepEqual(facts.reviews.find(({ isHuman }) => isHuman)?.steps, [stepNamed('mail')])
    for (const { id, steps } of facts.checks) equal(steps.length, 1, id)
    for (const { kind, steps, name } of facts.sources) equal(steps.length, kind === 'policy' ? 0 : 1, name)
  })

  test('tells sources with the part that is meant, and what was left out', async () => {
    const { run, pack } = await recorded()
    const { sources } = factsOf(pack, run)
    const [used, omitted] = sources.filter(({ kind }) => kind === 'web_page' || kind === 'knowledge_item')
    deepEqual([used?.name, used?.place, used?.isOmitted], ['Refunds', 'lines 3 to 9', false])
    deepEqual([omitted?.name, omitted?.isOmitted], ['kb-9', true])
    const named = sources
      .filter(({ kind }) => kind === 'trace' || kind === 'tool_result')
      .map(({ name }) => name)
    deepEqual(
      [...new Set(named)],
      ['decision on retrieval', 'decision on export', 'result of mail', 'decision on mail'],
    )
    ok(used?.facts.some(([name, value]) => name === 'digest' && value.startsWith('hmac-sha256:')))
  })

  test('tells checks and verdicts apart, and who gave them', async () => {
    const { run, pack } = await recorded()
    const { checks, reviews } = factsOf(pack, run)
    const told = (status: string): readonly string[] =>
      checks.filter((check) => check.status === status).map(({ about }) => about)
    deepEqual(told('failed'), ['toolCallRequest request'])
    deepEqual(checks.find(({ status }) => status === 'failed')?.issues, ['pii: stays here'])
    deepEqual(
      reviews.map(({ verdict, by, isHuman, notes }) => [verdict, by, isHuman, notes]),
      [
        ['approved', 'knowledgeRetrieval', false, 'no salaries'],
        ['rejected', 'toolCallRequest', false, 'stays here'],
        ['escalated', 'toolCallRequest', false, 'somebody should look'],
        ['approved', 'jane', true, 'fine'],
      ],
    )
  })

  test('never takes what is missing for a success', async () => {
    const { run, pack } = await recorded()
    const { completeness } = factsOf(pack, run)
    const good = completeness.filter(({ status }) => toneOf(status) === 'good').map(({ name }) => name)
    deepEqual(good, ['runtime', 'sources', 'verification', 'privacy'])
    const replay = completeness.find(({ name }) => name === 'replay')
    deepEqual(replay?.missing, [
      { fact: 'decision journal', reason: 'not_collected', details: 'the run was not journalled' },
    ])
    for (const { status, missing } of completeness) ok(missing.length === 0 || toneOf(status) !== 'good')
    const lying = {
      ...pack,
      completeness: { runtime: { status: 'complete', missing_facts: [{ reason: 'unknown' }] } },
    }
    equal(toEvidenceFacts(lying, run)?.completeness[0]?.status, 'partial')
  })

  test('says what is not told', async () => {
    const { run, pack } = await recorded()
    const { redactions } = factsOf(pack, run)
    deepEqual([...new Set(redactions.map(({ kind, reason }) => `${kind} ${reason}`))], ['mask privacy'])
    ok(redactions.every(({ steps }) => steps.length === 1))
    const hidden = redactPack(pack, { claims: 'all', by: 'office', reason: 'privacy', at: 0 })
    const facts = factsOf(hidden, run)
    equal(facts.status, 'redacted')
    ok(facts.claims.every(({ text }) => !/five days|not executed/.test(text)))
    equal(facts.redactions.length, redactions.length + facts.claims.length)
  })
})

test('a replay of a real run is told with what came out how', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'view-replay-'))
  const guard = (guarded: Pick<AOSHandle<object>, 'registerHook'>): void => {
    guarded.registerHook('toolCallRequest', () => deny('stays here'))
  }
  const recorder = new EvidenceRecorder()
  const journal = createDecisionJournal({ directory: folder })
  const agent = new AOSInstrument(
    (_question: string, aos: GuardedRun) =>
      aos.toolCall({ toolName: 'export', parameters: {} }, () => 'sent').catch(() => 'refused'),
    { sinks: [recorder], journal },
  )
  guard(agent)
  let run: AgentRun | undefined
  agent.on('run', (ended) => (run = ended))
  await agent.run('go')
  await journal.flush()
  const evidence = recorder.ended()[0]
  ok(run !== undefined && evidence !== undefined)
  const journalled = await readJournal(journal.pathOf(run.id))
  evidence.addReplayCase(
    toReplayCase(evidence.pack(), journalled, { replay: await replayRun(journalled, { guard }) }),
  )
  const { replays } = factsOf(evidence.pack(), run)
  deepEqual(
    replays.map(({ determinism, outcomes, missing }) => [determinism, outcomes, missing.length]),
    [['deterministic', '1 same', 1]],
  )
  await rm(folder, { recursive: true })
})

describe('evidence of anybody', () => {
  test('never throws, whatever it is', () => {
    const names = [
      'evidence_pack_id',
      'claims',
      'claim_id',
      'sources',
      'source_id',
      'retrieval',
      'selector',
      'support_edges',
      'ref',
      'verification_results',
      'coverage',
      'issues',
      'reviews',
      'reviewer',
      'scope',
      'step_id',
      'redactions',
      'target_ref',
      'replay_cases',
      'expected_outputs',
      'missing_facts',
      'completeness',
      'provenance',
      'producer',
      'text',
      'range_ref',
    ]
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'medium' },
        fc.jsonValue({ maxDepth: 1 }),
        fc.constantFrom('urn:aos:step:%', 'urn:aos:decision:x#', 'urn:otel:span::', '__proto__'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 8 }),
      ),
    }))
    const run = exampleRun(1)
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), (pack) => {
        const facts = toEvidenceFacts({ ...pack, evidence_pack_id: 'p' }, run)
        ok(
          facts?.completeness.every(
            ({ status, missing }) => missing.length === 0 || toneOf(status) !== 'good',
          ),
        )
      }),
      { numRuns: 300 },
    )
  })

  test('is read as far as it can be', () => {
    const run = exampleRun(1)
    for (const other of [undefined, null, 7, [], {}, { evidence_pack_id: 3 }])
      equal(toEvidenceFacts(other, run), undefined)
    const odd = [null, 7, 'x', [], {}]
    const facts = toEvidenceFacts(
      {
        evidence_pack_id: 'p',
        claims: [...odd, { claim_id: 'c', range_ref: 'urn:aos:answer:%', confidence: { low: 1 } }],
        sources: [
          ...odd,
          {
            source_id: 's',
            ref: 'urn:aos:step:%E0%A4%A',
            selector: { start: 1, end: 9, json_pointer: '/a' },
          },
        ],
        support_edges: [...odd, { claim_id: 'c', source_id: 's', artifact_id: 'a' }],
        verification_results: [...odd, { issues: [3, { code: 'x' }], coverage: 'no' }],
        reviews: odd,
        redactions: odd,
        completeness: { other: null, runtime: { missing_facts: 'none' } },
      },
      run,
    )
    deepEqual(
      facts?.claims.at(-1)?.support.map(({ kind, id }) => [kind, id]),
      [
        ['source', 's'],
        ['artifact', 'a'],
      ],
    )
    equal(facts?.sources.at(-1)?.place, 'characters 1 to 9, /a')
    deepEqual(facts?.checks.at(-1)?.issues, ['3', 'x'])
    deepEqual(
      facts?.completeness.map(({ status }) => status),
      ['unknown', 'unknown'],
    )
  })
})
