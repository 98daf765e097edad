import { ProxyTracerProvider, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import { hasContextManager } from '../otel/context-manager.ts'
import { findPackage, HERE } from '../otel/installed-package.ts'
import { findSdkPackage, INSTALL_HINT } from '../otel/otel-sdk.ts'
import type { Sampler } from '../otel/span-types.ts'
import { isInRange } from '../otel/version-range.ts'
import type { Finding } from './finding.ts'

/** Checks that an OpenTelemetry SDK is installed and that its line fits the api it sees. */
export function checkSdk(from: string = HERE): readonly Finding[] {
  const sdk = findSdkPackage(from)
  if (sdk === undefined) {
    return [
      {
        code: 'sdk_missing',
        severity: 'error',
        message: 'no OpenTelemetry SDK is installed',
        fix: INSTALL_HINT,
      },
    ]
  }
  const api = findPackage('@opentelemetry/api', sdk.entry)
  const range = sdk.peers['@opentelemetry/api']
  if (api === undefined || range === undefined || isInRange(api.version, range)) return []
  return [
    {
      code: 'sdk_api_mismatch',
      severity: 'warning',
      message: `${sdk.name} ${sdk.version} wants @opentelemetry/api ${range} and sees ${api.version}`,
      fix: INSTALL_HINT,
    },
  ]
}

/** Checks that spans find their parents across `await`. */
export function checkContextManager(): readonly Finding[] {
  if (hasContextManager()) return []
  return [
    {
      code: 'no_context_manager',
      severity: 'error',
      message: 'no working context manager is registered, so every span starts a trace of its own',
      fix: 'create an OpenTelemetryTracer or AOSTraceProvider, or register an AsyncLocalStorageContextManager',
    },
  ]
}

/** Checks what `trace.getTracer()` of the api leads to; `needed` when no tracer of ours receives the spans. */
export function checkGlobalProvider(needed: boolean): readonly Finding[] {
  const provider = globalProvider()
  if (provider === undefined) {
    return [
      {
        code: 'no_global_provider',
        severity: needed ? 'error' : 'info',
        message: 'no global tracer provider is registered, so spans made through trace.getTracer() vanish',
        fix: 'call register() on an OpenTelemetryTracer or AOSTraceProvider, or register your own provider',
      },
    ]
  }
  return [...checkProcessors(provider), ...checkSampler(samplerOf(provider), 'the global provider')]
}

/** Checks that a sampler lets spans through at all. */
export function checkSampler(sampler: Sampler | undefined, owner: string): readonly Finding[] {
  // the id that every ratio above 0 samples
  const traceId = '1'.padStart(32, '0')
  const decision = sampler?.shouldSample(
    ROOT_CONTEXT,
    traceId,
    'aos.doctor',
    SpanKind.INTERNAL,
    {},
    [],
  ).decision
  if (decision === undefined || decision === RECORD_AND_SAMPLED) return []
  return [
    {
      code: 'not_sampled',
      severity: 'error',
      message: `the sampler of ${owner} (${String(sampler)}) drops every new trace`,
      fix: 'use another sampler; look at OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG too',
    },
  ]
}

const RECORD_AND_SAMPLED = 2

function globalProvider(): object | undefined {
  const provider = trace.getTracerProvider()
  const delegate = provider instanceof ProxyTracerProvider ? provider.getDelegate() : provider
  // an empty proxy leads to the api's no-op provider
  return delegate === new ProxyTracerProvider().getDelegate() ? undefined : delegate
}

function checkProcessors(provider: object): readonly Finding[] {
  // the SDK has no public way to ask; where the shape is another, nothing is claimed
  const processors = read(read(provider, '_activeSpanProcessor'), '_spanProcessors')
  if (!Array.isArray(processors) || processors.length > 0) return []
  return [
    {
      code: 'no_exporter',
      severity: 'error',
      message: 'the global tracer provider has no span processor, so its spans go nowhere',
      fix: 'give it a span processor with an exporter, or use OpenTelemetryTracer',
    },
  ]
}

function samplerOf(provider: object): Sampler | undefined {
  const sampler = read(read(provider, '_tracerOptions'), 'sampler')
  return typeof read(sampler, 'shouldSample') === 'function' ? (sampler as Sampler) : undefined
}

function read(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}
