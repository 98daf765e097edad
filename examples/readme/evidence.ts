// What the blocks of docs/evidence.md work with: the evidence of a run that has answered.
import { EvidenceRecorder, type EvidenceBuilder } from '@aos/records/evidence'
import { AOSInstrument } from '@aos/sdk'

const recorder = new EvidenceRecorder()
const agent = new AOSInstrument(async (question: string) => `${question} Five days.`, { sinks: [recorder] })
await agent.run('How long do refunds take?')
const [ended] = recorder.ended()
if (ended === undefined) throw new Error('the run was not recorded')

/** The evidence of the run. */
export const evidence: EvidenceBuilder = ended
