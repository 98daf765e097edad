import type { StepRecord } from '@aos/sdk'
import type { Claim } from '../../generated/agent-evidence-types.ts'
import { nameOf, recordSources, traceSource, type Assembling } from './assembling.ts'
import { isoTime } from '../../steps/iso-time.ts'
import { idOf, urnOf } from './evidence-id.ts'
import { resultSourceId } from './step-sources.ts'

/** What can be said of a step beside what was decided on it: which model answered, what failed, what was answered. */
export function stepClaims(assembling: Assembling, step: StepRecord): void {
  if (step.kind === 'modelCall' && step.model !== undefined && step.status === 'ok')
    modelClaim(assembling, step, step.model)
  if (step.kind === 'toolCall' && step.status === 'error') failureClaim(assembling, step)
  if (step.kind === 'message' && step.name === 'agent' && step.status === 'ok') answerClaim(assembling, step)
  recordSources(assembling, step)
}

function modelClaim(assembling: Assembling, step: StepRecord, model: NonNullable<StepRecord['model']>): void {
  const { requested, actual, provider } = model
  const claim_id = idOf('claim', 'model', provider ?? '', requested, actual ?? '')
  // one claim for all calls that went the same way
  if (assembling.parts.get('claim', claim_id) !== undefined) return
  const of = provider === undefined ? '' : ` of ${provider}`
  const told =
    actual === undefined || actual === requested
      ? `Model ${requested}${of} was called, as the agent asked.`
      : `Model ${actual}${of} answered where the agent asked for ${requested}.`
  supported(assembling, step, { claim_id, claim_type: 'decision', text: told })
}

function failureClaim(assembling: Assembling, step: StepRecord): void {
  const text = `The ${nameOf(step)} in step ${step.id} failed with ${step.error?.type ?? 'an error'}.`
  const claim_id = idOf('claim', 'failure', step.id)
  supported(assembling, step, { claim_id, claim_type: 'fact', text })
  const source_id = resultSourceId(step)
  assembling.parts.support(step.id, { claim_id, source_id, relationship: 'supports' })
}

// nobody has checked what an agent says, until somebody adds what supports it
function answerClaim({ parts }: Assembling, step: StepRecord): void {
  const claim_id = idOf('claim', 'answer', step.id)
  const provenance_node_id = idOf('entity', 'answer', step.id)
  parts.support(step.id, { claim_id, provenance_node_id, relationship: 'generated_from' })
  const { input } = step.content
  parts.put('claim', {
    claim_id,
    claim_type: 'generated_field',
    ...(input === undefined || input === '' ? {} : { text: input }),
    range_ref: urnOf('answer', step.id),
    status: 'unverified',
  })
}

type Saying = Pick<Claim, 'claim_id' | 'claim_type'> & { readonly text: string }

function supported(assembling: Assembling, step: StepRecord, saying: Saying): void {
  const { parts } = assembling
  const source_id = traceSource(assembling, step) ?? stepSource(assembling, step)
  parts.support(step.id, { claim_id: saying.claim_id, source_id, relationship: 'supports' })
  parts.put('claim', { ...saying, status: 'supported' })
}

// the record of a step that has no span
function stepSource({ parts }: Assembling, step: StepRecord): string {
  const source_id = idOf('src', 'step', step.id)
  parts.put('source', {
    source_id,
    source_kind: 'trace',
    ref: urnOf('step', step.id),
    retrieval: { retrieved_at: isoTime(step.endedAt ?? step.startedAt) },
  })
  return source_id
}
