// Records of actions, made from runs of real agents: what the official packages say of them, and what is in them.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createPeacRecorder,
  documentDigest,
  observeCommand,
  recordCommand,
  toPeacRecords,
  verify,
  type PeacProjectionOptions,
  type PeacRecord,
} from '@aos/records/peac'
import { AOSInstrument, ask, deny, type GuardedRun, type RunRecord, type StepRecord } from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { rawKey } from '../../packages/records/src/testing/peac-keys.ts'
import { anyStory, liveStory, type Story } from '../support/agent-stories.ts'
import { startEventReceiver } from '../support/event-receiver.ts'
import { officialPackagesRun } from '../support/official-peac.ts'
import { codeOf, KEY } from '../support/peac-cases.ts'
import { verifies } from './verifies.ts'

const POLICY = { id: 'no-export', version: '1' }
const OPTIONS: PeacProjectionOptions = {
  key: KEY,
  accessDecisions: true,
  policy: { document: POLICY, uri: 'https://example.com/policy', version: '1' },
  agentCards: { search: { name: 'search' }, crm: documentDigest({ name: 'crm' }) },
  invoked: ['toolCall', 'modelCall', 'knowledgeRetrieval', 'memoryStore', 'mcp', 'a2a'],
}

interface Told {
  readonly records: readonly PeacRecord[]
  readonly steps: readonly StepRecord[]
  readonly run: RunRecord
}

