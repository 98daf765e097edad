import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { spansOfRequest } from '../../../../test/support/otlp-spans.ts'
import { loadOtelSdk, loadOtlpSerializer, type OtlpSerializer } from '../otel/otel-sdk.ts'
import type { ReadableSpan } from '../otel/span-types.ts'
import { resolveFile, type FileOptions } from './file-options.ts'
import { createFileProcessor } from './file-processor.ts'
import { FileSink } from './file-sink.ts'

let folder: string
let path: string
const isPosixUser = process.platform !== 'win32' && process.getuid?.() !== 0

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aos-file-'))
  path = join(folder, 'run.otlp.jsonl')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function createSink(
  options: Partial<FileOptions> = {},
  serializer: Pick<OtlpSerializer, 'serializeRequest'> = loadOtlpSerializer('http/json'),
): { sink: FileSink; reports: string[] } {
  const reports: string[] = []
  const target = resolveFile({ path, ...options })
  return { sink: new FileSink({ target, serializer, report: (reason) => reports.push(reason) }), reports }
}

function makeSpans(...names: readonly string[]): readonly ReadableSpan[] {
  const ended: ReadableSpan[] = []
  const sdk = loadOtelSdk()
  const provider = sdk.createProvider({
    resource: sdk.createResource({ 'service.name': 'file' }),
    sampler: sdk.alwaysOn(),
    spanLimits: {},
    spanProcessors: [
      {
        onStart: () => undefined,
        onEnd: (span: ReadableSpan) => void ended.push(span),
        forceFlush: () => Promise.resolve(),
        shutdown: () => Promise.resolve(),
      },
    ],
  })
  for (const name of names) provider.getTracer('t').startSpan(name).end()
  return ended
}

function namesIn(file: string): readonly (readonly string[])[] {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  return lines.map((line) => spansOfRequest(JSON.parse(line)).map(({ name }) => name))
}

