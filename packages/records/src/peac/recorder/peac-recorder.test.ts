import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  allow,
  AOSInstrument,
  ask,
  deny,
  modify,
  type AOSOptions,
  type GuardedRun,
  type HookHandler,
  type RunRecord,
  type StepRecord,
} from '@aos/sdk'
import { stepRecorder } from '@aos/sdk/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { keyFromSeed } from '../../testing/peac-keys.ts'
import type { AgentAction, LifecycleObservation } from '../../generated/peac-types.ts'
import type { PeacRecord } from '../issue.ts'
import { documentDigest } from '../policy-digest.ts'
import { verify } from '../verify.ts'
import { decisionDigest } from '../../steps/decision-record.ts'
import { createPeacRecorder, type PeacRecorder } from './peac-recorder.ts'
import type { PeacRecorderOptions } from './recorder-options.ts'

const KEY = keyFromSeed('33'.repeat(32))
const POLICY = { id: 'no-export', version: '1' }

interface Life {
  readonly records: readonly PeacRecord[]
  readonly steps: readonly StepRecord[]
  readonly recorder: PeacRecorder
  readonly error: unknown
}

const RUN: RunRecord = {
  id: '0199c000-0000-7000-8000-000000000002',
  agent: { id: 'support-bot', name: 'support-bot' },
  sessionId: 'sess-1',
  sessionGenerated: false,
  turnId: 'turn-1',
  trigger: 'manual',
  tools: [],
  runtime: 'function',
  startedAt: 0,
}
const STEP: StepRecord = {
  id: '0199c000-0000-7000-8000-000000000003',
  runId: RUN.id,
  kind: 'toolCall',
  name: 'export',
  startedAt: 1_000,
  endedAt: 2_500,
  status: 'ok',
  decisions: [],
  content: { redactions: [] },
}

type Work = (aos: GuardedRun) => unknown

async function live(
  toolCallRequest: HookHandler | undefined,
  how: {
    readonly work?: Work
    readonly options?: Partial<PeacRecorderOptions>
    readonly agent?: AOSOptions
  } = {},
): Promise<Life> {
  const records: PeacRecord[] = []
  const recorder = createPeacRecorder({
    key: KEY,
    onRecord: (record) => void records.push(record),
    ...how.options,
  })
  const watching = stepRecorder()
  const work =
    how.work ?? ((aos) => aos.toolCall({ toolName: 'export', parameters: { id: 1 } }, () => 'done'))
  const agent = new AOSInstrument((_input: string, aos: GuardedRun) => work(aos), {
    agent: { id: 'support-bot' },
    sinks: [recorder, watching],
    ...(toolCallRequest === undefined ? {} : { hooks: { toolCallRequest } }),
    ...how.agent,
  })
  const error: unknown = await Promise.resolve(agent.run('go', { session: 'sess-1' })).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  await agent.flush()
  await recorder.close()
  for (const { jws } of records)
    expect(verify(jws, { jwk: KEY.publicJwk })).toMatchObject({ valid: true, warnings: [] })
  return { records, steps: watching.steps(), recorder, error }
}

function kinds({ records }: Life): readonly string[] {
  return records.map(({ claims }) => claims.type.replace('org.peacprotocol/', ''))
}

function action({ claims }: PeacRecord): AgentAction {
  return claims.extensions?.['org.peacprotocol/agent-action'] as AgentAction
}

function lifecycle({ claims }: PeacRecord): LifecycleObservation {
  return claims.extensions?.['org.peacprotocol/lifecycle-observation'] as LifecycleObservation
}

function toolStep({ steps }: Life): StepRecord {
  const step = steps.find(({ kind }) => kind === 'toolCall')
  if (step === undefined) throw new Error('there was no tool call')
  return step
}

