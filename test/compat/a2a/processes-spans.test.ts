import { parseAgentRun, verifyRun, type AgentRun } from '@agent-run/types'
import { AOSInstrument } from '@aos/sdk'
import { instrumentA2AClient } from '@aos/sdk/a2a'
import { OpenTelemetryTracer } from '@aos/trace'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { describe, expect, test } from 'vitest'
import { startOtlpReceiver, type OtlpReceiver } from '../../support/otlp-receiver.ts'
import { LANES } from './kit/lanes.ts'
import type { Lane } from './kit/lane.ts'
import { heard } from './kit/pairs.ts'

const SCRIPT = new URL('kit/traced-server.ts', import.meta.url).pathname

interface Far extends AsyncDisposable {
  readonly url: string
  /** Resolves with the first run of an agent that the other process has finished. */
  readonly run: (agent: string) => Promise<AgentRun>
}

async function farEnd(lane: Lane, { endpoint }: OtlpReceiver): Promise<Far> {
  const args = ['--conditions=aos-source', SCRIPT, String(LANES.indexOf(lane))]
  const env = { ...process.env, NODE_OPTIONS: '', COLLECTOR: endpoint }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const runs: AgentRun[] = []
  const waiting = new Set<() => void>()
  createInterface(child.stderr).on('line', (text) => {
    if (!text.startsWith('{')) return
    const parsed = parseAgentRun(JSON.parse(text))
    if (parsed.ok) runs.push(parsed.value)
    for (const check of waiting) check()
  })
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string]
  return {
    url,
    run: (agent) =>
      new Promise((resolve) => {
        const check = (): void => {
          const found = runs.find(({ agent_id: id }) => id === agent)
          if (found !== undefined) resolve(found)
        }
        waiting.add(check)
        check()
      }),
    async [Symbol.asyncDispose]() {
      child.kill()
      await once(child, 'exit')
    },
  }
}

describe('two agents in two processes', () => {
  const cells = LANES.flatMap((lane) => ['message', 'stream'].map((as) => ({ lane, as, name: lane.title })))

  test.each(cells)('are one trace and one lineage: $as over $name', async ({ lane, as }) => {
    await using collector = await startOtlpReceiver()
    await using far = await farEnd(lane, collector)
    const tracer = new OpenTelemetryTracer({
      serviceName: 'asking',
      endpoint: collector.endpoint,
      spool: false,
    })
    const agent = tracer.instrument(
      new AOSInstrument(async (_input: unknown) =>
        as === 'message' ? client.send('hello') : (await heard(client.stream('hello'))).said.join(),
      ),
    )
    const client = await lane.connect(far.url, { instrument: (own) => instrumentA2AClient(own, agent) })
    const caller = new Promise<AgentRun>((resolve) => {
      agent.on('run', resolve)
    })
    expect(await agent.run('go')).toBe('echo: hello')
    const asking = await caller
    const remote = await far.run('remote')
    const worker = await far.run('worker')
    await tracer.shutdown()

    expect(remote.parent_run_id).toBe(asking.id)
    expect(worker.parent_run_id).toBe(remote.id)
    for (const [run, parent] of [
      [remote, asking],
      [worker, remote],
    ] as const)
      expect(verifyRun(run, { parent }).checks.find(({ name }) => name === 'lineage')?.ok).toBe(true)
    expect(worker.provenance.lineage).toEqual([asking.provenance.run_hash, remote.provenance.run_hash])

    const served = (id: string) => (all: OtlpReceiver) =>
      all.spans.some(
        ({ attributes, name }) => name.startsWith('invoke_agent') && attributes['aos.run.id'] === id,
      )
    await collector.until((all) => served(remote.id)(all) && served(worker.id)(all))
    const spans = collector.spans
    const sent = spans.find(({ name, kind }) => kind === 3 && /send|stream/i.test(name))
    const serving = spans.find(
      ({ attributes, name }) => name.startsWith('invoke_agent') && attributes['aos.run.id'] === remote.id,
    )
    expect(sent?.attributes).toMatchObject({ 'aos.peer.name': 'echo', 'aos.peer.version': '2.1.0' })
    expect(serving?.parentSpanId).toBe(sent?.spanId)
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
  })
})
