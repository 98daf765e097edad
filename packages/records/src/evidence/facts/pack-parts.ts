import { AosError } from '@aos/sdk'
import type {
  ArtifactRef,
  Claim,
  EvidencePack,
  ProvenanceEdge,
  ProvenanceNode,
  RedactionRecord,
  ReplayCase,
  ReviewVerdict,
  SourceOmission,
  SourceRef,
  SupportEdge,
  TelemetryRef,
  VerificationResult,
} from '../../generated/agent-evidence-types.ts'

/** Every fact of a pack, by its kind; each is found by its id. */
export interface FactKinds {
  readonly claim: Claim
  readonly source: SourceRef
  readonly omission: SourceOmission
  readonly support: SupportEdge
  readonly node: ProvenanceNode
  readonly link: ProvenanceEdge
  readonly verification: VerificationResult
  readonly review: ReviewVerdict
  readonly redaction: RedactionRecord
  readonly replay: ReplayCase
  readonly artifact: ArtifactRef
  readonly telemetry: TelemetryRef
}

/** One fact, with what kind it is. */
export type PackFact = {
  readonly [Kind in keyof FactKinds]: { readonly kind: Kind; readonly value: FactKinds[Kind] }
}[keyof FactKinds]

const IDS: { readonly [Kind in keyof FactKinds]: (value: FactKinds[Kind]) => string } = {
  claim: ({ claim_id: id }) => id,
  source: ({ source_id: id }) => id,
  omission: ({ source_id: id }) => id,
  support: ({ edge_id: id }) => id,
  node: ({ node_id: id }) => id,
  link: ({ edge_id: id }) => id,
  verification: ({ verification_id: id }) => id,
  review: ({ review_id: id }) => id,
  redaction: ({ redaction_id: id }) => id,
  replay: ({ replay_id: id }) => id,
  artifact: ({ artifact_id: id }) => id,
  telemetry: (ref) => JSON.stringify([ref.trace_id, ref.span_id, ref.event_id, ref.tool_call_id]),
}

type Kept = { readonly [Kind in keyof FactKinds]: Map<string, FactKinds[Kind]> }

/** The facts of one pack while it is put together; none replaces another. */
export class PackParts {
  readonly #kept: Kept = {
    claim: new Map(),
    source: new Map(),
    omission: new Map(),
    support: new Map(),
    node: new Map(),
    link: new Map(),
    verification: new Map(),
    review: new Map(),
    redaction: new Map(),
    replay: new Map(),
    artifact: new Map(),
    telemetry: new Map(),
  }
  readonly #counts = new Map<string, number>()

  /** The parts of a pack that exists. */
  static of(pack: EvidencePack, omissions: readonly SourceOmission[] = []): PackParts {
    const parts = new PackParts()
    const lists: { readonly [Kind in keyof FactKinds]: readonly FactKinds[Kind][] | undefined } = {
      claim: pack.claims,
      source: pack.sources,
      omission: omissions,
      support: pack.support_edges,
      node: pack.provenance?.nodes,
      link: pack.provenance?.edges,
      verification: pack.verification_results,
      review: pack.reviews,
      redaction: pack.redactions,
      replay: pack.replay_cases,
      artifact: pack.artifact_refs,
      telemetry: pack.telemetry,
    }
    for (const kind of Object.keys(lists) as (keyof FactKinds)[]) parts.#putAll(kind, lists[kind] ?? [])
    return parts
  }

  #putAll<Kind extends keyof FactKinds>(kind: Kind, values: readonly FactKinds[Kind][]): void {
    for (const value of values) this.put(kind, value)
  }

  /** Adds a fact; one that is there already stays as it is. */
  put<Kind extends keyof FactKinds>(kind: Kind, value: FactKinds[Kind]): void {
    const kept: Map<string, FactKinds[Kind]> = this.#kept[kind]
    const id = IDS[kind](value)
    if (!kept.has(id)) kept.set(id, value)
  }

  /** Adds a fact that somebody states; throws `evidence_conflict` where another one has its id. */
  state<Kind extends keyof FactKinds>(kind: Kind, value: FactKinds[Kind]): void {
    const known = this.get(kind, IDS[kind](value))
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(value)) throw conflict(kind, value)
    this.put(kind, value)
  }

  /** The same for a fact with its kind. */
  stateFact({ kind, value }: PackFact): void {
    this.state(kind, value)
  }

  get<Kind extends keyof FactKinds>(kind: Kind, id: string): FactKinds[Kind] | undefined {
    const kept: Map<string, FactKinds[Kind]> = this.#kept[kind]
    return kept.get(id)
  }

  all<Kind extends keyof FactKinds>(kind: Kind): FactKinds[Kind][] {
    const kept: Map<string, FactKinds[Kind]> = this.#kept[kind]
    return [...kept.values()]
  }

  /** Adds an edge of the provenance graph, numbered within what it belongs to. */
  link(owner: string, edge: Omit<ProvenanceEdge, 'edge_id'>): void {
    this.put('link', { edge_id: this.#next(`prov:${owner}`), ...edge })
  }

  /** Adds an edge between a claim and what speaks for or against it, numbered within what it belongs to. */
  support(owner: string, edge: Omit<SupportEdge, 'edge_id'>): void {
    this.put('support', { edge_id: this.#next(`edge:${owner}`), ...edge })
  }

  #next(prefix: string): string {
    const count = (this.#counts.get(prefix) ?? 0) + 1
    this.#counts.set(prefix, count)
    return `${prefix}:${count}`
  }
}

function conflict<Kind extends keyof FactKinds>(kind: Kind, value: FactKinds[Kind]): AosError {
  return new AosError({
    code: 'evidence_conflict',
    message: `The evidence pack has another ${kind} with the id ${IDS[kind](value)}`,
    why: 'no fact of a pack replaces another',
    fix: 'Add it under an id of its own; a correction is a new fact beside the old one.',
  })
}
