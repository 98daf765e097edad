import {
  createAgentActivityConnector,
  verifyActivitySignature,
  type AgentActivityConnector,
  type AgentActivityConnectorOptions,
  type AgentActivityEvent,
} from '@aos/records/activity'
import { AOSInstrument, isAosError, type GuardedRun } from '@aos/sdk'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { verifies } from '../../conformance/verifies.ts'
import { startEventReceiver, type EventReceiver, type EventReply } from '../../support/event-receiver.ts'
import { createFastClock } from '../../support/fast-clock.ts'

const SECRET = 'shared-secret-of-a-test'
const PROGRAM = join(import.meta.dirname, 'activity-process.ts')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aos-activity-http-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function optionsFor(portal: Pick<EventReceiver, 'endpoint'>): AgentActivityConnectorOptions {
  return {
    source: { kind: 'custom_connector', name: 'test' },
    endpoint: portal.endpoint,
    secret: SECRET,
    headers: { 'x-team': 'blue' },
    spool: folder,
  }
}

/** The ledger of a portal that tells repeated events by their key; fails where a key came with two bodies. */
function ledgerOf(
  { requests }: EventReceiver,
  taken: readonly number[] = [200],
): Map<string, AgentActivityEvent> {
  const bodies = new Map<string, string>()
  for (const { headers, body, status } of requests) {
    const key = String(headers['idempotency-key'])
    expect(verifyActivitySignature({ headers, body }, { secret: SECRET, toleranceSeconds: Infinity })).toBe(
      true,
    )
    expect(bodies.get(key) ?? body).toBe(body)
    expect((JSON.parse(body) as AgentActivityEvent).event_id).toBe(key)
    if (taken.includes(status)) bodies.set(key, body)
  }
  return new Map(Array.from(bodies, ([key, body]) => [key, JSON.parse(body) as AgentActivityEvent]))
}

async function tellTools(connector: AgentActivityConnector, count: number): Promise<readonly string[]> {
  await connector.startSession({ session_id: 's-1' })
  const receipts = await Promise.all(
    Array.from({ length: count }, (_, index) => connector.toolFinished({ tool: { name: `tool ${index}` } })),
  )
  return receipts.map(({ event }) => event?.event_id ?? '')
}

