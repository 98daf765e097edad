// Evidence of real agents: what a run comes to, checked by every rule.
import {
  EvidenceRecorder,
  validateEvidencePack,
  type Evidence,
  type EvidenceBuilder,
  type EvidenceIssue,
  type EvidencePack,
} from '@aos/records/evidence'
import { AOSInstrument, type AOSOptions, type GuardedRun, type RunOptions } from '@aos/sdk'

/** What is wrong with evidence, warnings aside. */
export function errorsIn({ pack, sourceMap, claimMap }: Evidence): readonly EvidenceIssue[] {
  const maps = { sourceMaps: [sourceMap], claimMaps: claimMap === undefined ? [] : [claimMap] }
  return validateEvidencePack(pack, { maps }).issues.filter(({ severity }) => severity === 'error')
}

/** Lets an agent work, and gives its evidence, which more can be added to. */
export async function evidenceOfRun(
  work: (aos: GuardedRun) => unknown,
  options: AOSOptions = {},
  run: RunOptions = { session: 'session-1' },
): Promise<EvidenceBuilder> {
  const recorder = new EvidenceRecorder()
  const agent = new AOSInstrument((_input: string, aos) => work(aos), {
    ...options,
    sinks: [...(options.sinks ?? []), recorder],
  })
  await agent.run('go', run).catch(() => undefined)
  const [evidence] = recorder.ended()
  if (evidence === undefined) throw new Error('the run left no evidence')
  return evidence
}

/** A tool call whose failure the agent survives. */
export function attempt(
  aos: GuardedRun,
  toolName: string,
  execute: () => unknown = () => 'done',
): Promise<unknown> {
  return aos.toolCall({ toolName, parameters: { id: 7 } }, execute).catch(() => undefined)
}

/** Results of tools that a pack has. */
export function resultsIn(pack: EvidencePack): NonNullable<EvidencePack['sources']> {
  return (pack.sources ?? []).filter(({ source_kind: kind }) => kind === 'tool_result')
}
