import { describe, expect, it } from 'vitest'
import { resolveConfig } from './resolve-config.ts'
import type { TraceConfig, TracerOptions } from './tracer-options.ts'

const URL_OF_OPTION = 'https://option.example.com/v1/traces'

describe('resolveConfig', () => {
  it('has defaults for everything', () => {
    expect(resolveConfig({}, {})).toMatchObject({
      disabled: false,
      resourceAttributes: { 'service.name': 'unknown_service:node' },
      otlp: {
        url: 'http://localhost:4318/v1/traces',
        headers: {},
        protocol: 'http/protobuf',
        compression: 'gzip',
      },
      sampler: { root: 'always_on', parentBased: true },
      spool: undefined,
      scheduleDelayMs: 1_000,
      maxBatchSpans: 512,
      exportTimeoutMs: 10_000,
      ignored: [],
    })
  })

  it.each<[Record<string, string>, Partial<TraceConfig> | Record<string, unknown>]>([
    [{ OTEL_SDK_DISABLED: 'TRUE' }, { disabled: true }],
    [{ OTEL_SDK_DISABLED: 'no' }, { disabled: false }],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:1/base' }, { otlp: { url: 'http://a:1/base/v1/traces' } }],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:1', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://b:2/x' },
      { otlp: { url: 'http://b:2/x' } },
    ],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'a:1' }, { otlp: { url: 'http://localhost:4318/v1/traces' } }],
    [
      { OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=x%20y', OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'a=2' },
      { otlp: { headers: { a: '2', b: 'x y' } } },
    ],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }, { otlp: { protocol: 'http/json' } }],
    [{ OTEL_EXPORTER_OTLP_COMPRESSION: 'none' }, { otlp: { compression: 'none' } }],
    [
      { OTEL_EXPORTER_OTLP_COMPRESSION: 'none', OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: 'gzip' },
      { otlp: { compression: 'gzip' } },
    ],
    [{ OTEL_TRACES_EXPORTER: 'none' }, { otlp: undefined }],
    [{ OTEL_SERVICE_NAME: 'env' }, { resourceAttributes: { 'service.name': 'env' } }],
    [
      { OTEL_RESOURCE_ATTRIBUTES: 'service.name=from-resource,k=v', OTEL_SERVICE_NAME: 'env' },
      { resourceAttributes: { 'service.name': 'env', k: 'v' } },
    ],
    [
      { OTEL_TRACES_SAMPLER: 'always_off' },
      { sampler: { root: 'always_off', parentBased: false, ratio: 1 } },
    ],
    [
      { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' },
      { sampler: { root: 'traceidratio', parentBased: true, ratio: 0.25 } },
    ],
    [
      { OTEL_BSP_SCHEDULE_DELAY: '20', OTEL_BSP_MAX_QUEUE_SIZE: '30', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '10' },
      { scheduleDelayMs: 20, maxQueueSpans: 30, maxBatchSpans: 10 },
    ],
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: '70', OTEL_BSP_EXPORT_TIMEOUT: '90' }, { exportTimeoutMs: 70 }],
    [
      { OTEL_ATTRIBUTE_COUNT_LIMIT: '5', OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '9' },
      { spanLimits: { attributeCountLimit: 5, attributeValueLengthLimit: 9 } },
    ],
  ])('honours %o', (environment, expected) => {
    expect(resolveConfig({}, environment)).toMatchObject(expected)
  })

  it('prefers what is passed to what the environment says', () => {
    const environment = {
      OTEL_SERVICE_NAME: 'env',
      OTEL_RESOURCE_ATTRIBUTES: 'k=env,only=env',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://env/x',
      OTEL_EXPORTER_OTLP_HEADERS: 'k=env,only=env',
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_BSP_SCHEDULE_DELAY: '1',
    }
    const options: TracerOptions = {
      serviceName: 'option',
      resourceAttributes: { k: 'option' },
      endpoint: 'https://option.example.com',
      headers: { k: 'option' },
      scheduleDelayMs: 2,
    }
    expect(resolveConfig(options, environment)).toMatchObject({
      resourceAttributes: { 'service.name': 'option', k: 'option', only: 'env' },
      otlp: { url: URL_OF_OPTION, headers: { k: 'option', only: 'env' } },
      scheduleDelayMs: 2,
    })
  })

  it('exports over OTLP beside processors only when an endpoint is named', () => {
    expect(resolveConfig({ spanProcessors: [] }, {}).otlp).toBeUndefined()
    expect(resolveConfig({ spanProcessors: [], endpoint: 'https://option.example.com' }, {}).otlp?.url).toBe(
      URL_OF_OPTION,
    )
  })

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'nonsense' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'OTEL_EXPORTER_OTLP_PROTOCOL'],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'secret-canary' }, 'OTEL_EXPORTER_OTLP_HEADERS'],
    [{ OTEL_EXPORTER_OTLP_HEADERS: 'k=%E0%A4%A' }, 'OTEL_EXPORTER_OTLP_HEADERS'],
    [{ OTEL_TRACES_SAMPLER: 'sometimes' }, 'OTEL_TRACES_SAMPLER'],
    [{ OTEL_TRACES_SAMPLER_ARG: '2' }, 'OTEL_TRACES_SAMPLER_ARG'],
    [{ OTEL_BSP_SCHEDULE_DELAY: 'soon' }, 'OTEL_BSP_SCHEDULE_DELAY'],
  ])('notes that it ignores %o, without repeating it', (environment, name) => {
    const { ignored } = resolveConfig({}, environment)
    expect(ignored).toEqual([expect.stringMatching(new RegExp(`^${name}: `))])
    expect(ignored.join()).not.toContain('secret-canary')
  })

  it.each<[unknown, string]>([
    [null, 'invalid options'],
    ['https://example.com', 'invalid options'],
    [{ endpont: 'https://example.com' }, 'invalid option endpont'],
    [{ serviceName: ' ' }, 'invalid option serviceName'],
    [{ serviceName: 7 }, 'invalid option serviceName'],
    [{ endpoint: 'ftp://example.com' }, 'invalid option endpoint'],
    [{ headers: { authorization: 1 } }, 'invalid option headers'],
    [{ protocol: 'grpc' }, 'invalid option protocol'],
    [{ spool: true }, 'invalid option spool'],
    [{ sampler: 0.5 }, 'invalid option sampler'],
    [{ exporter: {} }, 'invalid option exporter'],
    [
      { exporter: { export() {}, shutdown() {} }, endpoint: 'https://example.com' },
      'invalid option exporter',
    ],
    [{ file: '' }, 'invalid option file'],
    [{ file: { path: 'a', maxBytes: 0.5 } }, 'invalid option file'],
    [{ file: 'a', endpoint: 'https://example.com' }, 'invalid option file'],
    [{ file: 'a', exporter: { export() {}, shutdown() {} } }, 'invalid option exporter'],
    [{ spanProcessors: [{}] }, 'invalid option spanProcessors'],
    [{ maxBatchSpans: 0 }, 'invalid option maxBatchSpans'],
    [{ exitDeadlineMs: Number.NaN }, 'invalid option exitDeadlineMs'],
  ])('refuses %o', (options, message) => {
    expect(() => resolveConfig(options as TracerOptions, {})).toThrow(
      expect.objectContaining({
        code: 'invalid_options',
        message,
        why: expect.any(String) as string,
        fix: expect.any(String) as string,
      }),
    )
  })
})
