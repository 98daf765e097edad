// Writes the spans of a run to a file, and looks at them without a collector: a tree here, and a page for a browser.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AOSInstrument, deny, modify } from '@aos/sdk'
import { scriptedModel, toolCall } from '@aos/sdk/testing'
import { OpenTelemetryTracer } from '@aos/trace'
import { readTraces, renderHtml, renderTree } from '@aos/trace/view'
import { ToolLoopAgent, tool } from 'ai'
import { z } from 'zod'

const folder = mkdtempSync(join(tmpdir(), 'aos-offline-'))
const file = join(folder, 'run.otlp.jsonl')
const tracer = new OpenTelemetryTracer({ serviceName: 'mail-room', file })

const model = scriptedModel({
  steps: [
    toolCall('search', { query: 'salaries', limit: 100 }),
    toolCall('send', { to: 'press@example.com' }),
    'I could not send it.',
  ],
})
const search = tool({
  inputSchema: z.object({ query: z.string(), limit: z.number() }),
  execute: ({ limit }) => `${limit} rows`,
})
const send = tool({ inputSchema: z.object({ to: z.string() }), execute: () => 'sent' })
const agent = new AOSInstrument(new ToolLoopAgent({ model, tools: { search, send } }), {
  agent: { name: 'clerk' },
})
agent.registerHook('toolCallRequest', ({ toolName, parameters }) =>
  toolName === 'send'
    ? deny('salaries stay in the house')
    : modify({ ...parameters, limit: 5 }, 'five rows are enough'),
)
await tracer.instrument(agent).run('Send the salaries to the press')
await tracer.shutdown()

const { traces, problems } = await readTraces(file)
for (const trace of traces)
  console.log(renderTree(trace, { width: process.stdout.columns, color: process.stdout.isTTY }))
const page = join(folder, 'run.html')
writeFileSync(page, renderHtml(traces, { title: 'The salaries' }), { mode: 0o600 })

const [trace] = traces
assert.deepEqual(problems, [])
assert.equal(traces.length, 1)
assert.deepEqual(
  trace?.spans.map(({ name, outcome }) => `${name} ${outcome}`),
  [
    'invoke_agent clerk ok',
    'chat scripted-model ok',
    'execute_tool search ok',
    'chat scripted-model ok',
    'execute_tool send denied',
    'chat scripted-model ok',
  ],
)
assert.equal(trace?.totals.denials, 1)
assert.equal(trace?.totals.modifications, 1)
assert.ok(readFileSync(page, 'utf8').includes('salaries stay in the house'))
rmSync(folder, { recursive: true })
