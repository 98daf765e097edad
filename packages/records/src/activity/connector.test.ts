import { isAosError } from '@aos/sdk'
import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict'
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test, vi } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { ManualClock, settle } from '../../../../test/support/outbox-bench.ts'
import type { AgentActivityEvent } from '../generated/agent-activity-types.ts'
import type { AgentActivityConnectorOptions } from './connector-options.ts'
import { createAgentActivityConnector } from './connector.ts'
import { parseAgentActivity } from './parse-agent-activity.ts'

const SOURCE = { kind: 'custom_connector', name: 'internal-agent-connector', version: '0.1.0' }
const TEAM = '00000000-0000-4000-8000-000000000000'
const PROVENANCE = { source_classification: 'customer_internal', policy_pack_id: 'regulated-baseline' }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aos-activity-'))
  for (const name of ['PORTAL_INGEST_ENDPOINT', 'PORTAL_INGEST_SECRET', 'TEAM_ID'])
    vi.stubEnv(`AUTODEVOPS_${name}`, undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

const typesOf = (events: readonly AgentActivityEvent[]): readonly string[] =>
  events.map(({ event_type: type }) => type).filter((type) => type !== 'component.changed')

const DENIED = { tool: { name: 'shell' }, decision: { reason_codes: ['pii'] } }

describe('a connector that is told by hand', () => {
  verifies('agent-activity.connector', 'of a session, in the words of its pages', async () => {
    const connector = createAgentActivityConnector({
      dryRun: true,
      source: SOURCE,
      provenance: PROVENANCE,
      team: TEAM,
      failOpen: true,
      developer: { id: 'developer-1' },
      repo: { name: 'shop' },
    })
    const started = await connector.startSession({ session_id: 'custom-session-1' })
    await connector.emitToolFinished({
      tool: { name: 'shell', action: 'exec', command_preview: 'npm test' },
      outcome: { status: 'succeeded', summary: 'Tests passed.' },
      provenance: { capability_id: 'shell-command-preview' },
    })
    await connector.finishSession({ status: 'succeeded' })
    deepEqual(typesOf(connector.events), ['session.started', 'tool.finished', 'session.finished'])
    deepEqual([started.state, started.event], ['collected', connector.events[0]])
    const [first, second, third] = connector.events
    deepEqual(
      [first?.source, first?.team_id, first?.repo, first?.developer, first?.provenance],
      [SOURCE, TEAM, { name: 'shop' }, { id: 'developer-1' }, PROVENANCE],
    )
    deepEqual(second?.session, { id: 'custom-session-1', status: 'running' })
    deepEqual(second?.provenance, { ...PROVENANCE, capability_id: 'shell-command-preview' })
    deepEqual([third?.session?.status, third?.outcome?.status], ['succeeded', 'succeeded'])
    for (const event of connector.events) deepEqual(parseAgentActivity(event).ok, true)
    equal((await connector.toolStarted({ tool: { name: 'late' } })).state, 'lost')
  })

  verifies('agent-activity.families', 'of everything there is a type for', async () => {
    const connector = createAgentActivityConnector({ dryRun: true, source: SOURCE })
    await connector.startSession()
    await connector.toolStarted({ tool: { name: 'shell' } })
    await connector.toolFinished({ tool: { name: 'shell' } })
    await connector.modelCompleted({ model: { name: 'gpt-4' }, cost: { input_tokens: 1 } })
    await connector.approvalRequested({ tool: { name: 'deploy' } })
    await connector.hookBlocked(DENIED)
    await connector.sourceSnapshot({ source_snapshot: { path: 'src/a.ts', digest: 'sha256:00' } })
    await connector.fileChange({ file_change: { path: 'src/a.ts', change: 'modified' } })
    await connector.finishSession({ status: 'failed', summary: 'One was denied.' })
    await connector.startSession({ session_id: 's' })
    await connector.record('deployment.rolled_back', { additional: { reason: 'x', event_type: 'forged' } })
    deepEqual(typesOf(connector.events), [
      'session.started',
      'tool.started',
      'tool.finished',
      'model.completed',
      'approval.requested',
      'hook.blocked',
      'agent_run_audit.source_snapshot',
      'agent_run_audit.file_change',
      'session.finished',
      'session.started',
      'deployment.rolled_back',
    ])
    deepEqual(connector.events[5]?.decision, { action: 'deny', enforced: true, reason_codes: ['pii'] })
    deepEqual(
      connector.events.map(({ event_family: family }) => family),
      typesOf(connector.events).map((type) => type.split('.')[0]),
    )
    equal(new Set(connector.events.map(({ event_id: id }) => id)).size, 11)
  })

  test('repeats an event under the id it is given, and at the time', async () => {
    const clock = new ManualClock()
    const connector = createAgentActivityConnector({ dryRun: true, source: SOURCE, clock })
    const given = { session_id: 's', event_id: 'evt-1', occurred_at: '2026-01-01T00:00:00.000Z' }
    await connector.toolFinished({ ...given, tool: { name: 'x' } })
    await connector.toolFinished({ session_id: 's', tool: { name: 'x' } })
    deepEqual(
      connector.events.map(({ event_id: id, occurred_at: at }) => [id === 'evt-1', at]),
      [
        [true, '2026-01-01T00:00:00.000Z'],
        [false, new Date(clock.now()).toISOString()],
      ],
    )
    for (const id of ['', 'evt\n1', 'é', 'x'.repeat(256)])
      equal((await connector.toolFinished({ ...given, event_id: id, tool: {} })).state, 'lost')
  })

  verifies('agent-activity.fail-open', 'loses telemetry without an error, and counts it', async () => {
    const reports: string[] = []
    const connector = createAgentActivityConnector({
      source: SOURCE,
      file: folder,
      onReport: (reason) => reports.push(reason),
    })
    await connector.startSession()
    const receipt = await connector.toolFinished({ tool: { name: 'shell' } })
    equal(receipt.state, 'lost')
    equal((await connector.finishSession({ status: 'ok', outcome: { summary: 7 as never } })).state, 'lost')
    const { created, dropped, refused, delivered, reasons } = connector.stats()
    deepEqual([created, dropped, refused, delivered], [3, 2, 1, 0])
    equal(reports.length, 2)
    equal(
      Object.values(reasons).reduce((sum, count) => sum + count, 0),
      3,
    )
  })

  verifies(
    'agent-activity.fail-closed',
    'rejects what something depends on, where it is not safe',
    async () => {
      const lost = createAgentActivityConnector({ source: SOURCE, file: folder, failOpen: true })
      await lost.startSession()
      const isRefusal = (error: unknown): boolean => isAosError(error, 'export_failed')
      await rejects(lost.approvalRequested({ tool: { name: 'deploy' } }), isRefusal)
      await rejects(lost.hookBlocked(DENIED), isRefusal)
      for (const guards of [
        'approval',
        'destructive_execution',
        'secret_access',
        'protected_branch',
      ] as const)
        await rejects(lost.toolStarted({ tool: { name: 'git push' } }, { guards }), isRefusal)
      equal((await lost.toolStarted({ tool: { name: 'ls' } })).state, 'lost')
      const closed = createAgentActivityConnector({ source: SOURCE, file: folder, failOpen: false })
      await rejects(closed.startSession(), isRefusal)
      const safe = createAgentActivityConnector({ source: SOURCE, file: join(folder, 'a.ndjson') })
      await safe.startSession()
      equal((await safe.approvalRequested({ tool: { name: 'deploy' } })).state, 'saved')
      await rejects(safe.hookBlocked({ decision: { enforced: false } }), isRefusal)
    },
  )
})

describe('a connector', () => {
  const file = (name = 'activity.ndjson'): string => join(folder, name)

  test('writes a file that only its owner can read, and goes on when it is moved away', async () => {
    writeFileSync(file(), '{"torn', { mode: 0o600 })
    const connector = createAgentActivityConnector({ source: SOURCE, file: file() })
    await connector.startSession({ session_id: 's' })
    renameSync(file(), file('old.ndjson'))
    await connector.finishSession({ status: 'succeeded' })
    await connector.close()
    const [torn, first] = readFileSync(file('old.ndjson'), 'utf8').split('\n')
    equal(torn, '{"torn')
    ok(parseAgentActivity(JSON.parse(first ?? '')).ok)
    equal(readFileSync(file(), 'utf8').trimEnd().split('\n').length, 1)
    if (process.platform !== 'win32') equal(statSync(file()).mode & 0o777, 0o600)
    equal((await connector.startSession()).state, 'lost')
  })

  test('hands events to a function, one after the other', async () => {
    const pending: (() => void)[] = []
    const got: string[] = []
    const emit = ({ event_type: type }: AgentActivityEvent): Promise<void> => {
      got.push(type)
      return new Promise((resolve) => pending.push(resolve))
    }
    const connector = createAgentActivityConnector({ source: SOURCE, emit })
    const kept = [connector.startSession(), connector.approvalRequested({ tool: { name: 'x' } })]
    await settle()
    deepEqual([got, connector.stats().queued], [['session.started'], 2])
    while (pending.length > 0) {
      pending.shift()?.()
      await settle()
    }
    deepEqual(
      (await Promise.all(kept)).map(({ state }) => state),
      ['queued', 'delivered'],
    )
    deepEqual(connector.stats().delivered, 2)
  })

  test('counts what a function does not take', async () => {
    let fails: () => unknown = () => {
      throw new Error('no')
    }
    const clock = new ManualClock()
    const connector = createAgentActivityConnector({ source: SOURCE, emit: () => fails(), clock })
    await connector.startSession()
    fails = () => Promise.reject(new Error('no'))
    await connector.toolStarted({ tool: { name: 'x' } })
    await connector.flush()
    fails = () => new Promise(() => undefined)
    const kept = connector.approvalRequested({ tool: { name: 'x' } })
    const settled = rejects(kept, /not recorded/)
    await clock.advance(10_000)
    await settled
    const closed = connector.close(10)
    await clock.advance(10)
    await closed
    const { created, delivered, dropped, queued } = connector.stats()
    deepEqual([created, delivered, dropped, queued], [3, 0, 2, 1])
  })

  test('says once that others can read what it posts', () => {
    const reports: string[] = []
    const options = {
      source: SOURCE,
      secret: 's',
      spool: false,
      onReport: (reason: string) => void reports.push(reason),
    } as const
    for (const endpoint of ['http://127.0.0.1:1', 'https://x.test', 'http://x.test'])
      createAgentActivityConnector({ ...options, endpoint })
    deepEqual(reports, ['events travel over http, where others can read them'])
  })

  const bad: readonly (readonly [string, object, RegExp])[] = [
    ['no source', { source: undefined, dryRun: true }, /option source.*missing/s],
    ['a source without a name', { source: { kind: 'x' }, dryRun: true }, /\/source\/name is missing/],
    ['no receiver', { source: SOURCE }, /no receiver is named/],
    ['two receivers', { source: SOURCE, file: 'a', endpoint: 'https://x.test' }, /more than one receiver/],
    ['no signature', { source: SOURCE, endpoint: 'https://x.test' }, /cannot be signed/],
    ['an unknown option', { source: SOURCE, dryRun: true, dryrun: 1 }, /no such option/],
    ['a team that is no UUID', { source: SOURCE, dryRun: true, team: 'blue' }, /team.*must be a uuid/s],
    ['a password in the address', { source: SOURCE, endpoint: 'https://a:b@x.test' }, /without credentials/],
    ['secrets let through', { source: SOURCE, dryRun: true, secrets: 'keep' }, /'scrub' or 'reject'/],
    ['odd headers', { source: SOURCE, endpoint: 'https://x.test', headers: { 'a b': 'c' } }, /headers/],
    ['odd signature headers', { source: SOURCE, signatureHeaders: { signature: 'a b' } }, /signatureHeaders/],
    ['a fileChanges that is no function', { source: SOURCE, fileChanges: { write: 1 } }, /fileChanges/],
  ]
  test.each(bad)('is not made of %s', (_what, options, expected) => {
    throws(
      () => createAgentActivityConnector(options as AgentActivityConnectorOptions),
      (error) => isAosError(error, 'invalid_options') && expected.test(String(error)),
    )
  })

  verifies('agent-activity.environment', 'reads endpoint, secret and team, where it is not told', () => {
    vi.stubEnv('AUTODEVOPS_TEAM_ID', 'blue')
    throws(() => createAgentActivityConnector({ source: SOURCE, dryRun: true }), /AUTODEVOPS_TEAM_ID/)
    vi.stubEnv('AUTODEVOPS_TEAM_ID', TEAM)
    vi.stubEnv('AUTODEVOPS_PORTAL_INGEST_ENDPOINT', 'ftp://x.test')
    throws(() => createAgentActivityConnector({ source: SOURCE }), /AUTODEVOPS_PORTAL_INGEST_ENDPOINT/)
    vi.stubEnv('AUTODEVOPS_PORTAL_INGEST_ENDPOINT', 'https://x.test')
    throws(() => createAgentActivityConnector({ source: SOURCE }), /AUTODEVOPS_PORTAL_INGEST_SECRET/)
    vi.stubEnv('AUTODEVOPS_PORTAL_INGEST_SECRET', 's')
    createAgentActivityConnector({ source: SOURCE, spool: false })
    // the environment sends nothing that was meant for a file
    const local = createAgentActivityConnector({ source: SOURCE, file: file() })
    equal(local.stats().created, 0)
  })

  verifies(
    'agent-activity.dry-run',
    'collects, whatever receiver it is given, and sends nothing',
    async () => {
      const fetch = vi.fn<typeof globalThis.fetch>()
      const connector = createAgentActivityConnector({
        source: SOURCE,
        dryRun: true,
        endpoint: 'https://x.test',
        secret: 's',
        fetch,
        spool: folder,
      })
      await connector.startSession()
      const { event, state } = await connector.hookBlocked(DENIED)
      deepEqual([state, connector.events[1]], ['collected', event])
      await connector.close()
      deepEqual([fetch.mock.calls.length, connector.stats().delivered], [0, 2])
    },
  )
})
