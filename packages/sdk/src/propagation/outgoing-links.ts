import { childLineage } from '@agent-run/types/seal'
import { trace } from '@opentelemetry/api'
import { lineageOf } from '../agent-run/build-agent-run.ts'
import type { Run } from '../run/run.ts'
import type { Step } from '../run/step.ts'
import { safely } from '../spans/span-port.ts'
import { LINEAGE, MAX_LINEAGE, RUN_ID } from './remote-caller.ts'

const NO_LINKS: Readonly<Record<string, string>> = Object.freeze({})

/**
 * What a message carries so that whoever serves it continues this trace and this lineage: `traceparent` and
 * `tracestate` (W3C Trace Context) of the step, and `baggage` (W3C Baggage) that names the run.
 */
export function outgoingLinks(run: Run, step?: Step): Readonly<Record<string, string>> {
  if (!run.observed) return NO_LINKS
  return { ...traceLinks(run, step), baggage: lineageLink(run) }
}

function traceLinks(run: Run, step: Step | undefined): Readonly<Record<string, string>> {
  const span = safely(() => trace.getSpan(step?.context ?? run.context)?.spanContext(), undefined)
  if (span === undefined || !trace.isSpanContextValid(span)) return NO_LINKS
  const flags = (span.traceFlags & 0xff).toString(16).padStart(2, '0')
  const state = span.traceState?.serialize()
  return {
    traceparent: `00-${span.traceId}-${span.spanId}-${flags}`,
    ...(state === undefined || state === '' ? {} : { tracestate: state }),
  }
}

// what it is made of is known from the start of the run
const LINEAGES = new WeakMap<Run, string>()

function lineageLink(run: Run): string {
  const known = LINEAGES.get(run)
  if (known !== undefined) return known
  const made = makeLineageLink(run)
  LINEAGES.set(run, made)
  return made
}

function makeLineageLink(run: Run): string {
  const { lineage } = childLineage(lineageOf(run))
  const id = `${RUN_ID}=${encodeURIComponent(run.id)}`
  return lineage.length > MAX_LINEAGE ? id : `${id},${LINEAGE}=${lineage.join('.')}`
}
