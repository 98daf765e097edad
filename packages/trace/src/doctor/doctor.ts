import { resolveConfig } from '../config/resolve-config.ts'
import type { OtlpTarget } from '../config/tracer-options.ts'
import type { Sampler } from '../otel/span-types.ts'
import { checkApiCopies } from './api-copies.ts'
import type { Finding } from './finding.ts'
import { probeEndpoint } from './probe-endpoint.ts'
import { checkContextManager, checkGlobalProvider, checkSampler, checkSdk } from './provider-checks.ts'

/** What `doctor` takes. */
export interface DoctorOptions {
  /** Also posts an empty request to the endpoint, off by default. */
  readonly probe?: boolean
  /** Time the probe may take, 3 s by default. */
  readonly timeoutMs?: number
}

/** What the doctor found; `ok` when nothing of it is an error. */
export interface DoctorReport {
  readonly ok: boolean
  readonly findings: readonly Finding[]
}

/** What a provider of ours tells the doctor about itself. */
export interface OwnTelemetry {
  readonly disabled: boolean
  readonly target: OtlpTarget | undefined
  readonly sampler: Sampler | undefined
  readonly ignored: readonly string[]
  /** Whether its spans go anywhere. */
  readonly exports: boolean
}

/** Looks for what makes spans disappear silently in an application that brings its own OpenTelemetry set-up. */
export function doctor(options: DoctorOptions = {}): Promise<DoctorReport> {
  return runDoctor(options)
}

/** Looks for what makes spans disappear silently, with or without a provider of ours. */
export async function runDoctor(
  options: DoctorOptions & { readonly own?: OwnTelemetry },
): Promise<DoctorReport> {
  const { own, probe = false, timeoutMs = 3_000 } = options
  const config = own === undefined ? resolveConfig({}) : undefined
  const target = own === undefined ? config?.otlp : own.target
  const disabled = own?.disabled ?? config?.disabled ?? false
  const findings: readonly Finding[] = [
    ...checkEnvironment(disabled, own?.ignored ?? config?.ignored ?? []),
    ...checkSdk(),
    ...checkApiCopies(),
    ...(disabled ? [] : checkContextManager()),
    ...checkGlobalProvider(own === undefined),
    ...(own === undefined || disabled ? [] : checkOwn(own)),
    ...(probe && target !== undefined ? await probeEndpoint(target, timeoutMs) : []),
  ]
  return { ok: findings.every(({ severity }) => severity !== 'error'), findings }
}

function checkOwn({ exports, sampler }: OwnTelemetry): readonly Finding[] {
  const nowhere: Finding = {
    code: 'no_exporter',
    severity: 'error',
    message: 'this tracer exports nowhere, because OTEL_TRACES_EXPORTER is none',
    fix: 'pass an endpoint, or unset OTEL_TRACES_EXPORTER',
  }
  return [...(exports ? [] : [nowhere]), ...checkSampler(sampler, 'this tracer')]
}

function checkEnvironment(disabled: boolean, ignored: readonly string[]): readonly Finding[] {
  const off: Finding = {
    code: 'telemetry_disabled',
    severity: 'warning',
    message: 'OTEL_SDK_DISABLED is set: no span is made; guards go on working',
    fix: 'unset OTEL_SDK_DISABLED to see spans again',
  }
  const unused = ignored.map((reason): Finding => ({
    code: 'environment_ignored',
    severity: 'warning',
    message: `an environment variable is ignored: ${reason}`,
    fix: 'correct it or unset it',
  }))
  return [...(disabled ? [off] : []), ...unused]
}
