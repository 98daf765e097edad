import { rules, type Requirements } from '../requirement.ts'

/** What agent_activity.v1 asks for, as far as its pages say it, and what we decided where they are silent. */
export const AGENT_ACTIVITY: Requirements = {
  ...rules('agent_activity.v1, canonical families', 'MUST', {
    'agent-activity.families': 'each of the nine event types is emitted for what it is there for',
    'agent-activity.hook-blocked':
      'hook.blocked tells of enforced decisions only; one that was observed is told with enforced false',
    'agent-activity.session.start':
      'a session opens with source, provenance, team, repository and developer, once',
    'agent-activity.session.finish': 'a session closes with its final status and a summary',
  }),
  ...rules('agent_activity.v1, compatibility rules', 'MUST', {
    'agent-activity.compatibility.additive': 'members and event types that are not known are accepted',
    'agent-activity.compatibility.baseline':
      'a change of the schema that loses, renames or requires a member fails the check',
    'agent-activity.compatibility.legacy': 'payloads of older connectors are accepted',
    'agent-activity.secrets':
      'raw e-mail addresses, secrets, tokens and credentials are scrubbed, or the event is refused',
  }),
  ...rules('agent_activity.v1, connectors', 'MUST', {
    'agent-activity.connector':
      'a connector is created with source, provenance, dryRun and failOpen, and told of a session by hand',
    'agent-activity.dry-run': 'a dry run returns the events and sends nothing',
    'agent-activity.fail-open': 'telemetry that fails never fails the agent',
    'agent-activity.fail-closed':
      'approvals, destructive execution, secret access and protected branches never fail open',
    'agent-activity.environment': 'endpoint, secret and team are read from the environment, and nothing else',
  }),
  ...rules('agent_activity.v1, session identity; our decision', 'MUST', {
    'agent-activity.session':
      'the session is accepted as session_id or session.id, emitted as both, and refused where they differ',
  }),
  ...rules('agent_activity.v1, ingest; our decisions', 'MUST', {
    'agent-activity.identity':
      'an event follows from its step: the same step gives the same bytes, event_id among them',
    'agent-activity.idempotency':
      'a repeated request carries the same Idempotency-Key and body, so that nothing is doubled',
    'agent-activity.signature': 'requests are signed by HMAC-SHA-256 over time and body',
    'agent-activity.delivery': 'nothing is lost while a receiver fails, and every loss is counted',
  }),
}
