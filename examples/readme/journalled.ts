// What the block of docs/evidence.md about replays works with: an agent whose decisions are journalled.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EvidenceRecorder } from '@aos/records/evidence'
import { AOSInstrument, deny, type AOSHandle } from '@aos/sdk'
import { createDecisionJournal, type DecisionJournal } from '@aos/sdk/journal'

/** Takes the evidence of each run. */
export const recorder: EvidenceRecorder = new EvidenceRecorder()

/** Keeps what is needed to replay them. */
export const journal: DecisionJournal = createDecisionJournal({
  directory: mkdtempSync(join(tmpdir(), 'journal-')),
})

/** Puts the policy on an agent, or on the replay of one. */
export function guard(guarded: Pick<AOSHandle<object>, 'registerHook'>): void {
  guarded.registerHook('toolCallRequest', () => deny('Customer data stays here'), { name: 'no-exports' })
}

/** An agent that tries what it may not. */
export const agent: AOSInstrument<(question: string) => Promise<string>> = new AOSInstrument(
  async (question: string, aos) => {
    await aos.toolCall({ toolName: 'export', parameters: {} }, () => 'rows').catch(() => undefined)
    return `${question} Five days.`
  },
  { journal, sinks: [recorder] },
)
guard(agent)
