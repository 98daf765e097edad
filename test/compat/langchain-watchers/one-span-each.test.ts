import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startOtlpReceiver } from '../../support/otlp-receiver.ts'

// the others patch LangChain for good, so they do it in a process of their own

const run = promisify(execFile)

test.each(['leave-out', 'keep'] as const)('repeated spans: %s', async (repeatedSpans) => {
  await using collector = await startOtlpReceiver()
  const file = join(import.meta.dirname, 'watched-agent.ts')
  const args = ['--conditions=aos-source', file, collector.endpoint, repeatedSpans]
  const { stdout } = await run(process.execPath, args)
  const repeated = Number(stdout.trim())
  const named = (pattern: RegExp): readonly string[] =>
    collector.spans.filter(({ name }) => pattern.test(name)).map(({ scope }) => scope.name)

  const spans = collector.spans.map(({ spanId }) => spanId)
  const orphans = collector.spans.filter(({ parentSpanId: id }) => id !== undefined && !spans.includes(id))
  expect(orphans).toEqual([])
  // what the tool's own code makes stays, in the trace
  expect(named(/^by hand$|^read index$/)).toHaveLength(2)
  expect(new Set(collector.spans.map(({ traceId }) => traceId)).size).toBe(1)
  if (repeatedSpans === 'leave-out') {
    expect(collector.spans.map(({ name }) => name).toSorted()).toEqual([
      'by hand',
      'chat scripted-model',
      'chat scripted-model',
      'execute_tool search',
      'invoke_agent researcher',
      'read index',
    ])
    expect(repeated).toBeGreaterThan(10)
  } else {
    expect(repeated).toBe(0)
    expect(new Set(collector.spans.map(({ scope }) => scope.name))).toEqual(
      new Set([
        '@aos/sdk',
        '@arizeai/openinference-instrumentation-langchain',
        '@traceloop/instrumentation-langchain',
        'langfuse-sdk',
        '@aos/trace',
      ]),
    )
  }
})
