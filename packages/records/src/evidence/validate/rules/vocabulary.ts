import {
  CHECK_TYPES,
  CLAIM_TYPES,
  OMISSION_REASONS,
  REDACTION_REASONS,
  SOURCE_KINDS,
} from '../../vocabulary.ts'
import { issueOf, type EvidenceIssue } from '../issue.ts'
import type { PackView, Placed } from '../pack-view.ts'

/** Words that the specification does not name where it names words without closing the list. */
export function vocabularyIssues(view: PackView): readonly EvidenceIssue[] {
  return [
    ...unlisted(view.claims, 'claim_type', CLAIM_TYPES),
    ...unlisted(view.sources, 'source_kind', SOURCE_KINDS),
    ...unlisted(view.omissions, 'reason', OMISSION_REASONS),
    ...unlisted(view.checks, 'check_type', CHECK_TYPES),
    ...unlisted(view.redactions, 'reason', REDACTION_REASONS),
  ]
}

/** Facts whose member has another word than the listed ones. */
export function unlisted<Member extends string>(
  facts: readonly Placed<{ readonly [Name in Member]?: string }>[],
  member: Member,
  words: readonly string[],
): readonly EvidenceIssue[] {
  return facts.flatMap(({ value, path }) => {
    const word = value[member]
    if (word === undefined || words.includes(word)) return []
    const message = `${JSON.stringify(word)} is none of: ${words.join(', ')}`
    return [issueOf('vocabulary.unlisted', `${path}/${member}`, message)]
  })
}
