import { present, type Fact } from './bom-facts.ts'
import { nameOfReference, type StepFinder } from './evidence-steps.ts'
import { lineOf, listIn, member, textIn, textsIn } from './run-facts.ts'

/** What all parts of evidence have. */
export interface ToldPart {
  readonly id: string
  /** Ids of the steps that it is about. */
  readonly steps: readonly string[]
}

/** What a claim can rest on. */
export interface ToldSource extends ToldPart {
  readonly name: string
  readonly kind: string
  /** Which part of it is meant. */
  readonly place?: string | undefined
  readonly words?: string | undefined
  /** Whether it was found and not used. */
  readonly isOmitted: boolean
  readonly facts: readonly Fact[]
}

/** A check and how it went. */
export interface ToldCheck extends ToldPart {
  readonly type: string
  readonly status: string
  readonly about: string
  readonly issues: readonly string[]
  readonly facts: readonly Fact[]
}

/** A verdict of a policy or of a person. */
export interface ToldReview extends ToldPart {
  readonly verdict: string
  readonly by: string
  readonly isHuman: boolean
  readonly notes?: string | undefined
  readonly facts: readonly Fact[]
}

/** Something that is not told. */
export interface ToldRedaction extends ToldPart {
  readonly target: string
  readonly kind: string
  readonly reason: string
  readonly facts: readonly Fact[]
}

/** How the run can be run again, and what came of it. */
export interface ToldReplay extends ToldPart {
  readonly determinism: string
  /** How many decisions came out how. */
  readonly outcomes: string
  readonly missing: readonly string[]
  readonly facts: readonly Fact[]
}

/** The id of a part. */
export function idOf(part: unknown, name: string): string {
  return textIn(member(part, name)) ?? ''
}

/** Reads what a claim can rest on. */
export function toSource(source: unknown, find: StepFinder): ToldSource {
  const text = (...path: readonly string[]): string | undefined => textIn(member(source, ...path))
  const more = ['retrieval', 'freshness', 'trust', 'privacy'].flatMap((name) =>
    membersOf(member(source, name)),
  )
  const steps = find(member(source, 'ref'), member(source, 'retrieval', 'step_id'))
  const kind = text('source_kind') ?? 'source'
  return {
    id: idOf(source, 'source_id'),
    steps,
    name:
      text('retrieval', 'title') ??
      (kind === 'human_input' ? text('snippet') : undefined) ??
      nameOfReference(text('ref'), find.stepOf(steps[0])) ??
      text('uri') ??
      readable(text('ref')) ??
      idOf(source, 'source_id'),
    kind,
    place: placeOf(member(source, 'selector')),
    words: text('snippet') ?? text('selector', 'exact'),
    isOmitted: member(source, 'retrieval', 'selected') === false,
    facts: present([
      ['Address', text('uri')],
      ['Reference', text('ref')],
      ['Words stand in', text('snippet_ref')],
      ...more,
      ['Id', idOf(source, 'source_id')],
    ]),
  }
}

// which part of a source is meant, in words
function placeOf(selector: unknown): string | undefined {
  const at = (name: string): string | undefined => lineOf(member(selector, name))
  const range = (
    one: string,
    many: string,
    [from, to]: readonly (string | undefined)[],
  ): string | undefined =>
    from === undefined || to === undefined || from === to
      ? from && `${one} ${from}`
      : `${many} ${from} to ${to}`
  const said = [
    range('line', 'lines', [at('line_start'), at('line_end')]),
    range('from character', 'characters', [at('start'), at('end')]),
    at('json_pointer'),
    at('timestamp'),
    at('fragment')?.replace(/^page=/, 'page '),
  ]
  return textIn(said.filter((text) => text !== undefined).join(', '))
}

