import { rules, type Requirements } from '../requirement.ts'

/** What packs of Agent Evidence, their maps, events and exports keep to. */
export const AGENT_EVIDENCE: Requirements = {
  ...rules('Agent Evidence, Identity model', 'MUST', {
    'evidence.id.independent':
      'claims, sources, checks, reviews, replay cases and exports have ids of their own; one id never stands for all',
    'evidence.id.references': 'ids are unique for each kind of fact, and what is referred to is there',
  }),
  ...rules('Agent Evidence, Completeness model', 'MUST', {
    'evidence.missing.never-passed':
      'what is missing is unknown, unavailable, redacted, expired, not applicable or not collected, never a success',
    'evidence.missing.telemetry': 'telemetry that is absent is told as such',
  }),
  ...rules('Agent Evidence, Evidence pack envelope', 'SHOULD', {
    'evidence.envelope':
      'id, schema version, scope with at least one id, status, times, producer and completeness are there',
    'evidence.open': 'members and categories that nobody knows are kept',
  }),
  ...rules('Agent Evidence, Lifecycle', 'SHOULD', {
    'evidence.status': 'the status of a pack follows from its facts, by rank',
  }),
  ...rules('Agent Evidence, Event envelope and Event classes', 'SHOULD', {
    'evidence.event': 'an event has one of thirteen types, an id, a time, and the id of what it is about',
  }),
  ...rules('Agent Evidence, Validation', 'SHOULD', {
    'evidence.validation.claims': "a claim's status rests on its edges, and what contradicts it is kept",
    'evidence.validation.sources': 'a source says where it is, and one that was left out supports nothing',
    'evidence.validation.edges': 'support edges say what they mean, and lead from a claim to something',
    'evidence.validation.provenance': 'links of the provenance lead the way they do in W3C PROV',
    'evidence.validation.reviews':
      'checks and reviews do not overwrite each other, and a failure is waived aloud',
    'evidence.validation.telemetry': 'telemetry refers to something, and none is made up',
    'evidence.validation.redaction': 'a redacted pack stays valid, keeps its ids, and tells what is hidden',
    'evidence.validation.replay': 'a replay case says what cannot be replayed',
    'evidence.validation.manifest':
      'a manifest has the schema version, all files with their hashes, and the completeness',
  }),
  ...rules('Agent Evidence, Compatibility levels', 'MUST', {
    'evidence.level.read':
      'read: packs of any producer and of later versions are read, with what is not known',
    'evidence.level.write': 'write: packs and events that this SDK makes are valid',
    'evidence.level.review': 'review: checks and verdicts are added, and no fact is changed or lost',
    'evidence.level.export': 'export: manifests have hashes, schemas, redactions and completeness',
  }),
  ...rules('Agent Evidence, runtime profile test cases', 'MUST', {
    'evidence.AEV-AR-ID-001': 'the scope has the ids of session, thread, turn, task and run that apply',
    'evidence.AEV-AR-ID-002': 'an attempt that failed stands beside the one that followed',
    'evidence.AEV-AR-TOOL-001': 'a tool that failed is told with its category, its call and its telemetry',
    'evidence.AEV-AR-ACTION-001': 'a denied call is told, and nothing says that it was executed',
    'evidence.AEV-AR-ROUTE-001': 'which model answered is told, and who decided that',
    'evidence.AEV-AR-REPLAY-001': 'a replay case points at ids of the pack',
    'evidence.AEV-AR-REVIEW-001': 'a review points at evidence and scope, and is no second status',
    'evidence.AEV-AR-GAP-001': 'without telemetry there is an empty list and a reason, not invented entries',
    'evidence.AEV-AR-REDACT-001': 'a redacted pack keeps reason, policy and what is safe of its sources',
    'evidence.AEV-AR-EXPORT-001': 'a manifest lists pack, replay, review, schemas, redactions and scope',
  }),
  ...rules('Agent Evidence, acceptance scenarios', 'MUST', {
    'evidence.scenario.claim-grounding': 'three claims: two have sources, and the third says why it has none',
    'evidence.scenario.contradiction': 'two sources disagree, and the edge against the claim stays',
    'evidence.scenario.tool-provenance':
      'a claim leads to the result, the call and the span that it rests on',
    'evidence.scenario.retrieval-omission': 'a document that was found and not used has a reason',
    'evidence.scenario.artifact-review': 'version, difference, checks and verdict are linked, without bytes',
    'evidence.scenario.verification-vs-review': 'a check that passed and a review that wants changes coexist',
    'evidence.scenario.redacted-export': 'words are gone, ids are stable, and the verification is partial',
    'evidence.scenario.replay-honesty': 'model answers are approximate, and what has expired is unavailable',
    'evidence.scenario.telemetry-absence': 'without a tracer the telemetry is not collected',
    'evidence.scenario.peer-handoff': "a peer's own ids are kept, and its records are not rewritten",
    'evidence.scenario.agent-runtime-profile-evidence':
      'ids of the runtime are kept, and replay and review are about the same facts',
  }),
}
