// Records of what agents of the AI SDK do.
import {
  createPeacRecorder,
  generatePeacKey,
  verify,
  type PeacRecord,
  type PeacRecorder,
} from '@aos/records/peac'
import { allow, ask, deny, modify, type HookHandler } from '@aos/sdk'
import { toolCall } from '@aos/sdk/testing'
import { describe, expect, it } from 'vitest'
import { answered, historyOf } from '../support/vercel-guard/approvals.ts'
import { counted, everywhere, subjectOf, type Bag, type Subject } from '../support/vercel-guard/lab.ts'

const KEY = generatePeacKey()
const BEFORE = [{ role: 'user', content: 'go' }]

describe.each(everywhere)('$name', (place) => {
  interface Signed {
    readonly subject: Subject
    readonly done: unknown[]
    readonly records: readonly PeacRecord[]
    readonly recorder: PeacRecorder
  }

  function signed(questions: readonly string[], handler: HookHandler): Signed {
    const { tool, done } = counted(place.version)
    const calls = questions.map((q, id) => toolCall('t', { q }, { id: `call-${id}` }))
    const subject = subjectOf(place, { steps: [...calls, 'Done.', 'Done.'], tools: { t: tool } })
    const records: PeacRecord[] = []
    const recorder = createPeacRecorder({ key: KEY, onRecord: (record) => void records.push(record) })
    subject.instrumented.attachSink(recorder)
    subject.instrumented.registerHook('toolCallRequest', handler)
    return { subject, done, records, recorder }
  }

  async function kindsOf({ subject, records, recorder }: Signed): Promise<readonly string[]> {
    await recorder.close()
    const answers = records.map(({ jws }) => verify(jws, { jwk: KEY.publicJwk }))
    for (const answer of answers) expect(answer).toMatchObject({ valid: true, warnings: [] })
    const steps = subject.recorder.steps('toolCall')
    const refs = steps.flatMap((step) => step.records?.map(({ ref }) => ref) ?? [])
    expect(refs.toSorted()).toEqual(records.map(({ ref }) => ref).toSorted())
    return records.map(({ claims }) => claims.type.replace(/^org\.peacprotocol\/(?:agent-action-)?/, ''))
  }

  it('signs what is denied, changed, approved and invoked', async () => {
    const one = signed(['deny', 'modify', 'allow'], ({ parameters }) => {
      if (parameters['q'] === 'deny') return deny('no')
      return parameters['q'] === 'modify' ? modify({ q: 'safe' }) : allow()
    })
    await one.subject.call({ prompt: undefined, messages: BEFORE })
    expect(one.done).toEqual([{ q: 'safe' }, { q: 'allow' }])
    const [approved, invoked] = ['approved-observed', 'invoked-observed']
    expect(await kindsOf(one)).toEqual(['denied-observed', approved, invoked, approved, invoked])
  })

  it('signs what a person was asked in one run and approved before the next', async () => {
    const one = signed(['sensitive'], () => ask('really?'))
    const resume = (messages: Bag[]): ReturnType<Subject['call']> =>
      one.subject.call({ prompt: undefined, messages })
    const first = await resume(BEFORE)
    await resume(answered(await historyOf(first, BEFORE), true))
    expect(one.done).toEqual([{ q: 'sensitive' }])
    expect(await kindsOf(one)).toEqual([
      'lifecycle-approval-requested',
      'lifecycle-approval-requested',
      'lifecycle-approval-granted',
      'approved-observed',
      'invoked-observed',
    ])
  })
})
