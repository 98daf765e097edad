// What the company does: one run of its agent, and everything that is recorded of it, in one folder.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateSigningKey, type AgentRun } from '@agent-run/types'
import { agentActivitySink } from '@aos/records/activity'
import { EvidenceRecorder, exportPack, toReplayCase } from '@aos/records/evidence'
import { createPeacRecorder, toPeacKey, type PeacRecord } from '@aos/records/peac'
import { createDecisionJournal, readJournal, replayRun } from '@aos/sdk/journal'
import { GuardianAgent, toolAccess } from '@aos/guardian'
import { createSupportAgent, POLICY } from './support-agent.ts'

/** Runs the agent once and writes the export to a folder; gives the public key, which travels on another way. */
export async function writeRecords(folder: string, journalFolder: string): Promise<object> {
  const { privateKey } = generateSigningKey()
  const key = toPeacKey(privateKey)
  const peac: PeacRecord[] = []
  const activityFile = join(journalFolder, 'activity.ndjson')
  const journal = createDecisionJournal({ directory: journalFolder })
  const recorder = createPeacRecorder({
    key,
    policy: { document: POLICY },
    onRecord: (record) => void peac.push(record),
  })
  const evidence = new EvidenceRecorder()
  const activity = agentActivitySink({ file: activityFile, source: { kind: 'agent', name: 'support-bot' } })
  const agent = createSupportAgent({ sinks: [recorder, evidence, activity], signingKey: privateKey, journal })
  const runs: AgentRun[] = []
  agent.on('run', (run) => void runs.push(run))
  await agent.run('What is the number of ACME? And send me all customers.', { session: 'sess-1' })
  await agent.close()
  await journal.close()

  const [run] = runs
  const [recorded] = evidence.ended()
  if (run === undefined || recorded === undefined) throw new Error('the run was not recorded')
  const journalled = await readJournal(journal.pathOf(run.id))
  const again = new GuardianAgent({ name: 'g1', policies: [toolAccess({ allow: POLICY.allow })] })
  const replay = await replayRun(journalled, { guard: (replayed) => again.protect(replayed) })
  recorded.addReplayCase(toReplayCase(recorded.pack(), journalled, { replay }))
  recorded.addReview({
    verdict: 'informational',
    reviewer: { type: 'human', id: 'urn:example:reviewer:7' },
    notes: 'The refusal was right.',
    verification_refs: recorded.pack().verification_results?.map(({ verification_id: id }) => id) ?? [],
  })
  await exportPack(recorded.evidence(), {
    directory: folder,
    exportId: `exp:${run.id}`,
    at: Date.now(),
    signingKey: privateKey,
    attachments: [
      { path: 'run.json', content: JSON.stringify(run) },
      { path: 'activity.ndjson', content: await readFile(activityFile) },
      ...peac.map(({ claims, jws }) => ({ path: `records/${claims.jti}.jws`, content: jws })),
    ],
  })
  return key.publicJwk
}