/** Reads a check. */
export function toCheck(check: unknown, find: StepFinder): ToldCheck {
  const coverage = listIn(member(check, 'coverage'))
  const about = coverage.map((one) =>
    [textIn(member(one, 'hook')), textIn(member(one, 'phase'))].filter(Boolean).join(' '),
  )
  const issues = listIn(member(check, 'issues')).map((issue) => {
    const said = ['code', 'message', 'failed_open'].map((name) => textIn(member(issue, name)))
    return said.every((text) => text === undefined) ? (lineOf(issue) ?? '') : said.filter(Boolean).join(': ')
  })
  return {
    id: idOf(check, 'verification_id'),
    steps: find(...coverage.map((one) => member(one, 'step_id'))),
    type: textIn(member(check, 'check_type')) ?? 'check',
    status: textIn(member(check, 'status')) ?? 'unknown',
    about: [...new Set(about)].join(', '),
    issues,
    facts: present([
      ['Severity', textIn(member(check, 'severity'))],
      ['Checked', textIn(member(check, 'checked_at'))],
      ...listIn(member(check, 'evidence_refs')).map((ref): readonly [string, string | undefined] => [
        'Rests on',
        [textIn(member(ref, 'ref_id')) ?? textIn(member(ref, 'uri')), textIn(member(ref, 'hash'))]
          .filter(Boolean)
          .join(' '),
      ]),
      ['Id', idOf(check, 'verification_id')],
    ]),
  }
}

/** Reads a verdict. */
export function toReview(review: unknown, find: StepFinder): ToldReview {
  const reviewer = member(review, 'reviewer')
  const scope = member(review, 'scope')
  return {
    id: idOf(review, 'review_id'),
    steps: find(member(scope, 'step_id'), member(scope, 'policy_decision_id')),
    verdict: textIn(member(review, 'verdict')) ?? 'unknown',
    by: readable(member(reviewer, 'id')) ?? textIn(member(reviewer, 'name')) ?? 'unknown',
    isHuman: member(reviewer, 'type') === 'human',
    notes: textIn(member(review, 'notes')),
    facts: present([
      ['Reviewed', textIn(member(review, 'reviewed_at'))],
      ['Phase', textIn(member(review, 'x_phase'))],
      ['By the rules of', textIn(member(review, 'rubric_ref'))],
      ['Conditions', textsIn(member(review, 'conditions')).join('; ')],
      ['Looked at', textsIn(member(review, 'verification_refs')).join(', ')],
      ['Id', idOf(review, 'review_id')],
    ]),
  }
}

/** Reads what tells that something is not told. */
export function toRedaction(redaction: unknown, find: StepFinder): ToldRedaction {
  const text = (name: string): string | undefined => textIn(member(redaction, name))
  return {
    id: idOf(redaction, 'redaction_id'),
    steps: find(text('target_ref')),
    target: text('target_ref') ?? '',
    kind: text('redaction_kind') ?? 'unknown',
    reason: text('reason') ?? 'unknown',
    facts: present([
      ['By', text('applied_by')],
      ['Policy', text('policy_ref')],
      ['In its place', text('replacement_ref')],
      ['When', text('applied_at')],
      ['Id', text('redaction_id')],
    ]),
  }
}

/** Reads a replay case. */
export function toReplay(replay: unknown, find: StepFinder): ToldReplay {
  const outputs = listIn(member(replay, 'expected_outputs'))
  const counts = new Map<string, number>()
  for (const outcome of outputs.map((one) => textIn(member(one, 'outcome')) ?? 'unknown'))
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  return {
    id: idOf(replay, 'replay_id'),
    steps: find(...outputs.map((one) => member(one, 'step_id'))),
    determinism: textIn(member(replay, 'determinism')) ?? 'unknown',
    outcomes: [...counts].map(([outcome, count]) => `${count} ${outcome.replaceAll('_', ' ')}`).join(', '),
    missing: listIn(member(replay, 'missing_facts')).map((one) =>
      ['fact', 'reason', 'details']
        .map((name) => textIn(member(one, name)))
        .filter(Boolean)
        .join(' · '),
    ),
    facts: present([
      ['Made', textIn(member(replay, 'created_at'))],
      ['Id', idOf(replay, 'replay_id')],
    ]),
  }
}

function membersOf(holder: unknown): readonly (readonly [string, string | undefined])[] {
  if (typeof holder !== 'object' || holder === null) return []
  return Object.entries(holder)
    .filter(([name]) => name !== 'title')
    .map(([name, value]) => [name.replaceAll('_', ' '), lineOf(value)])
}

/** What a reference of ours names: the last part of `urn:aos:<kind>:<name>`, as it was before it was encoded. */
export function readable(ref: unknown): string | undefined {
  const text = textIn(ref)
  const name = text === undefined ? undefined : /^urn:aos:[^:]+:(.+)$/.exec(text)?.[1]
  return name === undefined ? text : decoded(name)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // a reference that was not encoded by us
    return text
  }
}