describe('FileSink', () => {
  it('writes each batch as a line before it returns, readable by the owner only', () => {
    path = join(folder, 'deep', 'er', 'run.jsonl')
    const { sink, reports } = createSink()
    sink.send(makeSpans('a\nb', 'c'))
    sink.send(makeSpans('d'))
    expect(namesIn(path)).toEqual([['a\nb', 'c'], ['d']])
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(3)
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(sink.counts()).toEqual({ delivered: 3, spooled: 0, dropped: 0, queued: 0, recovered: 0 })
    expect(reports).toEqual([])
  })

  it('appends to what is there, behind a line that was cut', async () => {
    writeFileSync(path, '{"resourceSpans":[]}\n{"resourceSp')
    const { sink } = createSink()
    sink.send(makeSpans('a'))
    await sink.close()
    const lines = readFileSync(path, 'utf8').split('\n')
    expect(lines.slice(0, 2)).toEqual(['{"resourceSpans":[]}', '{"resourceSp'])
    expect(spansOfRequest(JSON.parse(lines[2] ?? '')).map(({ name }) => name)).toEqual(['a'])
  })

  it('keeps no more files than asked for, each within its size', () => {
    const { sink } = createSink({ maxBytes: 2_000, maxFiles: 3 })
    for (let index = 0; index < 40; index += 1) sink.send(makeSpans(`span ${index}`))
    const files = readdirSync(folder).toSorted()
    expect(files).toEqual(['run.otlp.jsonl', 'run.otlp.jsonl.1', 'run.otlp.jsonl.2'])
    for (const file of files) expect(statSync(join(folder, file)).size).toBeLessThanOrEqual(2_000)
    const kept = files.toReversed().flatMap((file) => namesIn(join(folder, file)).flat())
    expect(kept.at(-1)).toBe('span 39')
    expect(kept).toEqual(Array.from(kept, (_, index) => `span ${40 - kept.length + index}`))
  })

  it('keeps only the file itself when one is asked for, and gives a request that is too large its own', () => {
    const { sink } = createSink({ maxBytes: 10, maxFiles: 1 })
    sink.send(makeSpans('a'))
    sink.send(makeSpans('b'))
    expect(readdirSync(folder)).toEqual(['run.otlp.jsonl'])
    expect(namesIn(path)).toEqual([['b']])
  })

  it('goes on in a new file when somebody moved or removed the old one', () => {
    const { sink } = createSink()
    sink.send(makeSpans('a'))
    renameSync(path, `${path}.kept`)
    sink.send(makeSpans('b'))
    rmSync(path)
    sink.send(makeSpans('c'))
    expect([namesIn(`${path}.kept`), namesIn(path)]).toEqual([[['a']], [['c']]])
  })

  it.skipIf(!existsSync('/dev/full'))('writes to nothing but a regular file, which could block', () => {
    path = '/dev/full'
    const { sink, reports } = createSink()
    sink.send(makeSpans('a', 'b'))
    expect(sink.counts()).toMatchObject({ delivered: 0, dropped: 2 })
    expect(reports).toEqual(['dropped: /dev/full cannot be written (not a regular file)'])
  })

  it('counts as dropped what cannot be written, and goes on when it can again', () => {
    mkdirSync(path)
    const { sink, reports } = createSink()
    sink.send(makeSpans('a'))
    expect(sink.counts()).toMatchObject({ delivered: 0, dropped: 1 })
    expect(reports).toEqual([`dropped: ${path} cannot be written (EISDIR)`])
    rmSync(path, { recursive: true })
    sink.send(makeSpans('b'))
    expect(sink.counts()).toMatchObject({ delivered: 1, dropped: 1 })
    expect(namesIn(path)).toEqual([['b']])
  })

  it.skipIf(!isPosixUser)('counts as dropped what a read-only folder does not take', () => {
    chmodSync(folder, 0o500)
    const { sink, reports } = createSink()
    sink.send(makeSpans('a'))
    chmodSync(folder, 0o700)
    expect(reports).toEqual([`dropped: ${path} cannot be written (EACCES)`])
  })

  it('leaves out only the span that cannot be rendered', () => {
    const { serializeRequest } = loadOtlpSerializer('http/json')
    const { sink, reports } = createSink(
      {},
      {
        serializeRequest: (spans) =>
          spans.some(({ name }) => name === 'bad') ? undefined : serializeRequest(spans),
      },
    )
    sink.send(makeSpans('a', 'bad', 'b', 'c'))
    expect(namesIn(path).flat()).toEqual(['a', 'b', 'c'])
    expect(sink.counts()).toMatchObject({ delivered: 3, dropped: 1 })
    expect(reports).toEqual(['dropped: a span could not be rendered'])
  })

  it('saves at the end of the process what still waits', () => {
    const { sink } = createSink()
    sink.saveSync([makeSpans('a'), makeSpans('b')])
    expect(namesIn(path)).toEqual([['a'], ['b']])
  })
})

describe('createFileProcessor', () => {
  it('writes beside whatever else a provider has, and accounts for each span', async () => {
    const listeners = process.listenerCount('exit')
    const processor = createFileProcessor({ path })
    expect(process.listenerCount('exit')).toBeGreaterThan(0)
    for (const span of makeSpans('a', 'b')) processor.onEnd(span)
    expect(processor.stats()).toMatchObject({ created: 2, queued: 2 })
    await processor.forceFlush()
    expect(processor.stats()).toMatchObject({ created: 2, delivered: 2, queued: 0 })
    await processor.shutdown()
    expect(namesIn(path)).toEqual([['a', 'b']])
    expect(process.listenerCount('exit')).toBe(listeners)
  })

  it.each(['', '  ', 'a\0b', { path: 'x', maxBytes: 0 }, { path: 'x', maxfiles: 2 }, 7])(
    'refuses %j',
    (file) => {
      expect(() => createFileProcessor(file as string)).toThrow('invalid file')
    },
  )
})
