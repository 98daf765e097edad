import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { limitBody, startOtlpReceiver, type OtlpReceiver } from './otlp-receiver.ts'
import type { ReceivedSpan } from './otlp-spans.ts'
import { stageApp, type RunOptions, type ScriptResult, type StagedApp } from './stage-app.ts'

const APPS = join(import.meta.dirname, '..', 'compat', 'otel-apps')

interface AgentsOutput {
  readonly results: readonly string[]
  readonly refused: string
  readonly stats: Readonly<Record<string, number>>
  readonly doctor: {
    readonly ok: boolean
    readonly findings: readonly { readonly code: string; readonly severity: string }[]
  }
}

/** Proves `@aos/trace` on one line of the OpenTelemetry SDK: the one that the given folder has installed. */
export function describeOtelLine(name: string, home: string): void {
  describe(`@aos/trace with ${name}`, () => {
    let app: StagedApp
    let receiver: OtlpReceiver
    let spool: string

    beforeAll(() => {
      const scripts = [join(APPS, 'emit.ts'), join(APPS, 'agents.ts'), join(home, 'own-provider.ts')]
      app = stageApp({ home, scripts })
    })
    afterAll(() => app[Symbol.dispose]())
    beforeEach(async () => {
      receiver = await startOtlpReceiver()
      spool = mkdtempSync(join(tmpdir(), 'aos-spool-'))
    })
    afterEach(async () => {
      await receiver.close()
      rmSync(spool, { recursive: true, force: true })
    })

    const run = (script: string, { env, ...options }: RunOptions = {}): Promise<ScriptResult> =>
      app.run(script, { ...options, env: { ENDPOINT: receiver.endpoint, SPOOL: spool, ...env } })

    describe.each(['http/json', 'http/protobuf'])('agents over %s', (protocol) => {
      it('keeps 200 concurrent runs in a trace each, the user span below the tool span', async () => {
        const { code, stdout, stderr } = await run('agents.ts', {
          args: ['200'],
          env: { PROTOCOL: protocol },
        })
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
        const output = JSON.parse(stdout) as AgentsOutput
        expect(output.results).toEqual(Array.from({ length: 200 }, (_, index) => `found input ${index}`))
        expect(output.refused).toContain('not allowed')
        expect(output.doctor.findings.filter(({ severity }) => severity !== 'info')).toEqual([])
        expect(output.stats).toMatchObject({
          created: receiver.spans.length,
          delivered: receiver.spans.length,
          dropped: 0,
          queued: 0,
        })
        expectRunTrees(receiver.spans, 200)
        expect(receiver.requests[0]).toMatchObject({
          path: '/v1/traces',
          headers: { authorization: 'Bearer only-on-the-wire' },
        })
        expect(receiver.spans[0]?.resource).toMatchObject({
          'service.name': 'agents',
          'deployment.environment.name': 'test',
          'telemetry.sdk.language': 'nodejs',
        })
      })
    })

    it('sends the spans of an agent through a provider that the application made itself', async () => {
      const { code, stdout, stderr } = await run('own-provider.ts')
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const { result, doctor } = JSON.parse(stdout) as { result: string; doctor: AgentsOutput['doctor'] }
      expect(result).toBe('found papers')
      expect(doctor).toEqual({ ok: true, findings: [] })
      expectRunTrees(receiver.spans, 1)
    })

    it('makes no span with OTEL_SDK_DISABLED, and guards all the same', async () => {
      const { code, stdout, stderr } = await run('agents.ts', {
        args: ['2'],
        env: { OTEL_SDK_DISABLED: 'true' },
      })
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const output = JSON.parse(stdout) as AgentsOutput
      expect(output.results).toEqual(['found input 0', 'found input 1'])
      expect(output.refused).toContain('not allowed')
      expect(output.doctor.findings.map(({ code: finding }) => finding)).toContain('telemetry_disabled')
      expect(receiver.spans).toEqual([])
    })

    it.each([
      { ending: 'natural', end: { code: 0, signal: null } },
      { ending: 'exit', end: { code: 0, signal: null } },
      { ending: 'shutdown', end: { code: 0, signal: null } },
      { ending: 'throw', end: { code: 1, signal: null } },
      { ending: 'reject', end: { code: 1, signal: null } },
      { ending: 'signal', signal: 'SIGTERM', end: { code: null, signal: 'SIGTERM' } },
      { ending: 'signal', signal: 'SIGINT', end: { code: null, signal: 'SIGINT' } },
    ] as const)('loses none of 200 spans at the end "$ending" $signal', async ({ ending, end, ...rest }) => {
      const signal = 'signal' in rest ? { signalWhenReady: rest.signal } : {}
      const { code, signal: endedBy } = await run('emit.ts', { args: [ending], ...signal })
      expect({ code, signal: endedBy }).toEqual(end)
      const early = receiver.spans.length
      // what ends gently delivers at once, what ends abruptly at the next start
      expect(early).toBe(['exit', 'throw', 'reject'].includes(ending) ? 0 : 200)
      await run('emit.ts', { args: ['natural', '0'] })
      expectOnce(receiver.spans, 200)
    })

    it('loses none of 200 spans that ended 50 ms before SIGKILL', async () => {
      receiver.behave(() => ({ status: 503 }))
      const { signal } = await run('emit.ts', { args: ['kill'] })
      expect({ signal, early: receiver.spans.length }).toEqual({ signal: 'SIGKILL', early: 0 })
      receiver.behave()
      await run('emit.ts', { args: ['natural', '0'] })
      expectOnce(receiver.spans, 200)
    })

    it.each(['http/json', 'http/protobuf'])('sends over %s in parts what is too large', async (protocol) => {
      receiver.behave(limitBody(20_000))
      const env = { PROTOCOL: protocol, TEXT: '30000', DEADLINE: '20000' }
      const { stdout } = await run('emit.ts', { args: ['shutdown', '5'], env })
      expect(JSON.parse(stdout.trim().split('\n')[1] ?? '')).toMatchObject({ delivered: 5, dropped: 0 })
      expectOnce(receiver.spans, 5)
      for (const { attributes } of receiver.spans)
        expect(attributes['aos.truncated']).toEqual([expect.stringMatching(/^text 30000 sha256:/)])
    })

    it('loses none of 10,000 spans made in one turn', async () => {
      const { stdout } = await run('emit.ts', { args: ['shutdown', '10000'] })
      expect(JSON.parse(stdout.trim().split('\n')[1] ?? '')).toEqual({
        created: 10_000,
        delivered: 10_000,
        spooled: 0,
        dropped: 0,
        queued: 0,
        recovered: 0,
      })
      expectOnce(receiver.spans, 10_000)
    })

    it.each(['natural', 'signal'])(
      'ends "%s" within its deadline when the collector hangs, and delivers later',
      async (ending) => {
        receiver.behave(() => 'hang')
        const started = performance.now()
        const signal = ending === 'signal' ? { signalWhenReady: 'SIGTERM' as const } : {}
        await run('emit.ts', { args: [ending], env: { DEADLINE: '500' }, ...signal })
        expect(performance.now() - started).toBeLessThan(9_000)
        expect(receiver.spans).toEqual([])
        receiver.behave()
        await run('emit.ts', { args: ['natural', '0'] })
        expectOnce(receiver.spans, 200)
      },
    )

    it('delivers over a collector that fails first', async () => {
      let failures = 2
      receiver.behave(() => (failures-- > 0 ? { status: 500 } : { status: 200, body: '{}' }))
      const { stdout } = await run('emit.ts', { args: ['shutdown'], env: { DEADLINE: '8000' } })
      expect(JSON.parse(stdout.trim().split('\n')[1] ?? '')).toMatchObject({ delivered: 200, dropped: 0 })
      expectOnce(receiver.spans, 200)
    })

    it('counts what the collector refuses', async () => {
      receiver.behave(() => ({
        status: 200,
        body: '{"partialSuccess":{"rejectedSpans":"7","errorMessage":"too old"}}',
      }))
      const { stdout } = await run('emit.ts', { args: ['shutdown'] })
      expect(JSON.parse(stdout.trim().split('\n')[1] ?? '')).toMatchObject({
        created: 200,
        delivered: 193,
        dropped: 7,
      })
    })
  })
}

function expectOnce(spans: readonly ReceivedSpan[], count: number): void {
  expect({ spans: spans.length, ids: new Set(spans.map(({ spanId }) => spanId)).size }).toEqual({
    spans: count,
    ids: count,
  })
}

/** Every finished run is one trace: the run, the tool below it, the user's span below the tool. */
function expectRunTrees(spans: readonly ReceivedSpan[], runs: number): void {
  const byId = new Map(spans.map((span) => [span.spanId, span]))
  const users = spans.filter(({ name }) => name === 'user span')
  expect(users).toHaveLength(runs)
  const roots = users.map((user) => {
    const tool = byId.get(user.parentSpanId ?? '')
    expect(tool?.name).toBe('execute_tool search')
    let root = tool
    while (root?.parentSpanId !== undefined) root = byId.get(root.parentSpanId)
    expect(root?.name).toMatch(/^invoke_agent /)
    expect([tool?.traceId, root?.traceId]).toEqual([user.traceId, user.traceId])
    return root?.spanId
  })
  expect(new Set(roots).size).toBe(runs)
  expect(new Set(users.map(({ traceId }) => traceId)).size).toBe(runs)
}
