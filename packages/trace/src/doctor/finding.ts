/** What the doctor can find. */
export type FindingCode =
  | 'telemetry_disabled'
  | 'environment_ignored'
  | 'sdk_missing'
  | 'sdk_api_mismatch'
  | 'api_duplicated'
  | 'api_global_mismatch'
  | 'no_context_manager'
  | 'no_global_provider'
  | 'no_exporter'
  | 'not_sampled'
  | 'endpoint_unreachable'
  | 'endpoint_refused'

/** One thing that loses spans, or may. */
export interface Finding {
  readonly code: FindingCode
  /** `error` when spans are lost, `warning` when some may be, `info` when all is as it was asked for. */
  readonly severity: 'error' | 'warning' | 'info'
  readonly message: string
  readonly fix: string
}
