import { AosError } from '@aos/sdk'
import type { Attributes, ContextManager, TextMapPropagator, TracerProvider } from '@opentelemetry/api'
import { validSpan } from '../export/valid-span.ts'
import { findPackage, HERE, loadPackage, type InstalledPackage } from './installed-package.ts'
import type { ReadableSpan, Sampler, SpanProcessor, SpanResource } from './span-types.ts'

/** Bounds of what one span may carry. */
export interface SpanLimits {
  readonly attributeValueLengthLimit?: number
  readonly attributeCountLimit?: number
  readonly linkCountLimit?: number
  readonly eventCountLimit?: number
  readonly attributePerEventCountLimit?: number
  readonly attributePerLinkCountLimit?: number
}

/** What the SDK's provider is made from. */
export interface SdkProviderOptions {
  readonly resource: SpanResource
  readonly sampler: Sampler
  readonly spanLimits: SpanLimits
  readonly spanProcessors: readonly SpanProcessor[]
}

/** The parts of the installed OpenTelemetry SDK that this package uses; both lines offer them. */
export interface OtelSdk {
  readonly package: InstalledPackage
  readonly createProvider: (options: SdkProviderOptions) => TracerProvider
  readonly createResource: (attributes: Attributes) => SpanResource
  readonly alwaysOn: () => Sampler
  readonly alwaysOff: () => Sampler
  readonly ratio: (ratio: number) => Sampler
  readonly parentBased: (root: Sampler) => Sampler
}

/** Renders spans as the body of one OTLP request. */
export interface OtlpSerializer {
  readonly serializeRequest: (spans: ReadableSpan[]) => Uint8Array | undefined
  readonly deserializeResponse: (body: Uint8Array) => {
    readonly partialSuccess?: { readonly rejectedSpans?: number | string }
  }
}

/** What to install, for each OpenTelemetry line. */
export const INSTALL_HINT: string =
  'install one line: @opentelemetry/sdk-trace-node@^2.12.0 and @opentelemetry/exporter-trace-otlp-http@^0.223.0 with ' +
  '@opentelemetry/api@~1.9.1, or @opentelemetry/sdk-trace@^3.1.0, @opentelemetry/context-async-hooks@^3.1.0 and ' +
  '@opentelemetry/exporter-trace-otlp-http@^0.301.0 with @opentelemetry/api@~1.10.0'

const EXPORTER = '@opentelemetry/exporter-trace-otlp-http'

/** Finds the OpenTelemetry SDK that belongs to the installed api: line 3 from api 1.10 on, line 2 below. */
export function findSdkPackage(from: string = HERE): InstalledPackage | undefined {
  const apiMinor = Number(findPackage('@opentelemetry/api', from)?.version.split('.')[1] ?? 9)
  const line = apiMinor >= 10 ? '3.' : '2.'
  const found = ['@opentelemetry/sdk-trace', '@opentelemetry/sdk-trace-node', '@opentelemetry/sdk-trace-base']
    .map((name) => findPackage(name, from))
    .filter((candidate) => candidate !== undefined)
  return found.find(({ version }) => version.startsWith(line)) ?? found[0]
}

/** Loads the installed OpenTelemetry SDK and throws, naming what to install, when there is none. */
export function loadOtelSdk(from: string = HERE): OtelSdk {
  const found = findSdkPackage(from)
  if (found === undefined) throw missing('@opentelemetry/sdk-trace-node or @opentelemetry/sdk-trace')
  const sdk = loadPackage(found)
  const resources = findPackage('@opentelemetry/resources', found.entry)
  const toResource = resources === undefined ? undefined : loadPackage(resources)['resourceFromAttributes']
  const Provider = sdk['TracerProvider'] ?? sdk['BasicTracerProvider']
  if (typeof toResource !== 'function' || typeof Provider !== 'function') throw unsupported(found)
  const create = (name: string, ...args: unknown[]): Sampler => {
    const Constructor = sdk[name]
    if (typeof Constructor !== 'function') throw unsupported(found)
    return Reflect.construct(Constructor, args) as Sampler
  }
  return {
    package: found,
    createProvider: (options) => Reflect.construct(Provider, [options]) as TracerProvider,
    createResource: (attributes) => Reflect.apply(toResource, undefined, [attributes]) as SpanResource,
    alwaysOn: () => create('AlwaysOnSampler'),
    alwaysOff: () => create('AlwaysOffSampler'),
    ratio: (ratio) => create('TraceIdRatioBasedSampler', ratio),
    parentBased: (root) => create('ParentBasedSampler', { root }),
  }
}