describe('what becomes of a tool call', () => {
  test('a call that nobody judged was invoked, and nobody approved it', async () => {
    const life = await live(undefined)
    expect(kinds(life)).toEqual(['agent-action-invoked-observed'])
    const [record] = life.records
    const step = toolStep(life)
    expect(record?.claims).toMatchObject({ sub: 'urn:aos:session:sess-1', pillars: ['attribution'] })
    expect(record && action(record)).toMatchObject({
      agent_ref: 'urn:aos:agent:support-bot',
      action_ref: `urn:aos:step:${step.id}`,
    })
    expect(step.records).toEqual([
      { format: 'peac', id: record?.claims.jti, ref: record?.ref, kind: 'agent-action-invoked-observed' },
    ])
  })

  test('a denial is signed with the digest of the decision, which everybody can make again', async () => {
    const life = await live(() => deny('no exports', 'policy.export'), {
      options: { policy: { document: POLICY } },
    })
    expect(kinds(life)).toEqual(['agent-action-denied-observed'])
    const [record] = life.records
    const step = toolStep(life)
    const [decision] = step.decisions
    if (record === undefined || decision === undefined) throw new Error('there was no decision')
    expect(action(record).upstream_artifact_digest).toBe(decisionDigest(step, decision))
    expect(action(record).policy_digest).toBe(documentDigest(POLICY))
    expect(verify(record.jws, { jwk: KEY.publicJwk, policy: POLICY })).toMatchObject({ policy: 'verified' })
    expect(record.jws).not.toContain('no exports')
    expect(Buffer.from(record.jws.split('.')[1] ?? '', 'base64url').toString()).not.toContain('no exports')
  })

  test('an explicit allow approves, a change approves what was changed, and abstaining approves nothing', async () => {
    const allowed = await live(() => allow('fine'))
    expect(kinds(allowed)).toEqual(['agent-action-approved-observed', 'agent-action-invoked-observed'])
    expect(kinds(await live(() => allow('fine'), { options: { approved: 'asked' } }))).toEqual([
      'agent-action-invoked-observed',
    ])
    const changed = await live(() => modify({ id: 2 }), { options: { approved: 'asked' } })
    expect(kinds(changed)).toEqual(['agent-action-approved-observed', 'agent-action-invoked-observed'])
    const [decision] = toolStep(changed).decisions
    expect(decision?.modifiedDigest).toMatch(/^[0-9a-f]{64}$/)
    expect(kinds(await live(() => undefined))).toEqual(['agent-action-invoked-observed'])
  })

  test('a policy approves actions, and not each message that it lets pass', async () => {
    const hooks = { agentTrigger: () => allow(), message: () => allow(), toolCallRequest: () => allow() }
    const work: Work = async (aos) => {
      await aos.message({ role: 'agent', content: 'on my way' }, () => undefined)
      await aos.toolCall({ toolName: 'export', parameters: {} }, () => 'done')
    }
    const life = await live(undefined, { work, agent: { hooks } })
    expect(kinds(life)).toEqual(['agent-action-approved-observed', 'agent-action-invoked-observed'])
  })

  test('records of a step follow from one another', async () => {
    const { records } = await live(() => allow())
    const [approved, invoked] = records
    expect(invoked?.claims.extensions?.['org.peacprotocol/correlation']).toMatchObject({
      parent_jti: approved?.claims.jti,
    })
  })

  test('who only watches denies nothing', async () => {
    const agent: AOSOptions = {}
    const records: PeacRecord[] = []
    const recorder = createPeacRecorder({ key: KEY, onRecord: (record) => void records.push(record) })
    const watched = new AOSInstrument(
      (_input: string, aos: GuardedRun) => aos.toolCall({ toolName: 'export', parameters: {} }, () => 'done'),
      { ...agent, sinks: [recorder] },
    )
    watched.registerHook('toolCallRequest', () => deny('in the shadow'), { shadow: true })
    await watched.run('go')
    await watched.flush()
    expect(records.map(({ claims }) => claims.type)).toEqual([
      'org.peacprotocol/agent-action-invoked-observed',
    ])
  })

  test('failing open is no approval', async () => {
    const records: PeacRecord[] = []
    const recorder = createPeacRecorder({ key: KEY, onRecord: (record) => void records.push(record) })
    const open = new AOSInstrument(
      (_input: string, aos: GuardedRun) => aos.toolCall({ toolName: 'export', parameters: {} }, () => 'done'),
      { sinks: [recorder] },
    )
    open.registerHook('toolCallRequest', () => ({ decision: 'perhaps' }) as never, {
      failOpen: { reason: 'tried out' },
    })
    await open.run('go')
    await open.flush()
    const [record, ...more] = records
    expect(more).toEqual([])
    expect(record && action(record)).toMatchObject({ event_kind: 'agent-action-invoked-observed' })
    expect(record && action(record)).not.toHaveProperty('caller_ref')
  })

  test('a guardian that does not answer in time leaves a timeout, one that fails a denial without a policy', async () => {
    const late = new AOSInstrument((_input: string, aos: GuardedRun) =>
      aos.toolCall({ toolName: 'export', parameters: {} }, () => 'done'),
    )
    const records: PeacRecord[] = []
    const recorder = createPeacRecorder({
      key: KEY,
      policy: { document: POLICY },
      onRecord: (record) => void records.push(record),
    })
    late.attachSink(recorder)
    late.registerHook('toolCallRequest', () => new Promise<never>(() => undefined), { timeoutMs: 5 })
    await late.run('go').catch(() => undefined)
    await late.flush()
    expect(records.map((record) => action(record).event_kind)).toEqual(['agent-action-timed-out-observed'])
    const failed = await live(() => deny('unreachable', 'guardian_unavailable'), {
      options: { policy: { document: POLICY } },
    })
    expect(kinds(failed)).toEqual(['agent-action-denied-observed'])
    expect(failed.records[0] && action(failed.records[0])).not.toHaveProperty('policy_digest')
  })
})

