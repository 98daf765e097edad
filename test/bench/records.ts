import { sign } from 'node:crypto'
import { agentActivitySink } from '@aos/records/activity'
import { assembleEvidence, collectRun, EvidenceRecorder, type RecordedRun } from '@aos/records/evidence'
import { createPeacRecorder, generatePeacKey, issueClaims, type PeacRecord } from '@aos/records/peac'
import { allow, AOSInstrument, deny, type AosEvent, type Sink } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { signWire02 } from '@peac/crypto'
import { interleave, type Variant } from './interleave.ts'
import type { Section } from './report.ts'

const STEPS = 10
const RECORDING = 'Records of ten tool calls'
const SIGNING = 'Signing one record'
const PACKS = 'Evidence of 10,000 steps'

/** What records cost, and how that stands to our goals. */
export async function recordSections(): Promise<{
  readonly sections: readonly Section[]
  readonly goals: Readonly<Record<string, number>>
}> {
  const recording = await interleave(recordingVariants(), { rounds: 15, times: 20 })
  const signing = await interleave(await signingVariants(), { rounds: 15, times: 100 })
  const packs = await interleave(await packVariants(), { rounds: 9, times: 1 })
  const cpu = (ratios: typeof packs, name: string): number =>
    ratios.find((ratio) => ratio.name === name)?.cpu ?? Number.NaN
  return {
    sections: [
      { title: RECORDING, ratios: recording },
      { title: SIGNING, ratios: signing },
      { title: PACKS, ratios: packs },
    ],
    goals: {
      'signing a record against Ed25519 of Node alone': cpu(signing, 'ours'),
      'signing a record against @peac/crypto': cpu(signing, 'ours') / cpu(signing, '@peac/crypto'),
      'evidence of 10,000 steps against writing their events as JSON': cpu(packs, 'evidence of 10,000 steps'),
      'evidence of 10,000 steps against that of ten times 1,000':
        cpu(packs, 'evidence of 10,000 steps') / cpu(packs, 'ten times that of 1,000 steps'),
    },
  }
}

const nobody: Sink = { name: 'nobody', accept: () => undefined }

function recordingVariants(): readonly Variant[] {
  const key = generatePeacKey()
  const source = { kind: 'agent', name: 'bench' }
  const peac = (): Sink => createPeacRecorder({ key })
  const activity = (): Sink => agentActivitySink({ emit: () => undefined, source })
  const variant = (name: string, sinks: readonly Sink[]): Variant => {
    const agent = callingAgent(STEPS, sinks)
    return { name, once: () => agent.run('go') }
  }
  return [
    variant('a sink that does nothing', [nobody]),
    variant('PEAC records', [peac()]),
    variant('evidence', [new EvidenceRecorder({ maxKept: 1 })]),
    variant('activity events', [activity()]),
    variant('all three', [peac(), new EvidenceRecorder({ maxKept: 1 }), activity()]),
  ]
}

function callingAgent(
  steps: number,
  sinks: readonly Sink[],
): AOSInstrument<(input: string) => Promise<string>> {
  const agent = new AOSInstrument(
    async (input: string, aos) => {
      for (let call = 0; call < steps; call++)
        await aos
          .toolCall({ toolName: 'export', parameters: { call } }, () => `row ${call}`)
          .catch(() => undefined)
      return input
    },
    { sinks },
  )
  agent.registerHook(
    'toolCallRequest',
    ({ parameters }) => (Number(parameters['call']) % 10 === 9 ? deny('no', 'pii') : allow()),
    { name: 'guard' },
  )
  return agent
}

async function signingVariants(): Promise<readonly Variant[]> {
  const key = generatePeacKey()
  const records: PeacRecord[] = []
  const agent = callingAgent(1, [
    createPeacRecorder({ key, onRecord: (record) => void records.push(record) }),
  ])
  await agent.run('go')
  const [record] = records
  if (record === undefined) throw new Error('nothing was signed')
  const { claims, jws } = record
  const signed = Buffer.from(jws.slice(0, jws.lastIndexOf('.')))
  const seed = Buffer.from(key.privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
  return [
    { name: 'Ed25519 of Node alone', once: () => sign(null, signed, key.privateKey) },
    { name: 'ours', once: () => issueClaims(claims, key) },
    {
      name: '@peac/crypto',
      once: () => signWire02(claims as unknown as Parameters<typeof signWire02>[0], seed, key.kid),
    },
  ]
}

async function packVariants(): Promise<readonly Variant[]> {
  const [many, few] = [await recordedRun(10_000), await recordedRun(1_000)]
  return [
    { name: 'events of 10,000 steps as JSON', once: () => JSON.stringify(many.events) },
    { name: 'evidence of 10,000 steps', once: () => assembleEvidence(many.recorded) },
    {
      name: 'ten times that of 1,000 steps',
      once: () => Array.from({ length: 10 }, () => assembleEvidence(few.recorded)).length,
    },
  ]
}

async function recordedRun(
  steps: number,
): Promise<{ readonly events: readonly AosEvent[]; readonly recorded: RecordedRun }> {
  const { events, ...recorder } = stepRecorder()
  await callingAgent(steps, [{ ...recorder, name: 'bench' }]).run('go')
  const recorded = collectRun(events)
  if (recorded === undefined) throw new Error('nothing was recorded')
  return { events, recorded }
}
