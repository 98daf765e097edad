// generated from schemas/agent-activity: do not edit

/**
 * One agent_activity.v1 event. Every object is open: members may be added in this version, but none may be taken away, renamed or made required.
 */
export interface AgentActivityEvent {
  /**
   * Version of the format.
   */
  schema_version: 'agent_activity.v1'
  /**
   * Identifies the event; an event that is sent again has the same one. Absent in the oldest payloads.
   */
  event_id?: string
  /**
   * What happened, as family and name with a dot between.
   */
  event_type: string
  /**
   * The part of event_type before the dot.
   */
  event_family?: string
  /**
   * When it happened, RFC 3339 with a time zone.
   */
  occurred_at?: string
  /**
   * Key by which a receiver may recognise a repeated event, where that is not event_id.
   */
  idempotency_key?: string
  /**
   * Team whose ledger the event belongs to.
   */
  team_id?: string
  /**
   * Governed session, as the oldest payloads name it; equal to session.id where both are present.
   */
  session_id?: string
  /**
   * Run of the agent within the session.
   */
  run_id?: string
  /**
   * Run that this run was started by.
   */
  parent_run_id?: string
  /**
   * Step of the run that the event tells of.
   */
  step_id?: string
  /**
   * Trace of the step or run.
   */
  trace_id?: string
  /**
   * Span of the step or run.
   */
  span_id?: string
  /**
   * Reference of the signed record of the same step.
   */
  peac_record_ref?: string
  source?: ActivitySource
  agent?: ActivityAgent
  developer?: ActivityDeveloper
  session?: ActivitySession
  repo?: ActivityRepo
  /**
   * Who acted for whom, the one it began with first.
   */
  actor_chain?: ActivityActor[]
  provenance?: ActivityProvenance
  tool?: ActivityTool
  model?: ActivityModel
  outcome?: ActivityOutcome
  cost?: ActivityCost
  decision?: ActivityDecision
  approval?: ActivityApproval
  file_change?: ActivityFileChange
  source_snapshot?: ActivitySourceSnapshot
  delegation?: ActivityDelegation
  component?: ActivityComponent
  [k: string]: unknown
}
/**
 * The connector that the event comes from.
 */
export interface ActivitySource {
  /**
   * What sort of connector it is.
   */
  kind: string
  /**
   * Its name.
   */
  name: string
  /**
   * Its version.
   */
  version?: string
  [k: string]: unknown
}
/**
 * The agent that acted.
 */
export interface ActivityAgent {
  /**
   * Its id.
   */
  id?: string
  /**
   * Its name.
   */
  name?: string
  /**
   * Who provides it, or its model.
   */
  provider?: string
  /**
   * Its version.
   */
  version?: string
  [k: string]: unknown
}
/**
 * The person whose session it is.
 */
export interface ActivityDeveloper {
  /**
   * An id that is no e-mail address.
   */
  id?: string
  [k: string]: unknown
}
/**
 * The governed session.
 */
export interface ActivitySession {
  /**
   * Its id.
   */
  id: string
  /**
   * Where it runs, such as local or ci.
   */
  environment?: string
  /**
   * How it stands, such as running or succeeded.
   */
  status?: string
  [k: string]: unknown
}
/**
 * The repository that is worked on.
 */
export interface ActivityRepo {
  /**
   * Its name.
   */
  name?: string
  /**
   * Where it is, without credentials.
   */
  url?: string
  /**
   * Branch.
   */
  branch?: string
  /**
   * Commit.
   */
  commit?: string
  [k: string]: unknown
}
/**
 * One of those who acted.
 */
export interface ActivityActor {
  /**
   * Such as user or agent.
   */
  type: string
  /**
   * Its id.
   */
  id: string
  /**
   * How it is shown.
   */
  display_name?: string
  /**
   * Who says that it is this one.
   */
  attested_by?: string
  /**
   * When it acted.
   */
  occurred_at?: string
  [k: string]: unknown
}
/**
 * What the event was made by, and under which policies.
 */
export interface ActivityProvenance {
  /**
   * Class of the source, such as customer_internal.
   */
  source_classification?: string
  /**
   * Id of the connector.
   */
  connector_id?: string
  /**
   * Its version.
   */
  connector_version?: string
  /**
   * Capability that was used.
   */
  capability_id?: string
  /**
   * Its version.
   */
  capability_version?: string
  /**
   * Policies in force.
   */
  policy_pack_id?: string
  /**
   * Their version.
   */
  policy_pack_version?: string
  [k: string]: unknown
}
/**
 * The tool that is called.
 */
export interface ActivityTool {
  /**
   * Its name.
   */
  name?: string
  /**
   * What is done with it, such as exec or invoke.
   */
  action?: string
  /**
   * Beginning of what it is given, redacted, at most 500 characters when written by this project.
   */
  command_preview?: string
  /**
   * Beginning of a file that it works on, redacted.
   */
  file_preview?: string
  /**
   * Id of the call.
   */
  call_id?: string
  /**
   * MCP server that offers it.
   */
  mcp_server?: string
  /**
   * Such as knowledge, memory or agent.
   */
  kind?: string
  [k: string]: unknown
}
/**
 * The model that is called.
 */
