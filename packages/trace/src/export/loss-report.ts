import { diag } from '@opentelemetry/api'

/** Tells of a loss or fault through OpenTelemetry's `diag`, each reason once. */
export type LossReport = (reason: string) => void

/** Creates a reporter that says each reason once; a diag logger that throws is ignored. */
export function createLossReport(what = 'trace'): LossReport {
  const said = new Set<string>()
  return (reason) => {
    if (said.has(reason)) return
    said.add(reason)
    try {
      diag.warn(`aos ${what}: ${reason}; the counts are in stats()`)
    } catch {
      said.add('the diag logger threw')
    }
  }
}
