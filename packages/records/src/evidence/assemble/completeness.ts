import type { StepRecord } from '@aos/sdk'
import type {
  Claim,
  Completeness,
  CompletenessEntry,
  CompletenessStatus,
  MissingFact,
  ReplayCase,
} from '../../generated/agent-evidence-types.ts'
import type { RecordedRun } from '../../steps/collect-run.ts'
import type { PackParts } from '../facts/pack-parts.ts'
import { isUndecided } from './step-decisions.ts'

const OWNER = 'aos-sdk'

/** What is complete in a pack and what is missing, by category; what is missing is never taken for a success. */
export function completenessOf(
  recorded: RecordedRun,
  parts: PackParts,
  claims: readonly Claim[],
): Completeness {
  return {
    runtime: runtimeOf(recorded),
    telemetry: telemetryOf(recorded),
    sources: sourcesOf(recorded, parts),
    claims: claimsCompleteness(claims),
    artifacts: { status: 'not_applicable' },
    verification: verificationOf(recorded, parts),
    privacy: privacyOf(parts),
    replay: replayCompleteness([]),
  }
}

function entry(
  missing: readonly MissingFact[],
  otherwise: CompletenessStatus = 'complete',
): CompletenessEntry {
  return missing.length === 0 ? { status: otherwise } : { status: 'partial', missing_facts: [...missing] }
}

function fact(reason: MissingFact['reason'], what: string, details?: string): MissingFact {
  return { reason, fact: what, owner: OWNER, ...(details === undefined ? {} : { details }) }
}

function runtimeOf({ missing, end, steps }: RecordedRun): CompletenessEntry {
  const facts: MissingFact[] = []
  if (missing > 0) facts.push(fact('unavailable', 'events', `${missing} events of the run were not received`))
  if (end === undefined) facts.push(fact('unknown', 'end of the run', 'the run was not seen to end'))
  const open = steps.filter(({ status }) => status === undefined)
  if (open.length > 0)
    facts.push(fact('unknown', 'end of steps', `${open.length} steps were not seen to end`))
  return entry(facts)
}

function telemetryOf({ run, steps }: RecordedRun): CompletenessEntry {
  const without = steps.filter(({ trace }) => trace === undefined)
  if (run.trace === undefined && without.length === steps.length)
    return {
      status: 'not_collected',
      missing_facts: [fact('not_collected', 'spans', 'no tracer was set up for the agent')],
    }
  const lost = run.trace === undefined ? without : without.filter(ownsSpan)
  return entry(
    lost.length === 0
      ? []
      : [fact('not_collected', 'spans', `${lost.length} steps have no span of their own`)],
  )
}

// messages and triggers are told on the span of the run; what was never begun has none
function ownsSpan({ kind, status }: StepRecord): boolean {
  return kind !== 'message' && kind !== 'agentTrigger' && status !== 'not_executed'
}

function sourcesOf({ steps }: RecordedRun, parts: PackParts): CompletenessEntry {
  const facts: MissingFact[] = []
  for (const { id, retrieved } of steps) {
    const more = (retrieved?.total ?? 0) - (retrieved?.documents.length ?? 0)
    if (more > 0)
      facts.push(fact('not_collected', 'documents', `${more} documents of step ${id} are not listed`))
  }
  return entry(facts, parts.all('source').length === 0 ? 'not_applicable' : 'complete')
}

/** Whether every claim was looked at. */
export function claimsCompleteness(claims: readonly Claim[]): CompletenessEntry {
  if (claims.length === 0) return { status: 'not_applicable' }
  const open = claims.filter(({ status }) => status === 'unverified')
  return entry(
    open.map(({ claim_id }) =>
      fact('not_collected', `support of ${claim_id}`, 'nobody has checked this claim'),
    ),
  )
}

function verificationOf({ steps }: RecordedRun, parts: PackParts): CompletenessEntry {
  if (parts.all('verification').length === 0)
    return {
      status: 'not_collected',
      missing_facts: [fact('not_collected', 'decisions', 'nobody was set up to judge the agent')],
    }
  const undecided = steps.flatMap(({ decisions }) => decisions.filter(isUndecided))
  return entry(
    undecided.map(({ decisionId, by, reasonCodes, failOpen }) =>
      fact(
        'unavailable',
        `decision ${decisionId}`,
        `${by ?? 'whoever was asked'} did not decide (${reasonCodes.join(', ')})${failOpen === undefined ? '' : '; it went on'}`,
      ),
    ),
  )
}

function privacyOf(parts: PackParts): CompletenessEntry {
  const dropped = parts.all('redaction').filter(({ reason }) => reason === 'safety')
  return entry(
    dropped.map(({ target_ref }) =>
      fact('unavailable', target_ref, 'content was dropped since it could not be redacted'),
    ),
  )
}

/** Whether the run can be replayed: what its replay cases say is missing. */
export function replayCompleteness(cases: readonly ReplayCase[]): CompletenessEntry {
  if (cases.length === 0)
    return {
      status: 'not_collected',
      missing_facts: [fact('not_collected', 'decision journal', 'the run was not journalled')],
    }
  const lacking = cases.flatMap(({ missing_facts: missing }) => missing ?? [])
  return entry(lacking.filter(({ reason }) => reason !== 'not_applicable'))
}
