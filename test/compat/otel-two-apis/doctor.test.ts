import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startOtlpReceiver } from '../../support/otlp-receiver.ts'
import { stageApp, type RunOptions, type StagedApp, type StageOptions } from '../../support/stage-app.ts'

const HOME = import.meta.dirname
const SCRIPT = join(HOME, '..', 'otel-apps', 'doctor.ts')

interface Output {
  readonly ok?: boolean
  readonly thrown?: string
  readonly findings?: readonly {
    readonly code: string
    readonly severity: string
    readonly message: string
    readonly fix: string
  }[]
}

function stage(options: Omit<StageOptions, 'home' | 'scripts'> = {}): StagedApp {
  return stageApp({ home: HOME, scripts: [SCRIPT], ...options })
}

async function examine(app: StagedApp, setup: string, options: RunOptions = {}): Promise<Output> {
  const { stdout, stderr } = await app.run('doctor.ts', {
    ...options,
    args: [setup, ...(options.args ?? [])],
  })
  expect(stderr).toBe('')
  return JSON.parse(stdout) as Output
}

function codes({ findings = [] }: Output): readonly string[] {
  return findings.map(({ code, severity }) => `${severity} ${code}`)
}

describe('doctor', () => {
  let app: StagedApp
  beforeAll(() => {
    app = stage()
  })
  afterAll(() => app[Symbol.dispose]())

  it('has nothing to say about a tracer that is registered', async () => {
    expect(await examine(app, 'registered tracer')).toEqual({ ok: true, findings: [] })
  })

  it('mentions that spans of other code go nowhere, which is no error', async () => {
    const report = await examine(app, 'tracer')
    expect([report.ok, codes(report)]).toEqual([true, ['info no_global_provider']])
  })

  it.each([
    ['nothing', ['error no_context_manager', 'error no_global_provider']],
    ['provider without processor', ['error no_exporter']],
    ['provider that samples nothing', ['error not_sampled']],
  ])('names what is wrong with "%s"', async (setup, expected) => {
    const report = await examine(app, setup)
    expect([report.ok, codes(report)]).toEqual([false, expected])
  })

  it.each([
    [{ OTEL_TRACES_SAMPLER: 'always_off' }, 'error not_sampled'],
    [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }, 'error not_sampled'],
    [{ OTEL_TRACES_EXPORTER: 'none' }, 'error no_exporter'],
    [{ OTEL_SDK_DISABLED: 'true' }, 'warning telemetry_disabled'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'warning environment_ignored'],
  ] as const)('tells what the environment %o does', async (env, expected) => {
    expect(codes(await examine(app, 'tracer', { env }))).toContain(expected)
  })

  it('does not call a small sampling ratio a loss', async () => {
    const env = { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.000001' }
    expect((await examine(app, 'tracer', { env })).ok).toBe(true)
  })

  it('probes the endpoint when asked to', async () => {
    const receiver = await startOtlpReceiver()
    const env = { ENDPOINT: receiver.endpoint }
    const probe = (): Promise<Output> => examine(app, 'registered tracer', { args: ['probe'], env })
    expect(await probe()).toEqual({ ok: true, findings: [] })
    receiver.behave(() => ({ status: 401 }))
    expect((await probe()).findings?.[0]).toMatchObject({
      code: 'endpoint_refused',
      fix: expect.stringContaining('credentials') as string,
    })
    await receiver.close()
    expect((await probe()).findings?.[0]).toMatchObject({
      code: 'endpoint_unreachable',
      message: expect.stringContaining('ECONNREFUSED') as string,
    })
  })

  it('finds a second copy of the api, and globals that it cannot see', async () => {
    using broken = stage({
      links: { 'packages/node_modules/@opentelemetry/api': join(HOME, 'node_modules', 'other-api') },
    })
    const report = await examine(broken, 'global from the application')
    expect(codes(report)).toEqual([
      'error api_duplicated',
      'error api_global_mismatch',
      'error no_context_manager',
      'error no_global_provider',
    ])
    expect(report.findings?.[0]?.message).toMatch(
      /1\.10\.0 for @aos\/trace and @aos\/sdk .*1\.9\.1 for .* and the application/,
    )
  })

  it('tells globals that it sees but cannot add to from those that it cannot see', async () => {
    using broken = stage({
      installed: ['sdk-trace-node', 'exporter-trace-otlp-http'],
      links: {
        'node_modules/@opentelemetry/api': join(HOME, 'node_modules', 'other-api'),
        'packages/node_modules/@opentelemetry/api': join(HOME, 'node_modules', '@opentelemetry', 'api'),
      },
    })
    const report = await examine(broken, 'global from the application')
    expect(codes(report).slice(0, 2)).toEqual(['error api_duplicated', 'warning api_global_mismatch'])
  })

  it('names what to install where the OpenTelemetry SDK is missing', async () => {
    using bare = stage({ installed: ['api'] })
    const report = await examine(bare, 'nothing')
    expect(codes(report)).toContain('error sdk_missing')
    const { thrown } = await examine(bare, 'tracer')
    expect(thrown).toContain('@opentelemetry/sdk-trace-node')
    expect(thrown).toContain('fix: install one line')
  })

  it('names the exporter where only that is missing', async () => {
    using bare = stage({ installed: ['api', 'sdk-trace-node'] })
    expect((await examine(bare, 'tracer')).thrown).toContain('needs @opentelemetry/exporter-trace-otlp-http')
  })
})
