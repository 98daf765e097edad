import { AosError } from '../errors.ts'
import { parseHookName, type HookName } from '../hooks/hook-names.ts'
import type { UnhandledHook } from '../hooks/registry.ts'
import type { AOSOptions } from './options.ts'

/** What a declarative configuration asks for, ready to be used: `new AOSInstrument(agent, config.options)`. */
export interface InstrumentConfig {
  readonly options: AOSOptions
  readonly enabled: boolean
  /** Hooks that the configuration wants handled; `describe().unhandled` of the instrument lists those nobody handles. */
  readonly hooks: readonly HookName[]
  /** Those among them (`{ hook, required: true }`) at which the instrument denies what no handler judges. */
  readonly requiredHooks: readonly HookName[]
  readonly trace?: { readonly format: string; readonly endpoint?: string | undefined } | undefined
  readonly inspect?: { readonly format: string; readonly dynamic: boolean } | undefined
  readonly capabilities: {
    readonly tools: readonly string[]
    readonly models: readonly string[]
    readonly protocols: readonly string[]
  }
}

/** Reads the `agent/create` message of the AOS landing page, or its params; throws `invalid_config` or `unknown_hook`. */
export function fromConfig(config: unknown): InstrumentConfig {
  const source = record(config, 'the configuration')
  const params = 'params' in source ? record(source['params'], 'params') : source
  const method = source['method']
  if (method !== undefined && method !== 'agent/create') throw invalid('method', '"agent/create"')
  const aos = optional(params['aos'], 'aos')
  const capabilities = optional(params['capabilities'], 'capabilities')
  return assemble({
    name: text(params['name'], 'name'),
    instrumentation: optional(aos['instrumentation'], 'aos.instrumentation'),
    trace: optional(aos['trace'], 'aos.trace'),
    inspect: optional(aos['inspect'], 'aos.inspect'),
    capabilities: {
      tools: names(capabilities['tools'], 'capabilities.tools'),
      models: names(capabilities['models'], 'capabilities.models'),
      protocols: names(capabilities['protocols'], 'capabilities.protocols'),
    },
  })
}

/** Reads an A2A agent manifest (`kind: Agent`) with its `spec.observability.aos`; throws `invalid_config` or `unknown_hook`. */
export function fromManifest(manifest: unknown): InstrumentConfig {
  const source = record(manifest, 'the manifest')
  if (source['kind'] !== 'Agent') throw invalid('kind', '"Agent"')
  const metadata = record(source['metadata'], 'metadata')
  const spec = record(source['spec'], 'spec')
  const aos = optional(optional(spec['observability'], 'spec.observability')['aos'], 'spec.observability.aos')
  const model = optional(spec['model'], 'spec.model')
  return assemble({
    name: text(metadata['name'], 'metadata.name'),
    provider: model['provider'] === undefined ? undefined : text(model['provider'], 'spec.model.provider'),
    instrumentation: optional(aos['instrumentation'], 'spec.observability.aos.instrumentation'),
    trace: optional(aos['trace'], 'spec.observability.aos.trace'),
    inspect: optional(aos['inspect'], 'spec.observability.aos.inspect'),
    capabilities: {
      tools: names(spec['capabilities'], 'spec.capabilities'),
      models: model['name'] === undefined ? [] : [text(model['name'], 'spec.model.name')],
      protocols: [],
    },
  })
}

type Fields = Readonly<Record<string, unknown>>

function assemble(found: {
  readonly name: string
  readonly provider?: string | undefined
  readonly instrumentation: Fields
  readonly trace: Fields
  readonly inspect: Fields
  readonly capabilities: InstrumentConfig['capabilities']
}): InstrumentConfig {
  const { name, provider, instrumentation, trace, inspect } = found
  const enabled = instrumentation['enabled'] ?? true
  if (typeof enabled !== 'boolean') throw invalid('instrumentation.enabled', 'true or false')
  const format = trace['format'] ?? trace['provider']
  const expected = expectedHooks(instrumentation['hooks'])
  const hooks = expected.map(({ hook }) => hook)
  const requiredHooks = expected.filter(({ required }) => required).map(({ hook }) => hook)
  return {
    options: {
      agent: provider === undefined ? { name } : { name, provider },
      ...(hooks.length === 0 ? {} : { expectedHooks: hooks }),
      ...(requiredHooks.length === 0 ? {} : { requiredHooks }),
    },
    enabled,
    hooks,
    requiredHooks,
    trace:
      format === undefined
        ? undefined
        : {
            format: traceFormat(format),
            endpoint: trace['endpoint'] === undefined ? undefined : url(trace['endpoint']),
          },
    inspect:
      inspect['format'] === undefined
        ? undefined
        : { format: text(inspect['format'], 'inspect.format'), dynamic: inspect['dynamic'] === true },
    capabilities: found.capabilities,
  }
}

function expectedHooks(value: unknown): readonly UnhandledHook[] {
  const where = 'instrumentation.hooks'
  if (value === undefined) return []
  if (!Array.isArray(value)) throw invalid(where, 'a list of hook names')
  return value.map((entry: unknown, index) => {
    if (typeof entry !== 'object') return { hook: parseHookName(entry), required: false }
    const { hook, required = false, ...others } = record(entry, `${where}[${index}]`)
    const [unknown] = Object.keys(others)
    if (unknown !== undefined)
      throw invalid(`${where}[${index}].${unknown}`, 'left out: only hook and required are known')
    if (typeof required !== 'boolean') throw invalid(`${where}[${index}].required`, 'true or false')
    return { hook: parseHookName(hook), required }
  })
}

function traceFormat(format: unknown): string {
  if (format !== 'opentelemetry') throw invalid('trace.format', '"opentelemetry"')
  return format
}

function url(value: unknown): string {
  const given = text(value, 'trace.endpoint')
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol))
    throw invalid('trace.endpoint', 'an http or https URL')
  return given
}

function record(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(where, 'an object')
  return value as Fields
}

function optional(value: unknown, where: string): Fields {
  return value === undefined ? {} : record(value, where)
}

function names(value: unknown, where: string): readonly string[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw invalid(where, 'a list of texts')
  return value.map((name, index) => text(name, `${where}[${index}]`))
}

function text(value: unknown, where: string): string {
  if (typeof value !== 'string' || value === '') throw invalid(where, 'a text that is not empty')
  return value
}

function invalid(where: string, expected: string): AosError {
  return new AosError({
    code: 'invalid_config',
    message: `${where} must be ${expected}`,
    why: 'A configuration that is only half understood would guard less than it says.',
    fix: `Correct ${where}.`,
  })
}
