import type { AgentRun } from '@agent-run/types'
import { present, type Fact } from './bom-facts.ts'
import {
  idOf,
  readable,
  toCheck,
  toRedaction,
  toReplay,
  toReview,
  toSource,
  type ToldCheck,
  type ToldPart,
  type ToldRedaction,
  type ToldReplay,
  type ToldReview,
  type ToldSource,
} from './evidence-parts.ts'
import { createStepFinder } from './evidence-steps.ts'
import { lineOf, listIn, member, textIn } from './run-facts.ts'

/** What speaks for, against, or otherwise bears on a claim. */
export interface ToldSupport {
  readonly relationship: string
  readonly kind: 'source' | 'check' | 'review' | 'artifact' | 'node'
  readonly id: string
  readonly notes?: string | undefined
}

/** What is claimed, and how that stands. */
export interface ToldClaim extends ToldPart {
  readonly text: string
  readonly status: string
  readonly facts: readonly Fact[]
  readonly support: readonly ToldSupport[]
}

/** Whether all facts of a category are there, and which are not. */
export interface ToldCategory {
  readonly name: string
  readonly status: string
  readonly missing: readonly { readonly fact: string; readonly reason: string; readonly details: string }[]
}

/** What an evidence pack tells. */
export interface EvidenceFacts {
  readonly status: string
  readonly facts: readonly Fact[]
  readonly claims: readonly ToldClaim[]
  readonly sources: readonly ToldSource[]
  readonly checks: readonly ToldCheck[]
  readonly reviews: readonly ToldReview[]
  readonly redactions: readonly ToldRedaction[]
  readonly replays: readonly ToldReplay[]
  readonly completeness: readonly ToldCategory[]
}

/** Reads the evidence of a run (Agent Evidence, evidence pack), whoever made it; nothing where it is none. */
export function toEvidenceFacts(pack: unknown, run: AgentRun): EvidenceFacts | undefined {
  const id = textIn(member(pack, 'evidence_pack_id'))
  if (id === undefined) return undefined
  const find = createStepFinder(run)
  const sources = listIn(member(pack, 'sources')).map((one) => toSource(one, find))
  const checks = listIn(member(pack, 'verification_results')).map((one) => toCheck(one, find))
  const reviews = listIn(member(pack, 'reviews')).map((one) => toReview(one, find))
  const support = supportIn(pack)
  const stepsOf = new Map([...sources, ...checks, ...reviews].map((part) => [part.id, part.steps]))
  return {
    status: textIn(member(pack, 'status')) ?? 'unknown',
    facts: present([
      ['Pack', id],
      ['Made', textIn(member(pack, 'created_at'))],
      ['Changed', textIn(member(pack, 'updated_at'))],
      ['Made by', producerOf(pack)],
      ['Provenance', sizeOf(pack)],
    ]),
    claims: listIn(member(pack, 'claims')).map((one) => {
      const bears = support.get(idOf(one, 'claim_id')) ?? []
      return toClaim(one, bears, [
        ...find(member(one, 'range_ref')),
        ...bears.flatMap(({ id: other }) => stepsOf.get(other) ?? []),
      ])
    }),
    sources,
    checks,
    reviews,
    redactions: listIn(member(pack, 'redactions')).map((one) => toRedaction(one, find)),
    replays: listIn(member(pack, 'replay_cases')).map((one) => toReplay(one, find)),
    completeness: categoriesOf(pack),
  }
}

function producerOf(pack: unknown): string | undefined {
  const producer = member(pack, 'producer')
  return [
    textIn(member(producer, 'name')) ?? textIn(member(producer, 'id')),
    textIn(member(producer, 'version')),
  ]
    .filter((text) => text !== undefined)
    .join(' ')
}

function sizeOf(pack: unknown): string | undefined {
  const [nodes, edges] = ['nodes', 'edges'].map((name) => listIn(member(pack, 'provenance', name)).length)
  return nodes === 0 ? undefined : `${nodes} nodes, ${edges} links`
}

const ENDS = [
  ['source', 'source_id'],
  ['check', 'verification_id'],
  ['review', 'review_id'],
  ['artifact', 'artifact_id'],
  ['node', 'provenance_node_id'],
] as const

function supportIn(pack: unknown): ReadonlyMap<string, readonly ToldSupport[]> {
  const found = new Map<string, ToldSupport[]>()
  for (const edge of listIn(member(pack, 'support_edges'))) {
    const claim = idOf(edge, 'claim_id')
    const bears = found.get(claim) ?? []
    found.set(claim, bears)
    for (const [kind, name] of ENDS) {
      const id = textIn(member(edge, name))
      if (id === undefined) continue
      const relationship = textIn(member(edge, 'relationship')) ?? ''
      bears.push({ relationship, kind, id, notes: textIn(member(edge, 'notes')) })
    }
  }
  return found
}

function toClaim(claim: unknown, support: readonly ToldSupport[], steps: readonly string[]): ToldClaim {
  const range = textIn(member(claim, 'range_ref'))
  return {
    id: idOf(claim, 'claim_id'),
    steps: [...new Set(steps)],
    text: textIn(member(claim, 'text')) ?? range ?? '(withheld)',
    status: textIn(member(claim, 'status')) ?? 'unknown',
    facts: present([
      ['Kind', textIn(member(claim, 'claim_type'))?.replaceAll('_', ' ')],
      ['Risk', textIn(member(claim, 'risk'))],
      ['Confidence', lineOf(member(claim, 'confidence'))],
      ['Answered for by', readable(member(claim, 'owner_ref'))],
      ['Words stand in', range],
      ['Id', idOf(claim, 'claim_id')],
    ]),
    support,
  }
}

function categoriesOf(pack: unknown): readonly ToldCategory[] {
  const categories = member(pack, 'completeness')
  if (typeof categories !== 'object' || categories === null) return []
  return Object.entries(categories).map(([name, entry]: [string, unknown]) => {
    const missing = listIn(member(entry, 'missing_facts')).map((one) => ({
      fact: textIn(member(one, 'fact')) ?? 'something',
      reason: textIn(member(one, 'reason')) ?? 'unknown',
      details: textIn(member(one, 'details')) ?? '',
    }))
    const told = textIn(member(entry, 'status')) ?? 'unknown'
    // what lacks something is not complete, whatever it says of itself
    return { name, status: told === 'complete' && missing.length > 0 ? 'partial' : told, missing }
  })
}
