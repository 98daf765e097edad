import { AOSInstrument, deny, isAosError, type GuardedRun } from '@aos/sdk'
import {
  createDecisionJournal,
  readJournal,
  replayRun,
  type Journal,
  type ReplayAgent,
} from '@aos/sdk/journal'
import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { EvidenceRecorder } from '../recorder/evidence-recorder.ts'
import type { EvidenceBuilder } from '../facts/evidence-builder.ts'
import { validateEvidencePack } from '../validate/validate-pack.ts'
import { toReplayCase } from './to-replay-case.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aos-replay-case-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const SECRET = 'customer-4711'

const guard = (agent: Pick<ReplayAgent, 'registerHook'>, allowed: string): void => {
  agent.registerHook(
    'toolCallRequest',
    ({ toolName }) => (toolName === allowed ? { decision: 'allow' } : deny('not allowed')),
    {
      name: 'list',
    },
  )
}

async function journalled(
  work: (aos: GuardedRun) => unknown,
): Promise<{ readonly journal: Journal; readonly evidence: EvidenceBuilder }> {
  const decisions = createDecisionJournal({ directory: folder })
  const recorder = new EvidenceRecorder()
  const agent = new AOSInstrument((_input: unknown, aos) => work(aos), {
    journal: decisions,
    sinks: [recorder],
  })
  guard(agent, 'search')
  await agent.run('go').catch(() => undefined)
  await decisions.close()
  const [evidence] = recorder.ended()
  ok(evidence !== undefined)
  return { journal: await readJournal(decisions.pathOf(evidence.pack().scope.run_id ?? '')), evidence }
}

const work = async (aos: GuardedRun): Promise<unknown> => {
  await aos.toolCall({ toolName: 'export', parameters: { id: SECRET } }, () => SECRET).catch(() => undefined)
  return aos.toolCall({ toolName: 'search', parameters: {} }, () => 'found')
}

function problemsOf(evidence: EvidenceBuilder): readonly unknown[] {
  const { pack, sourceMap, claimMap } = evidence.evidence()
  const maps = { sourceMaps: [sourceMap], claimMaps: claimMap === undefined ? [] : [claimMap] }
  return validateEvidencePack(pack, { maps }).issues.filter(({ severity }) => severity === 'error')
}

describe('a replay case', () => {
  test('of the same handlers is deterministic, and completes the pack', async () => {
    const { journal, evidence } = await journalled(work)
    const replay = await replayRun(journal, { guard: (agent) => guard(agent, 'search') })
    const made = toReplayCase(evidence.pack(), journal, { replay })
    equal(made.determinism, 'deterministic')
    deepEqual(
      made.missing_facts?.map(({ reason }) => reason),
      ['not_applicable'],
    )
    ok(made.expected_outputs?.every(({ outcome }) => outcome === 'same'))
    evidence.addReplayCase(made)
    equal(evidence.pack().completeness.replay?.status, 'complete')
    deepEqual(problemsOf(evidence), [])
  })

  test('of other handlers says which decision came out differently', async () => {
    const { journal, evidence } = await journalled(work)
    const replay = await replayRun(journal, { guard: (agent) => guard(agent, 'export') })
    const made = toReplayCase(evidence.pack(), journal, { replay, at: Date.UTC(2030, 0, 1) })
    equal(made.determinism, 'non_deterministic')
    ok(
      made.expected_outputs?.some(
        (one) => one['recorded_verdict'] === 'deny' && one['replayed_verdict'] === 'allow',
      ),
    )
    evidence.addReplayCase(made)
    equal(evidence.pack().completeness.replay?.status, 'partial')
    deepEqual(problemsOf(evidence), [])
  })

  test('of a run with a model is approximate, and tells nothing of what was said', async () => {
    const { journal, evidence } = await journalled((aos) =>
      aos.model({ model: 'm', messages: [{ role: 'user', content: SECRET }] }, () => SECRET),
    )
    const replay = await replayRun(journal, { guard: (agent) => guard(agent, 'search') })
    const made = toReplayCase(evidence.pack(), journal, { replay })
    equal(made.determinism, 'approximate')
    ok(made.missing_facts?.some(({ fact }) => fact === 'outputs of models'))
    ok(!JSON.stringify(made).includes(SECRET))
    evidence.addReplayCase(made)
    deepEqual(problemsOf(evidence), [])
  })

  test('that was never run says so, and one of another run is refused', async () => {
    const { journal, evidence } = await journalled(work)
    const made = toReplayCase(evidence.pack(), journal, {
      journal: { uri: 'file:///journal', hash: `sha256:${'0'.repeat(64)}` },
    })
    deepEqual([made.determinism, made.snapshot_refs?.[0]?.uri], ['approximate', 'file:///journal'])
    ok(
      made.missing_facts?.some(
        ({ reason, fact }) => reason === 'not_collected' && fact === 'replayed decisions',
      ),
    )
    evidence.addReplayCase(made)
    deepEqual(problemsOf(evidence), [])
    const other = await journalled(work)
    throws(
      () => toReplayCase(evidence.pack(), other.journal),
      (error) => isAosError(error, 'invalid_evidence'),
    )
  })
})
