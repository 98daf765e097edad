import { parseAgentRun, verifyRun, type AgentRun } from '@agent-run/types'
import { AOSInstrument, type GuardedRun } from '@aos/sdk'
import { instrumentMcpClient } from '@aos/sdk/mcp'
import { OpenTelemetryTracer } from '@aos/trace'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { equal, ok } from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { describe, test } from 'vitest'
import { startOtlpReceiver, type OtlpReceiver } from '../../support/otlp-receiver.ts'
import { clientApplication } from './kit/applications.ts'
import type { Line, McpClient } from './kit/line.ts'
import { LINES } from './kit/lines.ts'
import type { RawTransport } from './kit/tap.ts'

const SCRIPT = new URL('kit/traced-server.ts', import.meta.url).pathname

interface Far extends AsyncDisposable {
  readonly transport: RawTransport
  /** Resolves with the first run the other process has finished that fits. */
  readonly run: (fits: (run: AgentRun) => boolean) => Promise<AgentRun>
}

async function farEnd(line: Line, over: 'stdio' | 'http', { endpoint }: OtlpReceiver): Promise<Far> {
  const args = ['--conditions=aos-source', SCRIPT, String(LINES.indexOf(line)), over]
  const env = { ...process.env, COLLECTOR: endpoint } as Record<string, string>
  if (over === 'stdio') {
    const transport = new StdioClientTransport({ command: process.execPath, args, env, stderr: 'pipe' })
    return {
      transport: transport as RawTransport,
      run: runsOn(transport.stderr as Readable),
      [Symbol.asyncDispose]: async () => transport.close(),
    }
  }
  const child: ChildProcess = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  ok(child.stdout && child.stderr)
  const run = runsOn(child.stderr)
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string]
  return {
    transport: line.httpTransport(new URL(url)),
    run,
    async [Symbol.asyncDispose]() {
      child.kill()
      await once(child, 'exit')
    },
  }
}

function runsOn(stderr: Readable): Far['run'] {
  const runs: AgentRun[] = []
  const waiting = new Set<() => void>()
  createInterface(stderr).on('line', (text) => {
    if (!text.startsWith('{')) return
    const parsed = parseAgentRun(JSON.parse(text))
    if (parsed.ok) runs.push(parsed.value)
    for (const check of waiting) check()
  })
  return (fits) =>
    new Promise((resolve) => {
      const check = (): void => {
        const found = runs.find(fits)
        if (found !== undefined) resolve(found)
      }
      waiting.add(check)
      check()
    })
}

describe('an agent and its MCP server in two processes', () => {
  const cells = LINES.flatMap((line) =>
    (['stdio', 'http'] as const).map((over) => ({ line, over, name: line.name })),
  )

  test.each(cells)('are one trace and one lineage: $name over $over', async ({ line, over }) => {
    await using collector = await startOtlpReceiver()
    await using far = await farEnd(line, over, collector)
    const tracer = new OpenTelemetryTracer({
      serviceName: 'agent',
      endpoint: collector.endpoint,
      spool: false,
    })
    const agent = tracer.instrument(
      new AOSInstrument(
        async (_input: unknown, aos: GuardedRun) =>
          aos.toolCall({ toolName: 'ask the server', parameters: {} }, async () => {
            await client.connect(far.transport)
            await made.request(client, {
              method: 'tools/call',
              params: { name: 'read', arguments: { path: 'a' } },
            })
          }),
        { agent: { name: 'asking' } },
      ),
    )
    const made = line.newClient(clientApplication())
    const client: McpClient = instrumentMcpClient(made.object as McpClient as never, agent)
    const caller = new Promise<AgentRun>((resolve) => {
      agent.on('run', resolve)
    })
    await agent.run('go')
    const callee = await far.run(
      ({ steps }) => steps?.some(({ tool_name: tool }) => tool === 'read') === true,
    )
    await client.close()
    await tracer.shutdown()

    const asking = await caller
    equal(callee.parent_run_id, asking.id)
    equal(verifyRun(callee, { parent: asking }).checks.find(({ name }) => name === 'lineage')?.ok, true)

    const served = (all: OtlpReceiver): boolean =>
      all.spans.some(
        ({ attributes }) =>
          attributes['aos.run.parent_id'] === asking.id && attributes['aos.run.id'] === callee.id,
      )
    await collector.until(served)
    const serving = collector.spans.find(
      ({ attributes, name }) => name.startsWith('invoke_agent') && attributes['aos.run.id'] === callee.id,
    )
    const sent = collector.spans.find(({ name, kind }) => name === 'tools/call read' && kind === 3)
    ok(serving && sent)
    equal(serving.traceId, sent.traceId)
    equal(serving.parentSpanId, sent.spanId)
    equal(sent.attributes['aos.peer.name'], 'kit server')
    equal(sent.attributes['aos.mcp.server.name'], 'kit server')
  })
})