describe('events that are posted', () => {
  verifies('agent-activity.signature', 'are signed, have a key each, and arrive in order', async () => {
    await using portal = await startEventReceiver()
    await using connector = createAgentActivityConnector(optionsFor(portal))
    const ids = await tellTools(connector, 5)
    await connector.flush()
    expect([...ledgerOf(portal).keys()].slice(1)).toEqual(ids)
    expect(portal.requests.map(({ headers }) => headers['content-type'])).toEqual(
      Array.from({ length: 6 }, () => 'application/json'),
    )
    expect(portal.requests[0]?.headers['x-team']).toBe('blue')
    expect(connector.stats()).toMatchObject({ created: 6, delivered: 6, queued: 0, dropped: 0, spooled: 0 })
  })

  verifies('agent-activity.delivery', 'come from the steps of an agent, which waits for none', async () => {
    await using portal = await startEventReceiver()
    portal.behave(() => 'hang')
    await using connector = createAgentActivityConnector({ ...optionsFor(portal), requestTimeoutMs: 100 })
    const agent = new AOSInstrument(
      (_input: string, aos: GuardedRun) =>
        aos.toolCall({ toolName: 'search', parameters: { q: 'x' } }, () => 'found'),
      { sinks: [connector.sink()] },
    )
    expect(await agent.run('go')).toBe('found')
    await portal.until(({ requests }) => requests.length > 0)
    portal.behave()
    await connector.flush(10_000)
    const types = [...ledgerOf(portal).values()].map(({ event_type: type }) => type)
    expect(types.filter((type) => type !== 'component.changed')).toEqual([
      'session.started',
      'tool.started',
      'tool.finished',
      'session.finished',
    ])
  })

  const faults: readonly (readonly [string, readonly EventReply[]])[] = [
    ['answers 503', [503, 503, 200]],
    ['answers 500', [500, 200, 500]],
    ['asks for time', [{ status: 429, headers: { 'retry-after': '1' } }, 200]],
    ['never answers', ['hang', 200]],
    ['is not allowed to answer yet', [401, 403, 200]],
    ['sends elsewhere', [{ status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 200]],
  ]
  for (const [what, replies] of faults)
    verifies('agent-activity.delivery', `are neither lost nor doubled where the portal ${what}`, async () => {
      await using portal = await startEventReceiver()
      portal.behave(({ count }) => replies[count - 1] ?? 200)
      const clock = createFastClock(20)
      await using connector = createAgentActivityConnector({
        ...optionsFor(portal),
        clock,
        requestTimeoutMs: 4_000,
      })
      const ids = await tellTools(connector, 4)
      await connector.flush(400_000)
      expect([...ledgerOf(portal).keys()].slice(1)).toEqual(ids)
      expect(portal.requests.filter(({ status }) => status === 200)).toHaveLength(5)
      expect(connector.stats()).toMatchObject({ delivered: 5, dropped: 0, queued: 0, spooled: 0 })
    })

  verifies('agent-activity.idempotency', 'come again as they were where the answer was lost', async () => {
    await using portal = await startEventReceiver()
    // taken, but the connector never hears of it
    portal.behave(({ count }) => (count === 2 ? 'hang' : 200))
    await using connector = createAgentActivityConnector({
      ...optionsFor(portal),
      clock: createFastClock(20),
      requestTimeoutMs: 2_000,
    })
    const ids = await tellTools(connector, 3)
    await connector.flush(400_000)
    expect(portal.requests).toHaveLength(5)
    expect([...ledgerOf(portal, [200, 0]).keys()].slice(1)).toEqual(ids)
  })

  verifies('agent-activity.idempotency', 'are delivered where the portal says that it has them', async () => {
    await using portal = await startEventReceiver()
    portal.behave(() => 409)
    await using connector = createAgentActivityConnector(optionsFor(portal))
    await tellTools(connector, 2)
    await connector.flush()
    expect(connector.stats()).toMatchObject({ delivered: 3, dropped: 0, queued: 0 })
  })

  verifies(
    'agent-activity.delivery',
    'that the portal refuses for good are counted, and the others go on',
    async () => {
      await using portal = await startEventReceiver()
      portal.behave(({ count }) => [413, 400, 422][count - 2] ?? 200)
      const reports: string[] = []
      await using connector = createAgentActivityConnector({
        ...optionsFor(portal),
        onReport: (reason) => reports.push(reason),
      })
      await tellTools(connector, 5)
      await connector.flush()
      expect(connector.stats()).toMatchObject({ created: 6, delivered: 3, dropped: 3, queued: 0 })
      expect(reports).toEqual(['rejected: HTTP 413', 'rejected: HTTP 400', 'rejected: HTTP 422'])
    },
  )

  test('leave no secret and no header on the disk', async () => {
    await using portal = await startEventReceiver()
    portal.behave(() => 503)
    const connector = createAgentActivityConnector(optionsFor(portal))
    await tellTools(connector, 2)
    await connector.close(10)
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    const bytes = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1')).join('')
    expect(bytes).toContain('tool.finished')
    expect(bytes).not.toContain(SECRET)
    expect(bytes).not.toContain('x-team')
    expect(bytes).not.toContain('sha256=')
  })
})

describe('a portal that is away', () => {
  verifies(
    'agent-activity.delivery',
    'gets everything when it is back, from the process that follows',
    async () => {
      const first = await startEventReceiver()
      const port = Number(new URL(first.endpoint).port)
      await first[Symbol.asyncDispose]()
      const options = optionsFor(first)
      const before = createAgentActivityConnector(options)
      const ids = await tellTools(before, 20)
      await before.close(50)
      expect(before.stats()).toMatchObject({ created: 21, delivered: 0, spooled: 21, dropped: 0, queued: 0 })
      await using portal = await startEventReceiver(port)
      await using after = createAgentActivityConnector(options)
      await after.flush(10_000)
      expect(ids.filter((id) => !ledgerOf(portal).has(id))).toEqual([])
      expect(ledgerOf(portal).size).toBe(21)
      expect(after.stats()).toMatchObject({ created: 0, recovered: 21, delivered: 21, dropped: 0, queued: 0 })
    },
  )

  verifies('agent-activity.fail-closed', 'lets a guarded call go on where its event is on disk', async () => {
    await using portal = await startEventReceiver()
    portal.behave(() => 503)
    const connector = createAgentActivityConnector(optionsFor(portal))
    await connector.startSession()
    expect((await connector.approvalRequested({ tool: { name: 'deploy' } })).state).toBe('saved')
    await connector.close(10)
    expect(connector.stats()).toMatchObject({ spooled: 2, dropped: 0 })
  })

  verifies('agent-activity.fail-closed', 'and no disk: a guarded call waits, and rejects', async () => {
    await using portal = await startEventReceiver()
    const file = join(folder, 'a-file')
    writeFileSync(file, '')
    for (const spool of [false, file] as const) {
      portal.behave()
      const options = { ...optionsFor(portal), spool, requestTimeoutMs: 300 }
      await using connector = createAgentActivityConnector(options)
      await connector.startSession()
      const call = (): Promise<unknown> =>
        connector.toolStarted({ tool: { name: 'drop table' } }, { guards: 'destructive_execution' })
      expect(await call()).toMatchObject({ state: 'delivered' })
      portal.behave(() => 503)
      await expect(call()).rejects.toSatisfy((error: unknown) => isAosError(error, 'export_failed'))
      // telemetry goes on
      expect((await connector.toolFinished({ tool: { name: 'ls' } })).state).toBe('queued')
      portal.behave()
      await connector.flush(10_000)
    }
  })
})

describe('a process that is killed', () => {
  test.for<[string, () => EventReply]>([
    ['takes nothing', () => 503],
    ['never answers', () => 'hang'],
    ['takes all', () => 200],
  ])('loses nothing that it was told is safe, where its portal %s', async ([, reply]) => {
    await using portal = await startEventReceiver()
    portal.behave(reply)
    const options = optionsFor(portal)
    const safe: string[] = []
    for (const count of [30, 71]) safe.push(...(await killAfter(count, options)))
    portal.behave()
    await using next = createAgentActivityConnector(options)
    await next.flush(20_000)
    const ledger = ledgerOf(portal)
    expect(safe.length).toBeGreaterThan(100)
    expect(safe.filter((id) => !ledger.has(id))).toEqual([])
    expect(next.stats()).toMatchObject({ dropped: 0, queued: 0, spooled: 0 })
  })
})

/** Kills a process after it has printed so many ids; gives them. */
async function killAfter(count: number, options: AgentActivityConnectorOptions): Promise<readonly string[]> {
  const child = spawn(process.execPath, ['--conditions=aos-source', PROGRAM, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ids: string[] = []
  for await (const line of createInterface(child.stdout)) if (ids.push(line) >= count) break
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return ids
}
