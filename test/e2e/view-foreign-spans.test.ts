import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OpenTelemetry } from '@ai-sdk/otel'
import { scriptedModel, toolCall } from '@aos/sdk/testing'
import { createFileProcessor } from '@aos/trace'
import { readTraces, renderTree } from '@aos/trace/view'
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { generateText, isStepCount, tool } from 'ai'
import { expect, it } from 'vitest'
import { z } from 'zod'

it('shows what the telemetry of the AI SDK itself wrote, from a provider that is not ours', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'aos-foreign-'))
  const file = join(folder, 'run.jsonl')
  const provider = new NodeTracerProvider({ spanProcessors: [createFileProcessor(file)] })
  await generateText({
    model: scriptedModel({ steps: [toolCall('lookup', { key: 'a' }), 'Done.'] }),
    tools: { lookup: tool({ inputSchema: z.object({ key: z.string() }), execute: ({ key }) => key }) },
    stopWhen: isStepCount(3),
    prompt: 'Look up a',
    telemetry: { integrations: [new OpenTelemetry({ tracer: provider.getTracer('ai') })] },
  })
  await provider.shutdown()
  const { traces, problemCount } = await readTraces(file)
  rmSync(folder, { recursive: true })
  expect(problemCount).toBe(0)
  expect(traces).toHaveLength(1)
  const [trace] = traces
  expect(trace?.totals).toMatchObject({
    modelCalls: 2,
    toolCalls: 1,
    inputTokens: 20,
    outputTokens: 10,
    errors: 0,
  })
  expect(trace?.spans[0]).toMatchObject({ work: 'agent', depth: 0 })
  expect(trace === undefined ? '' : renderTree(trace)).toContain('execute_tool lookup')
})