describe('people', () => {
  const asking = (): ReturnType<typeof ask> => ask('really?')

  test('what they are asked and grant is signed, and approves', async () => {
    const life = await live(asking, { agent: { onApproval: () => ({ approved: true, by: 'alice' }) } })
    expect(kinds(life)).toEqual([
      'lifecycle-approval-requested',
      'lifecycle-approval-granted',
      'agent-action-approved-observed',
      'agent-action-invoked-observed',
    ])
    const [requested, granted] = life.records
    if (requested === undefined || granted === undefined) throw new Error('there were no records')
    expect(lifecycle(granted)).toMatchObject({ approver_ref: 'urn:aos:approver:alice' })
    expect(lifecycle(granted).approval_ref).toBe(lifecycle(requested).approval_ref)
  })

  test('what they refuse is denied, and silence is a timeout', async () => {
    const refused = await live(asking, { agent: { onApproval: () => false } })
    expect(kinds(refused)).toEqual([
      'lifecycle-approval-requested',
      'lifecycle-approval-denied',
      'agent-action-denied-observed',
    ])
    const silent = await live(asking, {
      agent: { onApproval: () => new Promise<never>(() => undefined), approvalTimeoutMs: 5 },
    })
    expect(kinds(silent)).toEqual(['lifecycle-approval-requested', 'agent-action-timed-out-observed'])
    const quiet = await live(asking, { agent: { onApproval: () => true }, options: { approvals: false } })
    expect(kinds(quiet)).toEqual(['agent-action-approved-observed', 'agent-action-invoked-observed'])
  })
})

describe('how a call may end', () => {
  test('a tool that runs out of time, and a result that is withheld', async () => {
    const late = await live(undefined, {
      work: (aos) =>
        aos.toolCall({ toolName: 'slow', parameters: {} }, () => {
          throw new DOMException('too slow', 'TimeoutError')
        }),
    })
    expect(kinds(late)).toEqual(['agent-action-invoked-observed', 'agent-action-timed-out-observed'])
    const withheld = await live(undefined, {
      agent: { hooks: { toolCallResult: () => deny('secret inside') } },
    })
    expect(kinds(withheld)).toEqual(['agent-action-invoked-observed', 'agent-action-denied-observed'])
    const [, second] = withheld.records
    expect(second && action(second).action_ref).toMatch(/^urn:aos:step-result:/)
  })

  test('a run that is aborted leaves a call that was cancelled', async () => {
    const controller = new AbortController()
    const records: PeacRecord[] = []
    const recorder = createPeacRecorder({ key: KEY, onRecord: (record) => void records.push(record) })
    const agent = new AOSInstrument(
      (_input: string, aos: GuardedRun) =>
        aos.toolCall({ toolName: 'export', parameters: {} }, () => {
          controller.abort()
          return new Promise<never>(() => undefined)
        }),
      { sinks: [recorder] },
    )
    await agent.run('go', { signal: controller.signal }).catch(() => undefined)
    await agent.flush()
    expect(records.map((record) => action(record).event_kind)).toEqual([
      'agent-action-invoked-observed',
      'agent-action-cancelled-observed',
    ])
  })

  test('a task for another agent is delegated', async () => {
    const life = await live(undefined, {
      work: (aos) => aos.toolCall({ toolName: 'billing-agent', parameters: {} }, () => 'done'),
      agent: { toolKinds: { 'billing-agent': 'agent' } },
    })
    expect(kinds(life)).toEqual(['agent-action-delegated-observed', 'agent-action-invoked-observed'])
    expect(life.records[0] && action(life.records[0]).delegated_to_ref).toBe('urn:aos:agent:billing-agent')
    const sent = await live(undefined, {
      work: (aos) =>
        aos.protocol(
          {
            protocol: 'a2a',
            direction: 'outbound',
            method: 'SendMessage',
            peer: { name: 'billing' },
            message: { text: 'please' },
          },
          () => 'sent',
        ),
      options: {
        agentCards: { 'support-bot': { name: 'support-bot' }, billing: `sha256:${'ab'.repeat(32)}` },
      },
    })
    expect(kinds(sent)).toEqual(['agent-action-delegated-observed', 'a2a-task-submitted'])
  })
})

