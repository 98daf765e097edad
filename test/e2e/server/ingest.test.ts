import type { AgentRun } from '@agent-run/types'
import { createAuditLedger } from '@aos/guardian'
import { agentActivitySink } from '@aos/records/activity'
import { AOSInstrument, deny, type GuardedRun } from '@aos/sdk'
import { AgentRunReporter } from '@aos/sdk/reporter'
import { SqliteStore, startRunServer, type RunServer } from '@aos/server'
import { OpenTelemetryTracer } from '@aos/trace'
import { readTraces } from '@aos/trace/view'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

const SECRET = 'shared-with-the-server'

let folder = ''
let server: RunServer
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'aos-ingest-'))
  const store = new SqliteStore({ path: join(folder, 'runs.db') })
  server = await startRunServer({ store, port: 0, activitySecrets: [SECRET] })
})
afterEach(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

interface ServedEvent {
  readonly kind: string
  readonly content: Readonly<Record<string, unknown>>
}

const read = async <T>(path: string): Promise<T> => {
  const response = await fetch(`${server.url}/api/v1${path}`)
  expect(response.status).toBe(200)
  return (await response.json()) as T
}

test.each(['http/protobuf', 'http/json'] as const)(
  'a run opens with its spans and decisions, as its sources have sent them (%s)',
  async (protocol) => {
    const path = join(folder, 'audit.jsonl')
    const ledger = createAuditLedger({ path, key: 'k'.repeat(40) })
    const activity = agentActivitySink({
      endpoint: `${server.url}/api/v1/events`,
      secret: SECRET,
      source: { kind: 'custom_connector', name: 'test' },
      spool: false,
    })
    const agent = new AOSInstrument(
      async (_question: string, aos: GuardedRun) => {
        await aos.toolCall({ toolName: 'read', parameters: {} }, () => 'rows')
        return aos.toolCall({ toolName: 'pay', parameters: {} }, () => 'paid')
      },
      { agent: { name: 'clerk' }, sinks: [activity, ledger] },
    )
    agent.registerHook('toolCallRequest', ({ toolName }) =>
      toolName === 'pay' ? deny('paying is not allowed') : undefined,
    )
    const reporter = new AgentRunReporter({ url: server.url, directory: false })
    reporter.attach(agent)
    const tracer = new OpenTelemetryTracer({
      serviceName: 'clerk',
      endpoint: server.url,
      protocol,
      spool: false,
    })
    await tracer
      .instrument(agent)
      .run('go')
      .catch(() => 'denied')
    await Promise.all([tracer.shutdown(), reporter.close(), activity.close?.(), ledger.close()])
    const sent = await fetch(`${server.url}/api/v1/audit`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: readFileSync(path),
    })
    expect(sent.status).toBe(200)

    const { runs } = await read<{ readonly runs: readonly AgentRun[] }>('/runs')
    const [run] = runs
    expect(run?.agent_name).toBe('clerk')
    const spans = await read<object>(`/runs/${run?.id}/spans`)
    const file = join(folder, 'spans.json')
    writeFileSync(file, JSON.stringify(spans))
    const { traces } = await readTraces([file])
    expect(traces).toHaveLength(1)
    const names = JSON.stringify(traces)
    for (const name of ['invoke_agent clerk', 'execute_tool read', 'execute_tool pay'])
      expect(names).toContain(name)

    const { events } = await read<{ readonly events: readonly ServedEvent[] }>(`/runs/${run?.id}/events`)
    const types = events.filter(({ kind }) => kind === 'activity').map(({ content }) => content['event_type'])
    expect(types).toContain('hook.blocked')
    const decisions = events
      .filter(({ kind }) => kind === 'audit')
      .map(({ content }) => content['entry'] as { readonly decision: { readonly verdict: string } })
    expect(decisions.map(({ decision }) => decision.verdict)).toContain('deny')
  },
)
