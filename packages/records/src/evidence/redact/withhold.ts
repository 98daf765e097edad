import type { Claim, SourceRef } from '../../generated/agent-evidence-types.ts'
import type { RedactionLog } from './redaction-log.ts'

/** A claim without its words: id, kind, status and edges stay. */
export function withholdClaim(claim: Claim, log: RedactionLog): Claim {
  const { claim_id, claim_type, text, range_ref, status, confidence, risk, owner_ref, support_edges } = claim
  const withheld = log.placeholder('withheld')
  if (text === undefined || /^\[withheld: [a-z_]+\]$/.test(text)) return claim
  log.add(`${claim_id}#/text`, 'withhold')
  return {
    claim_id,
    ...present({ claim_type }),
    text: withheld,
    ...present({ range_ref }),
    status,
    ...(typeof confidence === 'number' ? { confidence } : {}),
    ...present({ risk, owner_ref, support_edges }),
  }
}

/** A source without its words: where they are stays. */
export function withholdSnippet(source: SourceRef, log: RedactionLog): SourceRef {
  const { snippet, selector, ...rest } = source
  const { exact, prefix, suffix, ...place } = selector ?? {}
  const quoted = Object.values({ exact, prefix, suffix }).some((words) => words !== undefined)
  if (snippet === undefined && !quoted) return source
  if (snippet !== undefined) log.add(`${source.source_id}#/snippet`, 'withhold')
  if (quoted) log.add(`${source.source_id}#/selector`, 'withhold')
  return { ...rest, ...(Object.keys(place).length === 0 ? {} : { selector: place }) }
}

/** A source of which only stays what it is, how much it is to be trusted, and how old it is. */
export function withholdSource(source: SourceRef, log: RedactionLog): SourceRef {
  const { source_id, source_kind, trust, freshness, ...told } = source
  if (Object.keys(told).length === 0) return source
  for (const member of Object.keys(told)) log.add(`${source_id}#/${pointerPart(member)}`, 'withhold')
  return { source_id, source_kind, ...present({ freshness, trust }) }
}

/** A name as a part of a JSON Pointer (RFC 6901). */
export function pointerPart(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

type Present<T> = { [Name in keyof T]?: NonNullable<T[Name]> }

function present<T extends object>(members: T): Present<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T>
}