/** Loads the OTLP serializer that the installed OTLP exporter brings; what it renders is valid whatever spans hold. */
export function loadOtlpSerializer(
  protocol: 'http/json' | 'http/protobuf',
  from: string = HERE,
): OtlpSerializer {
  const exporter = findPackage(EXPORTER, from)
  const transformer = findPackage('@opentelemetry/otlp-transformer', exporter?.entry ?? from)
  if (transformer === undefined) throw missing(EXPORTER)
  const serializer =
    loadPackage(transformer)[protocol === 'http/json' ? 'JsonTraceSerializer' : 'ProtobufTraceSerializer']
  if (!isSerializer(serializer)) throw unsupported(transformer)
  return {
    serializeRequest: (spans) => serializer.serializeRequest(spans.map(validSpan)),
    deserializeResponse: (body) => serializer.deserializeResponse(body),
  }
}

/** Loads the context manager on AsyncLocalStorage that fits the installed SDK; `undefined` when it is not installed. */
export function loadContextManager(from: string = HERE): ContextManager | undefined {
  const sdk = findSdkPackage(from)
  const places = sdk === undefined ? [from] : [from, sdk.entry]
  const node = findPackage('@opentelemetry/sdk-trace-node', from)
  if (node !== undefined) places.push(node.entry)
  const found = places
    .map((place) => findPackage('@opentelemetry/context-async-hooks', place))
    .find((hit) => hit !== undefined)
  const Manager = found === undefined ? undefined : loadPackage(found)['AsyncLocalStorageContextManager']
  return typeof Manager === 'function' ? (Reflect.construct(Manager, []) as ContextManager) : undefined
}

/** Loads the W3C propagator (trace context and baggage) of the installed SDK. */
export function loadPropagator(from: string = HERE): TextMapPropagator | undefined {
  const core = findPackage('@opentelemetry/core', findSdkPackage(from)?.entry ?? from)
  const parts = core === undefined ? {} : loadPackage(core)
  const {
    CompositePropagator: Composite,
    W3CTraceContextPropagator: TraceContext,
    W3CBaggagePropagator: Baggage,
  } = parts
  if (typeof Composite !== 'function' || typeof TraceContext !== 'function' || typeof Baggage !== 'function')
    return undefined
  const propagators = [Reflect.construct(TraceContext, []), Reflect.construct(Baggage, [])]
  return Reflect.construct(Composite, [{ propagators }]) as TextMapPropagator
}

function isSerializer(value: unknown): value is OtlpSerializer {
  if (typeof value !== 'object' || value === null) return false
  return ['serializeRequest', 'deserializeResponse'].every(
    (name) => typeof Reflect.get(value, name) === 'function',
  )
}

function missing(what: string): AosError {
  return new AosError({
    code: 'missing_dependency',
    message: `@aos/trace needs ${what}, which is not installed`,
    why: 'the OpenTelemetry SDK is an optional peer, so that the application chooses its line',
    fix: INSTALL_HINT,
  })
}

function unsupported({ name, version }: InstalledPackage): AosError {
  return new AosError({
    code: 'unsupported_version',
    message: `@aos/trace cannot work with ${name} ${version}`,
    why: 'it lacks a part that the lines 2.12 and 3.1 have',
    fix: INSTALL_HINT,
  })
}