async function tell(story: Story): Promise<Told> {
  const records: PeacRecord[] = []
  const recorder = createPeacRecorder({ ...OPTIONS, onRecord: (record) => void records.push(record) })
  const watching = stepRecorder()
  await liveStory(story, [recorder, watching])
  await recorder.close()
  const { failed, unheard, reasons } = recorder.stats()
  expect({ failed, unheard, reasons }).toEqual({ failed: 0, unheard: 0, reasons: {} })
  const run = watching.events.flatMap((event) => (event.type === 'run.start' ? [event.run] : []))[0]
  if (run === undefined) throw new Error('no run has started')
  return { records, steps: watching.steps(), run }
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

function changed(jws: string, at: number, by: number): string {
  const place = jws[at] === '.' ? at - 1 : at
  const letter = LETTERS[(LETTERS.indexOf(jws[place] ?? 'A') + by) % LETTERS.length] ?? ''
  return jws.slice(0, place) + letter + jws.slice(place + 1)
}

describe.skipIf(!officialPackagesRun)('as the official packages judge it (need Node 22.13)', () => {
  verifies('peac.official', 'and so do we', async () => {
    const { referenceAccepts } = await import('../../packages/records/src/testing/peac-reference.ts')
    const now = Math.floor(Date.now() / 1000) + 60
    const options = { publicKey: rawKey(KEY), now, policyDigest: documentDigest(POLICY) }
    const types = new Set<string>()
    await fc.assert(
      fc.asyncProperty(anyStory, fc.nat(), fc.integer({ min: 1, max: 63 }), async (story, place, by) => {
        for (const { jws, claims } of (await tell(story)).records) {
          types.add(claims.type.replace('org.peacprotocol/', ''))
          expect({ claims, accepted: await referenceAccepts(jws, options) }).toEqual({
            claims,
            accepted: true,
          })
          expect(verify(jws, { jwk: KEY.publicJwk, now, policy: POLICY })).toMatchObject({
            valid: true,
            warnings: [],
            policy: 'verified',
            unchecked: [],
          })
          // the last letter has bits that say nothing: the official packages do not read them
          const other = changed(jws, place % (jws.length - 1), by)
          expect(await referenceAccepts(other, options)).toBe(false)
          expect(verify(other, { jwk: KEY.publicJwk, now }).valid).toBe(false)
        }
      }),
      { numRuns: 40 },
    )
    expect([...types]).toEqual(
      expect.arrayContaining([
        'access-decision',
        'agent-action-approved-observed',
        'agent-action-denied-observed',
        'agent-action-invoked-observed',
        'agent-action-timed-out-observed',
      ]),
    )
  })
})

describe('records of generated runs', () => {
  verifies('peac.pure', 'at the moment of the step and at any other', async () => {
    await fc.assert(
      fc.asyncProperty(anyStory, async (story) => {
        const { records, steps, run } = await tell(story)
        const again = steps.flatMap((step) =>
          toPeacRecords(structuredClone(step), structuredClone(run), OPTIONS),
        )
        expect(again.map(({ jws }) => jws)).toEqual(records.map(({ jws }) => jws))
        const ids = records.map(({ claims }) => claims.jti)
        expect(new Set(ids).size).toBe(ids.length)
        const told = steps.flatMap(({ records: made = [] }) => made.map(({ ref }) => ref))
        expect(told.toSorted()).toEqual(records.map(({ ref }) => ref).toSorted())
      }),
      { numRuns: 40 },
    )
  })

  verifies('peac.hostile', 'where the run is true, and where it is made up', async () => {
    const { steps, run } = await tell({
      agent: '\ud800',
      version: undefined,
      session: 'a b@c',
      user: undefined,
      capture: 'full',
      acts: [
        {
          kind: 'tool',
          name: '\ud800',
          text: '\uffff',
          how: 'deny',
          fails: false,
          tokens: 1,
          inbound: false,
        },
      ],
    })
    const step = steps.find(({ kind }) => kind === 'toolCall')
    if (step === undefined) throw new Error('there was no tool call')
    const anyStatus = fc.constantFrom<StepRecord['status']>('denied', 'ok', 'error', 'withheld', 'cancelled')
    const anyTimes = fc.tuple(fc.double(), fc.double())
    fc.assert(
      fc.property(anyTimes, fc.string({ unit: 'binary' }), anyStatus, ([at, endedAt], text, status) => {
        const named = { at, by: text, reason: text, policies: [text] }
        const decisions = step.decisions.map((decision) => ({ ...decision, ...named }))
        const odd = { ...step, id: text, decisions, startedAt: at, endedAt, status }
        const whose = { ...run, agent: { id: text, name: text }, sessionId: text, turnId: text }
        const records = toPeacRecords(odd, whose, OPTIONS)
        expect(records.length).toBeGreaterThan(0)
        for (const { jws } of records)
          expect(codeOf(verify(jws, { jwk: KEY.publicJwk, now: 1e12 }))).toBe('valid')
      }),
    )
  })
})

const CANARY = 'canary-7f3a'

describe('what is in records', () => {
  verifies('peac.privacy', 'nor of reasons', async () => {
    const records: PeacRecord[] = []
    const recorder = createPeacRecorder({ ...OPTIONS, onRecord: (record) => void records.push(record) })
    const agent = new AOSInstrument(
      async (input: string, aos: GuardedRun) => {
        await aos.message({ role: 'user', content: input }, () => undefined)
        await aos.model({ model: 'gpt-5', messages: [input] }, () => CANARY)
        for (const toolName of ['allowed', 'denied', 'asked', 'failing', 'withheld'])
          await Promise.allSettled([
            aos.toolCall({ toolName, parameters: { secret: CANARY } }, () => {
              if (toolName === 'failing') throw new Error(CANARY)
              return CANARY
            }),
          ])
        return CANARY
      },
      {
        capture: 'full',
        sinks: [recorder],
        onApproval: () => ({ approved: true, by: 'alice', reason: CANARY }),
        hooks: {
          toolCallRequest: ({ toolName }) => {
            if (toolName === 'denied') return deny(CANARY)
            return toolName === 'asked' ? ask(CANARY) : undefined
          },
          toolCallResult: ({ toolName }) => (toolName === 'withheld' ? deny(CANARY) : undefined),
        },
      },
    )
    await agent.run(CANARY)
    await agent.flush()
    await recorder.close()
    expect(records.length).toBeGreaterThan(8)
    for (const { jws } of records) {
      const [header = '', payload = ''] = jws
        .split('.')
        .map((part) => Buffer.from(part, 'base64url').toString())
      expect(header + payload).not.toContain(CANARY)
    }
  })

  verifies('peac.cli', 'whatever the command says', async () => {
    const command = [process.execPath, '-e', `console.log("${CANARY}")`]
    const { record } = await recordCommand(command, { key: KEY, binaryMode: 'none' })
    expect(codeOf(verify(record.jws, { jwk: KEY.publicJwk }))).toBe('valid')
    expect(JSON.stringify(record.claims)).not.toContain(CANARY)
    await expect(observeCommand(command, { captureRaw: true })).rejects.toThrow(/needs both/)
    const raw = { captureRaw: true, unsafelyAllowRawCapture: true, binaryMode: 'none' } as const
    expect((await observeCommand(command, raw)).observation.command.argv).toEqual(command.slice(1))
  })
})

describe('records on their way', () => {
  verifies('peac.delivery', 'each of them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'peac-'))
    await using server = await startEventReceiver()
    server.behave(({ count }) => (count === 1 ? { status: 503, headers: { 'retry-after': '0.01' } } : 200))
    const made: string[] = []
    const recorder = createPeacRecorder({
      key: KEY,
      endpoint: server.endpoint,
      headers: { authorization: 'Bearer canary-key' },
      spool: folder,
      directory: join(folder, 'records'),
      onRecord: ({ jws }) => void made.push(jws),
    })
    const agent = new AOSInstrument(
      async (_input: string, aos: GuardedRun) => {
        for (const toolName of ['a', 'b', 'c']) await aos.toolCall({ toolName, parameters: {} }, () => 'done')
      },
      { sinks: [recorder] },
    )
    await agent.run('go')
    await agent.flush()
    await recorder.flush()
    await server.until(({ events }) => events.length === made.length)
    expect(server.requests[0]?.headers.authorization).toBe('Bearer canary-key')
    await recorder.close()
    const received = server.events as readonly { readonly id: string; readonly jws: string }[]
    expect(received.map(({ jws }) => jws)).toEqual(made)
    const { posts, files, signed } = recorder.stats()
    expect([posts?.delivered, posts?.dropped]).toEqual([3, 0])
    expect(files).toEqual({ stored: 3, dropped: 0, queued: 0 })
    expect(signed).toEqual({ 'agent-action-invoked-observed': 3 })
    const saved = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    for (const { parentPath, name } of saved) {
      expect(readFileSync(join(parentPath, name), 'utf8')).not.toContain('canary-key')
    }
    rmSync(folder, { recursive: true, force: true })
  })
})
