import { AOSInstrument, currentRun, isAosError, type AosEvent } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { describe, test } from 'vitest'
import type { EvidenceBuilder } from '../facts/evidence-builder.ts'
import { EvidenceRecorder } from './evidence-recorder.ts'

describe('a recorder of evidence', () => {
  test('gives the evidence of each run, which tools can add to while it goes on', async () => {
    const taken: EvidenceBuilder[] = []
    const ids: string[] = []
    const recorder = new EvidenceRecorder({
      onEvidence(evidence, runId) {
        taken.push(evidence)
        ids.push(runId)
      },
    })
    const agent = new AOSInstrument(
      (_input: unknown, aos) =>
        aos.toolCall({ toolName: 'search', parameters: {} }, () => {
          const evidence = recorder.of(currentRun()?.runId ?? '')
          evidence?.addSource({ source_id: 'src:own', source_kind: 'dataset', ref: 'urn:example:rows' })
          equal(evidence?.pack().completeness.runtime?.status, 'partial')
          return 'found'
        }),
      { sinks: [recorder] },
    )
    await agent.run('go')
    equal(taken.length, 1)
    const pack = taken[0]?.pack()
    equal(pack?.completeness.runtime?.status, 'complete')
    ok(pack?.sources?.some(({ source_id: id }) => id === 'src:own'))
    ok(recorder.of(pack?.scope.run_id ?? '') === taken[0])
    deepEqual(ids, [pack?.scope.run_id])
    deepEqual(recorder.stats(), { recorded: 1, open: 0, abandoned: 0, forgotten: 0, orphans: 0 })
  })

  test('keeps so many runs and forgets the oldest, and counts it', async () => {
    const recorder = new EvidenceRecorder({ maxKept: 2 })
    const agent = new AOSInstrument((input: unknown) => input, { sinks: [recorder] })
    for (const input of ['1', '2', '3']) await agent.run(input)
    deepEqual([recorder.ended().length, recorder.stats().forgotten], [2, 1])
    equal(recorder.of('nobody'), undefined)
  })

  test('changes nothing for the agent where whoever takes the evidence fails', async () => {
    const recorder = new EvidenceRecorder({
      onEvidence: () => {
        throw new Error('no room')
      },
    })
    const agent = new AOSInstrument((input: unknown) => input, { sinks: [recorder] })
    equal(await agent.run('go'), 'go')
    equal(agent.describe().sinks[0]?.failed, 1)
  })

  test('gives the same evidence from the same events, however often they are told', async () => {
    const events = stepRecorder()
    const agent = new AOSInstrument((input: unknown) => input, { sinks: [events] })
    await agent.run('go')
    const packOf = (told: readonly AosEvent[]): string => {
      const recorder = new EvidenceRecorder()
      for (const event of told) void recorder.accept(event)
      return JSON.stringify(recorder.ended()[0]?.evidence())
    }
    equal(packOf(events.events), packOf(structuredClone(events.events)))
  })

  test('refuses options that cannot work, and says which and how', () => {
    const refused: readonly (readonly [object, RegExp])[] = [
      [{ onEvidence: 1 }, /onEvidence.*function/s],
      [{ maxKept: -1 }, /maxKept/],
      [{ clock: 'now' }, /clock/],
      [{ producer: {} }, /producer/],
      [{ policyDigests: { a: 'md5:1' } }, /policyDigests/],
      [{ requiredChecks: 'policy' }, /requiredChecks/],
      [{ scope: { task_id: 'a/b' } }, /scope/],
      [{ onPack: () => undefined }, /onPack/],
    ]
    for (const [options, words] of refused)
      throws(
        () => new EvidenceRecorder(options as object),
        (error) => isAosError(error, 'invalid_options') && words.test(`${error.message} ${error.fix}`),
      )
  })
})
