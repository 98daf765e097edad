import type { Claim, EvidencePack, SourceRef } from '../../generated/agent-evidence-types.ts'
import type { Evidence } from '../assemble/evidence.ts'
import { isoTime } from '../../steps/iso-time.ts'
import { derivePackStatus } from '../status/derive-pack-status.ts'
import { packFacts } from '../status/pack-facts.ts'
import { viewOfPack } from '../validate/pack-view.ts'
import { maskTexts, patternsOf, type Masking } from './mask-texts.ts'
import { assertRedactOptions, unknownId, type RedactOptions } from './redact-options.ts'
import { hiddenIn, withEffects } from './redaction-effects.ts'
import { RedactionLog } from './redaction-log.ts'
import { withholdClaim, withholdSnippet, withholdSource } from './withhold.ts'

/**
 * Gives a pack without what is named: ids, edges and shape stay, redaction records say what is hidden and why, and the
 * completeness no longer claims what cannot be looked at (Agent Evidence, Validation). Pure, and the same again when
 * it is done twice; throws `invalid_options` for an id that the pack does not have.
 */
export function redactPack(pack: EvidencePack, options: RedactOptions): EvidencePack {
  return redactDocuments({ pack }, options).pack
}

/** Does to the pack of a run and to the maps that go with it what {@link redactPack} does to a pack. */
export function redactEvidence(evidence: Evidence, options: RedactOptions): Evidence {
  return { ...evidence, ...redactDocuments(evidence, options) }
}

type Documents = Pick<Evidence, 'pack'> & Partial<Evidence>

function redactDocuments<T extends Documents>(documents: T, options: RedactOptions): T {
  assertRedactOptions(options)
  const { pack, sourceMap, claimMap } = documents
  const known = {
    claims: idsOf([...(pack.claims ?? []), ...(claimMap?.claims ?? [])], ({ claim_id: id }) => id),
    sources: idsOf([...(pack.sources ?? []), ...(sourceMap?.sources ?? [])], ({ source_id: id }) => id),
  }
  const log = new RedactionLog(options, pack.redactions ?? [])
  const { ids } = viewOfPack(pack, {})
  const masking: Masking = { patterns: patternsOf(options.texts ?? []), log, ids: ids.all, kept: new Set() }
  const change = changesOf(options, known, log)
  const id = pack.evidence_pack_id
  const changed = {
    pack: maskTexts(masking, withFacts(pack, change), id),
    ...(sourceMap === undefined ? {} : { sourceMap: maskTexts(masking, withFacts(sourceMap, change), id) }),
    ...(claimMap === undefined ? {} : { claimMap: maskTexts(masking, withFacts(claimMap, change), id) }),
  }
  if (!log.isTouched && masking.kept.size === 0) return documents
  const records = [...(pack.redactions ?? []), ...log.added]
  const effects = { ...options, keptIds: masking.kept.size }
  const redacted = withEffects(changed.pack, hiddenIn(records, known), effects)
  const updated_at = laterOf(pack.updated_at, isoTime(options.at))
  const facts = packFacts(redacted, { redacted: true, invalid: pack.status === 'invalid' })
  return {
    ...documents,
    ...changed,
    pack: { ...redacted, updated_at, status: derivePackStatus(facts) },
  }
}

interface Changes {
  readonly claim: (claim: Claim) => Claim
  readonly source: (source: SourceRef) => SourceRef
}

function changesOf(
  { claims, sources, snippets }: RedactOptions,
  known: { readonly claims: ReadonlySet<string>; readonly sources: ReadonlySet<string> },
  log: RedactionLog,
): Changes {
  const named = {
    claims: chosen(claims, 'claim', known.claims),
    sources: chosen(sources, 'source', known.sources),
    snippets: chosen(snippets, 'source', known.sources),
  }
  return {
    claim: (claim) => (named.claims.has(claim.claim_id) ? withholdClaim(claim, log) : claim),
    source: (source) => {
      if (named.sources.has(source.source_id)) return withholdSource(source, log)
      return named.snippets.has(source.source_id) ? withholdSnippet(source, log) : source
    },
  }
}

function chosen(
  named: 'all' | readonly string[] | undefined,
  kind: 'claim' | 'source',
  known: ReadonlySet<string>,
): ReadonlySet<string> {
  if (named === 'all') return known
  for (const id of named ?? []) if (!known.has(id)) throw unknownId(kind, id)
  return new Set(named)
}

interface FactLists {
  readonly claims?: Claim[]
  readonly sources?: SourceRef[]
}

function withFacts<T extends FactLists>(document: T, change: Changes): T {
  const { claims, sources } = document
  return {
    ...document,
    ...(claims === undefined ? {} : { claims: claims.map(change.claim) }),
    ...(sources === undefined ? {} : { sources: sources.map(change.source) }),
  }
}

function idsOf<T>(facts: readonly T[], idOf: (fact: T) => string): ReadonlySet<string> {
  return new Set(facts.map(idOf))
}

function laterOf(left: string, right: string): string {
  return Date.parse(right) > Date.parse(left) ? right : left
}