export interface ActivityModel {
  /**
   * Model that answered, or that was asked for where that is not known.
   */
  name?: string
  /**
   * Model that was asked for.
   */
  requested?: string
  /**
   * Who provides it.
   */
  provider?: string
  /**
   * Why it stopped.
   */
  finish_reasons?: string[]
  [k: string]: unknown
}
/**
 * How it ended. This project writes the statuses succeeded, failed, blocked, cancelled and timed_out.
 */
export interface ActivityOutcome {
  /**
   * In one word.
   */
  status?: string
  /**
   * In one sentence, redacted.
   */
  summary?: string
  /**
   * How long it took, in milliseconds.
   */
  duration_ms?: number
  [k: string]: unknown
}
/**
 * What it used. A member is absent where it is not known.
 */
export interface ActivityCost {
  /**
   * Tokens given to the model.
   */
  input_tokens?: number
  /**
   * Tokens that the model made.
   */
  output_tokens?: number
  /**
   * Tokens read from a cache.
   */
  cache_read_tokens?: number
  /**
   * Tokens written to a cache.
   */
  cache_write_tokens?: number
  /**
   * Tokens of reasoning.
   */
  reasoning_tokens?: number
  /**
   * US dollars.
   */
  cost_usd?: number
  [k: string]: unknown
}
/**
 * What was decided, apart from whether it was enforced.
 */
export interface ActivityDecision {
  /**
   * Its id.
   */
  id?: string
  /**
   * Such as allow, deny, modify or ask.
   */
  action?: string
  /**
   * Whether it took effect. A decision that was only observed has false.
   */
  enforced?: boolean
  /**
   * Why, redacted.
   */
  reason?: string
  /**
   * Why, in codes.
   */
  reason_codes?: string[]
  /**
   * Who decided.
   */
  guardian_id?: string
  /**
   * Hook at which it was decided.
   */
  hook?: string
  /**
   * Before the effect (request), by a human (approval), or of the result (result).
   */
  phase?: string
  /**
   * Policies that decided.
   */
  policies?: string[]
  /**
   * open where it was let pass because judging had failed.
   */
  fail_mode?: string
  /**
   * How long deciding took, in milliseconds.
   */
  latency_ms?: number
  /**
   * When it was decided.
   */
  occurred_at?: string
  [k: string]: unknown
}
/**
 * A human decision that is asked for.
 */
export interface ActivityApproval {
  /**
   * Its id.
   */
  id?: string
  /**
   * Such as requested, granted or denied.
   */
  status?: string
  /**
   * Who decides.
   */
  approver_id?: string
  /**
   * Why it is asked for, redacted.
   */
  reason?: string
  [k: string]: unknown
}
/**
 * A file that was changed in the session.
 */
export interface ActivityFileChange {
  /**
   * Path within the repository.
   */
  path?: string
  /**
   * Such as added, modified, deleted or renamed.
   */
  change?: string
  /**
   * Path before a renaming.
   */
  previous_path?: string
  /**
   * Digest of the file after the change, as sha256:…
   */
  digest?: string
  /**
   * Digest of the file before the change.
   */
  previous_digest?: string
  /**
   * Lines added.
   */
  lines_added?: number
  /**
   * Lines removed.
   */
  lines_removed?: number
  [k: string]: unknown
}
/**
 * Evidence of a source file as it stood.
 */
export interface ActivitySourceSnapshot {
  /**
   * Path within the repository.
   */
  path?: string
  /**
   * Such as typescript.
   */
  language?: string
  /**
   * Digest of the file, as sha256:…
   */
  digest?: string
  /**
   * Its size.
   */
  bytes?: number
  /**
   * Commit that it is of.
   */
  commit?: string
  /**
   * Part of its text, redacted.
   */
  excerpt?: string
  [k: string]: unknown
}
/**
 * Work that was handed to another agent.
 */
export interface ActivityDelegation {
  /**
   * Name of the other agent.
   */
  peer?: string
  /**
   * Where it is reached.
   */
  peer_url?: string
  /**
   * Such as a2a.
   */
  protocol?: string
  /**
   * Method of the message.
   */
  method?: string
  /**
   * Id of the task at the other agent.
   */
  task_id?: string
  [k: string]: unknown
}
/**
 * A part of the agent that has changed.
 */
export interface ActivityComponent {
  /**
   * Its id.
   */
  id?: string
  /**
   * Such as tool, model or mcp.
   */
  type?: string
  /**
   * Its name.
   */
  name?: string
  /**
   * Its version.
   */
  version?: string
  /**
   * Such as added, removed, changed, disabled or enabled.
   */
  change?: string
  [k: string]: unknown
}
