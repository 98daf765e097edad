import { processState } from '../process-state.ts'
import { outgoingLinks } from '../propagation/index.ts'
import type { Run } from '../run/run.ts'
import { Step } from '../run/step.ts'
import { memberOf, type Frame } from './frames.ts'

const MAX_BAGGAGE = 8192

/** A request or notification that carries in its `_meta` which trace and which run this code stands in. */
export function withLinks(frame: Frame, run: Run): Frame {
  const { step } = processState.ambient.getStore() ?? {}
  const links = outgoingLinks(run, step instanceof Step && step.run === run ? step : undefined)
  if (Object.keys(links).length === 0) return frame
  const params: object = objectOf(frame.params)
  const meta = objectOf(memberOf(params, '_meta'))
  return { ...frame, params: { ...params, _meta: { ...meta, ...links, ...baggageOf(meta, links) } } }
}

function objectOf(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}

// what others have put there goes on as well
function baggageOf(meta: object, links: Readonly<Record<string, string>>): { readonly baggage?: string } {
  const own = links['baggage']
  const theirs = memberOf(meta, 'baggage')
  if (own === undefined || typeof theirs !== 'string' || theirs === '') return {}
  const both = `${own},${theirs}`
  return both.length > MAX_BAGGAGE ? {} : { baggage: both }
}