describe('where records go', () => {
  let folder = ''

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'peac-'))
  })

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  test('one file for each, and one line for each, for the owner only', async () => {
    const directory = join(folder, 'records')
    const file = join(folder, 'records.ndjson')
    const { records, recorder } = await live(() => allow(), { options: { directory, file } })
    expect(readdirSync(directory).toSorted()).toEqual(
      records.map(({ claims }) => `${claims.jti}.jws`).toSorted(),
    )
    const [first] = records
    const path = join(directory, `${first?.claims.jti}.jws`)
    expect(readFileSync(path, 'utf8')).toBe(first?.jws)
    expect([statSync(path).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o600, 0o600])
    const lines = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { jws: string })
    expect(lines.map(({ jws }) => jws)).toEqual(records.map(({ jws }) => jws))
    expect(recorder.stats().files).toEqual({ stored: 2, dropped: 0, queued: 0 })
  })

  test('what waits is saved at the end of the process', () => {
    const directory = join(folder, 'records')
    const program = `
      import { createPeacRecorder, generatePeacKey } from ${JSON.stringify(new URL('../index.ts', import.meta.url).href)}
      const recorder = createPeacRecorder({ key: generatePeacKey(), directory: ${JSON.stringify(directory)} })
      const [{ id }] = recorder.attest(${JSON.stringify(STEP)}, ${JSON.stringify(RUN)})
      process.stdout.write(id)
      process.exit(3)`
    const flags = ['--conditions=aos-source', '--input-type=module', '-e', program]
    const { stdout, status } = spawnSync(process.execPath, flags, { encoding: 'utf8' })
    expect(status).toBe(3)
    expect(readdirSync(directory)).toEqual([`${stdout}.jws`])
  })

  test('a line that a dead process has left open is closed first', async () => {
    const file = join(folder, 'records.ndjson')
    writeFileSync(file, '{"id":"half')
    const { records } = await live(undefined, { options: { file } })
    const [half, whole = '', rest] = readFileSync(file, 'utf8').split('\n')
    expect([half, (JSON.parse(whole) as { jws: string }).jws, rest]).toEqual([
      '{"id":"half',
      records[0]?.jws,
      '',
    ])
  })

  test('the same step gives the very same record, today and later', () => {
    const recorder = createPeacRecorder({ key: KEY, policy: { document: POLICY } })
    expect(recorder.attest(STEP, RUN).map(({ ref }) => ref)).toEqual([
      'sha256:bb3bfe19de7381b08666191d5cbea104672dc017ada617ffd8dfe42dddca5a04',
    ])
    return recorder.close()
  })

  test('one record that cannot be written costs no other', async () => {
    const directory = join(folder, 'records')
    mkdirSync(directory)
    const recorder = createPeacRecorder({ key: KEY, directory })
    const [reference] = recorder.attest(STEP, RUN)
    writeFileSync(join(directory, `${reference?.id}.jws`), 'something else')
    recorder.attest({ ...STEP, id: 'another' }, RUN)
    await recorder.close()
    expect(recorder.stats().files).toEqual({ stored: 1, dropped: 1, queued: 0 })
    expect(recorder.stats().reasons).toEqual({ 'records could not be written: EEXIST': 1 })
  })

  test('what cannot be written, and whoever does not want to hear, is counted and harms nobody', async () => {
    const reports: string[] = []
    const { recorder, error } = await live(() => allow(), {
      options: {
        file: join(folder, 'there-is-no', '\0', 'x'),
        onRecord: () => {
          throw new Error('not now')
        },
        onReport: (problem) => {
          reports.push(problem)
          throw new Error('nor this')
        },
      },
    })
    expect(error).toBeUndefined()
    const stats = recorder.stats()
    expect([stats.unheard, stats.files.dropped, stats.files.stored]).toEqual([2, 2, 0])
    expect(reports.length).toBe(2)
  })
})
