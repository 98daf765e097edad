import type { EvalResult } from '@agent-run/types'
import type {
  ArtifactRef,
  Claim,
  EvidenceEvent,
  EvidencePack,
  RedactionRecord,
  ReplayCase,
  ReviewVerdict,
  SourceRef,
  SupportEdge,
  VerificationResult,
} from '../../generated/agent-evidence-types.ts'
import type { Evidence } from '../assemble/evidence.ts'
import { isoTime } from '../../steps/iso-time.ts'
import { evidenceId } from '../assemble/evidence-id.ts'
import { toFactEvent } from '../events/to-evidence-events.ts'
import { assertFact } from './assert-fact.ts'
import { toVerification } from './to-verification.ts'
import { PackParts, type PackFact, type FactKinds } from './pack-parts.ts'
import { withFacts } from './with-facts.ts'

type WithoutId<T, Id extends keyof T> = Omit<T, Id> & { readonly [Key in Id]?: T[Key] }

/** What a {@link EvidenceBuilder} works with. */
export interface EvidenceBuilderOptions {
  /** Milliseconds since the epoch. */
  readonly clock?: (() => number) | undefined
}

/**
 * Adds facts to the evidence of a run: nothing that is there is changed or replaced. Each method gives the id of what it
 * added; without an id of its own a fact gets one that says it was added. Each throws `invalid_evidence` for a fact that
 * Agent Evidence does not know in that form or that names what is not there, and `evidence_conflict` for an id that is taken.
 */
export class EvidenceBuilder {
  readonly #base: () => Evidence
  readonly #clock: () => number
  readonly #facts: PackFact[] = []
  readonly #listeners = new Set<(event: EvidenceEvent) => void>()
  #known: { readonly base: Evidence; readonly parts: PackParts } | undefined
  #latest = 0
  #built: { readonly base: Evidence; readonly count: number; readonly evidence: Evidence } | undefined

  constructor(base: Evidence | EvidencePack | (() => Evidence), options: EvidenceBuilderOptions = {}) {
    const known = typeof base === 'function' ? undefined : 'pack' in base ? base : evidenceOf(base)
    this.#base = typeof base === 'function' ? base : () => known as Evidence
    this.#clock = options.clock ?? Date.now
  }

  /** The evidence with all that was added. */
  evidence(): Evidence {
    const base = this.#base()
    if (this.#built?.base !== base || this.#built.count !== this.#facts.length) {
      const evidence = withFacts(base, this.#facts, isoTime(this.#latest))
      this.#built = { base, count: this.#facts.length, evidence }
    }
    return this.#built.evidence
  }

  pack(): EvidencePack {
    return this.evidence().pack
  }

  /** A statement that something may speak for or against; without a `status` it is `unverified` until something does. */
  addClaim(claim: WithoutId<Claim, 'claim_id' | 'status'>): string {
    const claim_id = claim.claim_id ?? this.#newId('claim')
    return this.#add({ kind: 'claim', value: { status: 'unverified', ...claim, claim_id } }, claim_id)
  }

  addSource(source: WithoutId<SourceRef, 'source_id'>): string {
    const source_id = source.source_id ?? this.#newId('source')
    return this.#add({ kind: 'source', value: { ...source, source_id } }, source_id)
  }

  /** Says that a source, check, review, artifact or node speaks for or against a claim, whose status follows from it. */
  addSupport(edge: WithoutId<SupportEdge, 'edge_id'>): string {
    const edge_id = edge.edge_id ?? this.#newId('support')
    return this.#add({ kind: 'support', value: { ...edge, edge_id } }, edge_id)
  }

  /** The result of a check. It is no review, whatever it says. */
  addVerification(result: WithoutId<VerificationResult, 'verification_id'>): string {
    const verification_id = result.verification_id ?? this.#newId('verification')
    const checked_at = result.checked_at ?? isoTime(this.#clock())
    return this.#add(
      { kind: 'verification', value: { ...result, checked_at, verification_id } },
      verification_id,
    )
  }

  /** What an evaluation of the run came to, as a check; its words are redacted, and neither output is told. */
  addEvaluation(result: EvalResult): string {
    return this.addVerification(toVerification(result, this.pack().scope))
  }

  /** What a person or a policy says of the run; it names the checks it has looked at. */
  addReview(verdict: WithoutId<ReviewVerdict, 'review_id'>): string {
    const review_id = verdict.review_id ?? this.#newId('review')
    const reviewed_at = verdict.reviewed_at ?? isoTime(this.#clock())
    return this.#add({ kind: 'review', value: { ...verdict, reviewed_at, review_id } }, review_id)
  }

  /** What the run has produced, by reference: its bytes stay where they are. */
  addArtifact(artifact: ArtifactRef): string {
    return this.#add({ kind: 'artifact', value: artifact }, artifact.artifact_id)
  }

  addReplayCase(replay: ReplayCase): string {
    return this.#add({ kind: 'replay', value: replay }, replay.replay_id)
  }

  addRedaction(redaction: WithoutId<RedactionRecord, 'redaction_id'>): string {
    const redaction_id = redaction.redaction_id ?? this.#newId('redaction')
    const applied_at = redaction.applied_at ?? isoTime(this.#clock())
    return this.#add({ kind: 'redaction', value: { ...redaction, applied_at, redaction_id } }, redaction_id)
  }

  /** Calls back with an event for each fact that is added; gives a function that stops it. */
  on(listener: (event: EvidenceEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #add(fact: PackFact, id: string): string {
    const parts = this.#knownParts()
    assertFact(fact, parts)
    const isKnown = parts.get(fact.kind, id) !== undefined
    parts.stateFact(fact)
    if (isKnown) return id
    this.#facts.push(fact)
    this.#latest = Math.max(this.#latest, this.#clock())
    if (this.#listeners.size === 0) return id
    const event = toFactEvent(this.pack(), fact)
    for (const listener of this.#listeners) listener(event)
    return id
  }

  #knownParts(): PackParts {
    const base = this.#base()
    if (this.#known?.base === base) return this.#known.parts
    const parts = PackParts.of(base.pack, base.sourceMap.omissions)
    for (const fact of this.#facts) parts.stateFact(fact)
    this.#known = { base, parts }
    return parts
  }

  // a pack that was exported and is opened again has facts that were added before
  #newId(kind: keyof typeof PREFIXES): string {
    const parts = this.#knownParts()
    for (let number = 1; ; number++) {
      const id = `${PREFIXES[kind]}:added:${number}`
      if (parts.get(kind, id) === undefined) return id
    }
  }
}

const PREFIXES = {
  claim: 'claim',
  source: 'src',
  support: 'edge',
  verification: 'check',
  review: 'review',
  redaction: 'red',
} as const satisfies Partial<Record<keyof FactKinds, string>>

function evidenceOf(pack: EvidencePack): Evidence {
  const { evidence_pack_id, schema_version, sources = [], created_at, updated_at } = pack
  const source_map_id = pack.source_map_ref ?? evidenceId(`srcmap:${evidence_pack_id.replace(/^evp:/, '')}`)
  return {
    pack,
    sourceMap: { source_map_id, evidence_pack_id, schema_version, sources, created_at, updated_at },
  }
}
