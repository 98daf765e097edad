import { AosError } from '@aos/sdk'
import type { Attributes } from '@opentelemetry/api'
import { FILE_DELAY_MS, resolveFile } from '../file/file-options.ts'
import type { SpanLimits } from '../otel/otel-sdk.ts'
import { assertTracerOptions } from './assert-options.ts'
import { createEnvironmentReader, type EnvironmentReader } from './environment.ts'
import { parseBaseEndpoint, parseEndpoint, parseTracesEndpoint } from './otlp-endpoint.ts'
import type { OtlpTarget, SamplerChoice, TraceConfig, TracerOptions } from './tracer-options.ts'

const MEBIBYTE = 1024 * 1024
const DEFAULT_ENDPOINT = 'http://localhost:4318/v1/traces'

/** Merges options, `OTEL_*` variables and defaults, in this order; throws for options that cannot work. */
export function resolveConfig(
  options: TracerOptions,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): TraceConfig {
  assertTracerOptions(options)
  const env = createEnvironmentReader(environment)
  return {
    disabled: env.flag('OTEL_SDK_DISABLED'),
    resourceAttributes: resolveResource(options, env),
    otlp: resolveTarget(options, env),
    sampler: options.sampler ?? resolveSampler(env),
    spanLimits: { ...environmentLimits(env), ...options.spanLimits },
    redactor: options.redactor,
    keep: options.keep,
    redactForeignSpans: options.redactForeignSpans ?? true,
    repeatedSpans: options.repeatedSpans ?? 'leave-out',
    spool: options.spool,
    exporter: options.exporter,
    file: options.file === undefined ? undefined : resolveFile(options.file),
    spanProcessors: options.spanProcessors ?? [],
    exitDeadlineMs: options.exitDeadlineMs ?? 3_000,
    scheduleDelayMs:
      options.scheduleDelayMs ??
      env.number('OTEL_BSP_SCHEDULE_DELAY') ??
      (options.file === undefined ? 1_000 : FILE_DELAY_MS),
    maxBatchSpans: options.maxBatchSpans ?? (env.number('OTEL_BSP_MAX_EXPORT_BATCH_SIZE') || 512),
    maxQueueBytes: options.maxQueueBytes ?? 48 * MEBIBYTE,
    maxQueueSpans:
      options.maxQueueSpans ?? (env.number('OTEL_BSP_MAX_QUEUE_SIZE') || Number.MAX_SAFE_INTEGER),
    maxRequestBytes: options.maxRequestBytes ?? 3.5 * MEBIBYTE,
    exportTimeoutMs:
      options.exportTimeoutMs ??
      env.number('OTEL_EXPORTER_OTLP_TRACES_TIMEOUT') ??
      env.number('OTEL_EXPORTER_OTLP_TIMEOUT') ??
      env.number('OTEL_BSP_EXPORT_TIMEOUT') ??
      10_000,
    ignored: env.ignored,
  }
}

function resolveResource(
  { serviceName, resourceAttributes }: TracerOptions,
  env: EnvironmentReader,
): Attributes {
  const name = serviceName ?? env.text('OTEL_SERVICE_NAME')
  return {
    'service.name': 'unknown_service:node',
    ...env.pairs('OTEL_RESOURCE_ATTRIBUTES'),
    ...resourceAttributes,
    ...(name === undefined ? {} : { 'service.name': name }),
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.name': 'opentelemetry',
  }
}

function resolveTarget(options: TracerOptions, env: EnvironmentReader): OtlpTarget | undefined {
  const { exporter, file, spanProcessors } = options
  const elsewhere = exporter !== undefined || file !== undefined
  const chosen = !elsewhere ? resolveUrl(options, env) : undefined
  const replaced = elsewhere || (spanProcessors !== undefined && chosen === undefined)
  const none =
    options.endpoint === undefined && env.oneOf(['otlp', 'none'], 'OTEL_TRACES_EXPORTER') === 'none'
  if (replaced || none) return undefined
  const protocols = ['http/json', 'http/protobuf'] as const
  return {
    url: chosen ?? DEFAULT_ENDPOINT,
    headers: {
      ...env.pairs('OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'),
      ...options.headers,
    },
    protocol:
      options.protocol ??
      env.oneOf(protocols, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL') ??
      'http/protobuf',
    compression:
      options.compression ??
      env.oneOf(
        ['gzip', 'none'],
        'OTEL_EXPORTER_OTLP_TRACES_COMPRESSION',
        'OTEL_EXPORTER_OTLP_COMPRESSION',
      ) ??
      'gzip',
  }
}

function resolveUrl({ endpoint }: TracerOptions, env: EnvironmentReader): string | undefined {
  if (endpoint !== undefined) {
    const parsed = parseEndpoint(endpoint)
    if (parsed.ok) return parsed.url
    throw new AosError({
      code: 'invalid_options',
      message: 'invalid option endpoint',
      why: parsed.why,
      fix: "pass the address of an OTLP/HTTP collector, for example 'https://telemetry.example.com'",
    })
  }
  for (const [name, parse] of [
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', parseTracesEndpoint],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', parseBaseEndpoint],
  ] as const) {
    const value = env.text(name)
    const parsed = value === undefined ? undefined : parse(value)
    if (parsed?.ok === true) return parsed.url
    if (parsed !== undefined) env.ignore(name, parsed.why)
  }
  return undefined
}

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const

function resolveSampler(env: EnvironmentReader): SamplerChoice {
  const name = env.oneOf(SAMPLERS, 'OTEL_TRACES_SAMPLER') ?? 'parentbased_always_on'
  const ratio = env.number('OTEL_TRACES_SAMPLER_ARG') ?? 1
  const usable = ratio <= 1
  if (!usable) env.ignore('OTEL_TRACES_SAMPLER_ARG', 'it is not between 0 and 1')
  return {
    root: name.endsWith('always_off') ? 'always_off' : name.endsWith('ratio') ? 'traceidratio' : 'always_on',
    parentBased: name.startsWith('parentbased'),
    ratio: usable ? ratio : 1,
  }
}

const LIMITS: readonly (readonly [keyof SpanLimits, ...string[]])[] = [
  [
    'attributeValueLengthLimit',
    'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  ],
  ['attributeCountLimit', 'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'OTEL_ATTRIBUTE_COUNT_LIMIT'],
  ['linkCountLimit', 'OTEL_SPAN_LINK_COUNT_LIMIT'],
  ['eventCountLimit', 'OTEL_SPAN_EVENT_COUNT_LIMIT'],
  [
    'attributePerEventCountLimit',
    'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT',
    'OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT',
  ],
  [
    'attributePerLinkCountLimit',
    'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT',
    'OTEL_SPAN_ATTRIBUTE_PER_LINK_COUNT_LIMIT',
  ],
]

function environmentLimits(env: EnvironmentReader): SpanLimits {
  return Object.fromEntries(
    LIMITS.flatMap(([limit, ...names]) => {
      const value = names.map((name) => env.number(name)).find((number) => number !== undefined)
      return value === undefined ? [] : [[limit, value]]
    }),
  )
}
