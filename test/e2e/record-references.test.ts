import { AOSInstrument, deny, type RunRecord, type Sink, type StepRecord } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { deepEqual, equal, rejects } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { recordedSpans } from '../support/recorded-spans.ts'

const seen: { readonly step: StepRecord; readonly run: RunRecord }[] = []

const attesting: Sink = {
  name: 'attesting',
  accept: () => undefined,
  attest(step, run) {
    seen.push({ step, run })
    return step.kind === 'toolCall'
      ? [{ format: 'peac', id: `r-${step.id}`, ref: `sha256:${step.status}` }]
      : []
  },
}

describe('a sink that attests', () => {
  test('sees each step as it ends, and its record is on the span, in the events and in the AgentRun', async () => {
    seen.length = 0
    const recorded = recordedSpans()
    const recorder = stepRecorder()
    const agent = new AOSInstrument(
      (_input: unknown, aos) => aos.toolCall({ toolName: 'export', parameters: {} }, () => 'never'),
      {
        sinks: [recorder, attesting],
        tracerProvider: recorded.provider,
        hooks: { toolCallRequest: () => deny('no') },
      },
    )
    const runs: unknown[] = []
    agent.on(
      'run',
      (run) => void runs.push(run.steps.find(({ tool_name: tool }) => tool === 'export')?.metadata),
    )
    await rejects(() => agent.run('go'), /Denied: no/)
    const step = recorder.steps('toolCall')[0]
    const record = { format: 'peac', id: `r-${step?.id}`, ref: 'sha256:denied' }
    deepEqual(step?.records, [record])
    deepEqual(
      recorded.spans().flatMap(({ attributes }) => attributes['peac.record.ref'] ?? []),
      ['sha256:denied'],
    )
    equal((runs[0] as { peac_record_ref?: string }).peac_record_ref, 'sha256:denied')
    const told = seen.find((one) => one.step.kind === 'toolCall')
    deepEqual([told?.step.status, told?.step.records, told?.run.id], ['denied', undefined, step?.runId])
  })

  test('that throws or answers nothing changes nothing, and is counted', async () => {
    const broken: Sink = {
      name: 'broken',
      accept: () => undefined,
      attest: () => {
        throw new Error('no key')
      },
    }
    const recorder = stepRecorder()
    const agent = new AOSInstrument(() => 'answer', { sinks: [broken, recorder] })
    equal(await agent.run('go'), 'answer')
    const failed = agent.describe().sinks.find(({ name }) => name === 'broken')?.failed
    equal(failed, recorder.steps().length)
    equal(recorder.steps()[0]?.records, undefined)
  })
})
