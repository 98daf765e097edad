import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AOSInstrument, type GuardedRun } from '@aos/sdk'
import { createFileProcessor, OpenTelemetryTracer } from '@aos/trace'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startOtlpReceiver } from '../support/otlp-receiver.ts'
import { spansOfRequest, type ReceivedSpan } from '../support/otlp-spans.ts'

const PROGRAM = join(import.meta.dirname, '..', 'support', 'write-spans-and-end.ts')

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aos-file-'))
  file = join(folder, 'run.otlp.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function spansIn(path: string): readonly ReceivedSpan[] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  return lines.flatMap((line) => spansOfRequest(JSON.parse(line)))
}

const search = async (query: string, aos: GuardedRun): Promise<string> =>
  aos.toolCall({ toolName: 'search', parameters: { query } }, () => 'three papers')

describe('the option file', () => {
  it.each([
    { ending: 'natural', code: 0, signal: null },
    { ending: 'exit', code: 3, signal: null },
    { ending: 'throw', code: 1, signal: null },
    { ending: 'SIGTERM', code: null, signal: 'SIGTERM' },
    { ending: 'SIGINT', code: null, signal: 'SIGINT' },
  ])('has every span after the end "$ending", which stays what it is', async ({ ending, code, signal }) => {
    const child = spawn(process.execPath, ['--conditions=aos-source', PROGRAM, file, ending])
    expect(await once(child, 'close')).toEqual([code, signal])
    expect(new Set(spansIn(file).map(({ spanId }) => spanId)).size).toBe(200)
  })

  it('takes the place of the collector, also of one that the environment names', async () => {
    await using collector = await startOtlpReceiver()
    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collector.endpoint
    const tracer = new OpenTelemetryTracer({ serviceName: 'research', file })
    delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT']
    await tracer.instrument(new AOSInstrument(search)).run('papers')
    expect(await tracer.shutdown()).toMatchObject({ created: 2, delivered: 2, dropped: 0, queued: 0 })
    expect(collector.requests).toEqual([])
    const [tool, run] = spansIn(file)
    expect(tool?.parentSpanId).toBe(run?.spanId)
    expect(run?.resource['service.name']).toBe('research')
  })

  it('leaves the agent alone where nothing can be written', async () => {
    chmodSync(folder, 0o500)
    const tracer = new OpenTelemetryTracer({ file: join(folder, 'x'.repeat(300), 'run.jsonl') })
    expect(await tracer.instrument(new AOSInstrument(search)).run('papers')).toBe('three papers')
    expect(await tracer.shutdown()).toMatchObject({ created: 2, delivered: 0, dropped: 2 })
    chmodSync(folder, 0o700)
  })

  it('writes several files, one after the other', async () => {
    const tracer = new OpenTelemetryTracer({
      file: { path: file, maxBytes: 20_000, maxFiles: 2 },
      maxBatchSpans: 5,
    })
    for (let index = 0; index < 300; index += 1) tracer.startActiveSpan(`span ${index}`, () => undefined)
    await tracer.shutdown()
    expect(readdirSync(folder).toSorted()).toEqual(['run.otlp.jsonl', 'run.otlp.jsonl.1'])
    expect(spansIn(file).at(-1)?.name).toBe('span 299')
  })
})

describe('createFileProcessor', () => {
  it('writes what a collector gets too', async () => {
    await using collector = await startOtlpReceiver()
    const tracer = new OpenTelemetryTracer({
      endpoint: collector.endpoint,
      spool: false,
      spanProcessors: [createFileProcessor(file)],
    })
    await tracer.instrument(new AOSInstrument(search)).run('papers')
    await tracer.shutdown()
    expect(existsSync(file)).toBe(true)
    expect(spansIn(file).map(({ spanId }) => spanId)).toEqual(collector.spans.map(({ spanId }) => spanId))
  })
})
