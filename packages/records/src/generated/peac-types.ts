// generated from schemas/peac: do not edit

/**
 * An action of an agent, as somebody saw it (group org.peacprotocol/agent-action).
 */
export type AgentAction = {
  /**
   * What was seen; the type of the record says the same.
   */
  event_kind:
    | 'agent-action-invoked-observed'
    | 'agent-action-delegated-observed'
    | 'agent-action-approved-observed'
    | 'agent-action-denied-observed'
    | 'agent-action-cancelled-observed'
    | 'agent-action-timed-out-observed'
  /**
   * The agent.
   */
  agent_ref: string
  /**
   * The action.
   */
  action_ref: string
  /**
   * A moment with its offset from UTC (RFC 3339).
   */
  observed_at: string
  /**
   * Who had it done, or who decided.
   */
  caller_ref?: string
  /**
   * The policy that was applied.
   */
  policy_ref?: string
  /**
   * SHA-256 in lowercase hexadecimal, after `sha256:`.
   */
  policy_digest?: string
  /**
   * What the record follows from.
   */
  upstream_artifact_ref?: string
  /**
   * SHA-256 in lowercase hexadecimal, after `sha256:`.
   */
  upstream_artifact_digest?: string
  /**
   * What the action is part of.
   */
  parent_ref?: string
  /**
   * To whom it was handed on.
   */
  delegated_to_ref?: string
  /**
   * Who cancelled it.
   */
  cancelled_by_ref?: string
  /**
   * A moment with its offset from UTC (RFC 3339).
   */
  timeout_at?: string
}
/**
 * A step in the life of some work, as somebody saw it (group org.peacprotocol/lifecycle-observation).
 */
export type LifecycleObservation = {
  /**
   * What was seen; the type of the record says the same.
   */
  event_kind:
    | 'lifecycle-approval-requested'
    | 'lifecycle-approval-granted'
    | 'lifecycle-approval-denied'
    | 'lifecycle-evaluation-started'
    | 'lifecycle-evaluation-completed'
    | 'lifecycle-experiment-assigned'
    | 'lifecycle-experiment-result'
    | 'lifecycle-workflow-transition'
    | 'lifecycle-mode-observed'
  /**
   * What it is about.
   */
  subject_ref: string
  /**
   * A moment with its offset from UTC (RFC 3339).
   */
  observed_at: string
  /**
   * What it is part of.
   */
  parent_ref?: string
  /**
   * What it follows from.
   */
  upstream_artifact_ref?: string
  /**
   * SHA-256 in lowercase hexadecimal, after `sha256:`.
   */
  upstream_artifact_digest?: string
  /**
   * The policy that was applied.
   */
  policy_ref?: string
  /**
   * SHA-256 in lowercase hexadecimal, after `sha256:`.
   */
  policy_digest?: string
  /**
   * What was measured against.
   */
  rubric_ref?: string
  /**
   * Where the score is.
   */
  score_ref?: string
  /**
   * SHA-256 in lowercase hexadecimal, after `sha256:`.
   */
  result_digest?: string
  /**
   * The approval.
   */
  approval_ref?: string
  /**
   * Who approves.
   */
  approver_ref?: string
  /**
   * The result.
   */
  result_ref?: string
  /**
   * The experiment.
   */
  experiment_ref?: string
  /**
   * The group of subjects.
   */
  cohort_ref?: string
  /**
   * The variant.
   */
  variant_ref?: string
  /**
   * State before; at most 256 bytes of UTF-8.
   */
  from_state?: string
  /**
   * State after; at most 256 bytes of UTF-8.
   */
  to_state?: string
  /**
   * In what manner the work was done.
   */
  observed_mode?: 'deterministic_script' | 'templated_flow' | 'agent_loop' | 'human_step' | 'hybrid'
}

/**
 * Everything that the schemas in this folder describe.
 */
export interface PeacParts {
  claims?: PeacClaims
  groups?: PeacGroups
  agentAction?: AgentAction
  lifecycleObservation?: LifecycleObservation
  a2aAgentCard?: A2AAgentCardObservation
  a2aTask?: A2ATaskObservation
  cliExecution?: CliExecution
}
/**
 * What a PEAC record of Wire 0.2 says: the payload of the JWS.
 */
export interface PeacClaims {
  /**
   * Version of the wire format.
   */
  peac_version: '0.2'
  /**
   * Whether it says what happened or what is asked for.
   */
  kind: 'evidence' | 'challenge'
  /**
   * What the record is about: a reversed domain and a name, or an absolute URI.
   */
  type: string
  /**
   * Who issued it: an https origin, or a DID.
   */
  iss: string
  /**
   * When it was issued, in seconds since the epoch.
   */
  iat: number
  /**
   * Id of the record, unique with its issuer.
   */
  jti: string
  /**
   * Whom or what it is about.
   */
  sub?: string
  /**
   * What it is evidence of, in alphabetical order.
   *
   * @minItems 1
   */
  pillars?: (
    | 'access'
    | 'attribution'
    | 'commerce'
    | 'compliance'
    | 'consent'
    | 'identity'
    | 'privacy'
    | 'provenance'
    | 'purpose'
    | 'safety'
  )[]
  /**
   * Who acted, with a proof of it.
   */
  actor?: {
    /**
     * Stable id of the actor.
     */
    id: string
    /**
     * Kind of the proof.
     */
    proof_type:
      | 'ed25519-cert-chain'
      | 'eat-passport'
      | 'eat-background-check'
      | 'sigstore-oidc'
      | 'did'
      | 'spiffe'
      | 'x509-pki'
      | 'custom'
    /**
     * Where the proof is, or its hash.
     */
    proof_ref?: string
    /**
     * Scheme, host and port of where the actor is.
     */
    origin: string
    /**
     * Hash of what the actor meant to do.
     */
    intent_hash?: string
  }
  /**
   * When it happened; for evidence only.
   */
  occurred_at?: string
  /**
   * What it was done for, as declared.
   */
  purpose_declared?: string
  /**
   * The policy in force.
   */
  policy?: {
    /**
     * SHA-256 of the RFC 8785 text of the policy document.
     */
    digest: string
    /**
     * Where the document may be found, an https URL.
     */
    uri?: string
    /**
     * What its author calls this version.
     */
    version?: string
  }
  /**
   * The content that was served.
   */
  representation?: {
    /**
     * Hash of the content.
     */
    content_hash?: string
    /**
     * Its media type.
     */
    content_type?: string
    /**
     * Its size in bytes.
     */
    content_length?: number
  }
  /**
   * Groups of facts, by the name of the group.
   */
  extensions?: {
    [k: string]: unknown
  }
}
/**
 * The twelve core groups of facts, by the last part of their name.
 */
export interface PeacGroups {
  access?: PeacAccess
  challenge?: PeacChallenge
  commerce?: PeacCommerce
  compliance?: PeacCompliance
  consent?: PeacConsent
  correlation?: PeacCorrelation
  identity?: PeacIdentity
  attribution?: PeacAttribution
  privacy?: PeacPrivacy
  provenance?: PeacProvenance
  purpose?: PeacPurpose
  safety?: PeacSafety
}
/**
 * A decision about access.
 */
export interface PeacAccess {
  /**
   * What was to be used.
   */
  resource: string
  /**
   * How.
   */
  action: string
  /**
   * What was decided.
   */
  decision: 'allow' | 'deny' | 'review'
}
/**
 * What is asked for before something is served.
 */
export interface PeacChallenge {
  challenge_type:
    | 'payment_required'
    | 'identity_required'
    | 'consent_required'
    | 'attestation_required'
    | 'rate_limited'
    | 'purpose_disallowed'
    | 'custom'
  /**
   * Problem details (RFC 9457).
   */
  problem: {
    status: number
    type: string
    title?: string
    detail?: string
    instance?: string
    [k: string]: unknown
  }
  resource?: string
  action?: string
  requirements?: {
    [k: string]: unknown
  }
}
/**
 * A payment that was observed.
 */
export interface PeacCommerce {
  payment_rail: string
  /**
   * Whole number of the smallest unit.
   */
  amount_minor: string
  currency: string
  reference?: string
  asset?: string
  env?: 'live' | 'test'
  event?: 'authorization' | 'capture' | 'settlement' | 'refund' | 'void' | 'chargeback'
}
/**
 * What a check of compliance found.
 */
export interface PeacCompliance {
  framework: string
  compliance_status: 'compliant' | 'non_compliant' | 'partial' | 'under_review' | 'exempt'
  audit_ref?: string
  auditor?: string
  /**
   * A day, as YYYY-MM-DD.
   */
  audit_date?: string
  scope?: string
  /**
   * A length of time (ISO 8601), in whole weeks or in other units.
   */
  validity_period?: string
  /**
   * SHA-256 in lowercase hexadecimal, after `sha256:`.
   */
  evidence_ref?: string
}
/**
 * A consent and what it covers.
 */
export interface PeacConsent {
  consent_basis: string
  consent_status: 'granted' | 'withdrawn' | 'denied' | 'expired'
  /**
   * @maxItems 64
   */
  data_categories?: string[]
  /**
   * A length of time (ISO 8601), in whole weeks or in other units.
   */
  retention_period?: string
  consent_method?: string
  /**
   * Where something may be found; nothing fetches it.
   */
  withdrawal_uri?: string
  scope?: string
  jurisdiction?: string
}
/**
 * What the record belongs to.
 */
export interface PeacCorrelation {
  /**
   * Trace of OpenTelemetry.
   */
  trace_id?: string
  /**
   * Span of OpenTelemetry.
   */
  span_id?: string
  /**
   * Workflow, such as a run.
   */
  workflow_id?: string
  /**
   * Record that this one follows from.
   */
  parent_jti?: string
  /**
   * Records that this one needs.
   *
   * @maxItems 64
   */
  depends_on?: string[]
}
/**
 * A proof of identity.
 */
export interface PeacIdentity {
  proof_ref?: string
}
/**
 * Who made something, and on what terms.
 */
export interface PeacAttribution {
  creator_ref: string
  license_spdx?: string
  obligation_type?: string
  attribution_text?: string
  content_signal_source?: 'tdmrep_json' | 'content_signal_header' | 'content_usage_header' | 'robots_txt' | 'custom'
  /**
   * SHA-256 in lowercase hexadecimal, after `sha256:`.
   */
  content_digest?: string
}
/**
 * How data are classed and kept.
 */
export interface PeacPrivacy {
  data_classification: string
  processing_basis?: string
  /**
   * A length of time (ISO 8601), in whole weeks or in other units.
   */
  retention_period?: string
  retention_mode?: 'time_bound' | 'indefinite' | 'session_only'
  recipient_scope?: 'internal' | 'processor' | 'third_party' | 'public'
  anonymization_method?: string
  data_subject_category?: string
  transfer_mechanism?: string
}
/**
 * Where something comes from.
 */
export interface PeacProvenance {
  source_type: string
  source_ref?: string
  /**
   * Where something may be found; nothing fetches it.
   */
  source_uri?: string
  /**
   * Where something may be found; nothing fetches it.
   */
  build_provenance_uri?: string
  verification_method?: string
  /**
   * @maxItems 16
   *
   * Items: One holder.
   */
  custody_chain?: {
    custodian: string
    action: string
    timestamp: string
  }[]
  /**
   * Level of SLSA.
   */
  slsa?: {
    track: string
    level: number
    version: string
  }
}
/**
 * What data are used for.
 */
export interface PeacPurpose {
  /**
   * @minItems 1
   * @maxItems 32
   *
   * Items: A purpose in lower case, perhaps with the name of who defined it.
   */
  external_purposes: string[]
  purpose_basis?: string
  purpose_limitation?: boolean
  data_minimization?: boolean
  /**
   * @maxItems 32
   *
   * Items: A purpose in lower case, perhaps with the name of who defined it.
   */
  compatible_purposes?: string[]
  /**
   * A purpose in lower case, perhaps with the name of who defined it.
   */
  peac_purpose_mapping?: string
}
/**
 * What a review of safety found.
 */
export interface PeacSafety {
  review_status: 'reviewed' | 'pending' | 'flagged' | 'not_applicable'
  risk_level?: 'unacceptable' | 'high' | 'limited' | 'minimal'
  assessment_method?: string
  /**
   * @maxItems 32
   */
  safety_measures?: string[]
  incident_ref?: string
  model_ref?: string
  category?: string
}
/**
 * An agent card that was found.
 */
export interface A2AAgentCardObservation {
  type: 'org.peacprotocol/a2a-agent-card-observation'
  /**
   * SHA-256 in lowercase hexadecimal, after `sha256:`.
   */
  card_ref: string
  /**
   * Interface that was chosen, an http or https URL.
   */
  selected_interface_url?: string
  /**
   * What whoever found it says of its signature.
   */
  signature_observation: {
    present: boolean
    caller_reported_verification: 'verified' | 'unverified' | 'not_checked'
    /**
     * Names something without telling what is in it; at most 256 bytes of UTF-8.
     */
    method_ref?: string
    kid?: string
    /**
     * Names something without telling what is in it; at most 256 bytes of UTF-8.
     */
    observed_by_ref?: string
  }
  /**
   * A moment with its offset from UTC (RFC 3339).
   */
  discovered_at: string
  discovery_path: '/.well-known/agent-card.json' | '/.well-known/peac.json' | 'header-probe'
}
/**
 * An event of a task.
 */
export interface A2ATaskObservation {
  type:
    | 'org.peacprotocol/a2a-task-submitted'
    | 'org.peacprotocol/a2a-task-accepted'
    | 'org.peacprotocol/a2a-task-rejected'
    | 'org.peacprotocol/a2a-task-state-changed'
    | 'org.peacprotocol/a2a-task-completed'
    | 'org.peacprotocol/a2a-task-failed'
    | 'org.peacprotocol/a2a-human-review-requested'
    | 'org.peacprotocol/a2a-human-approved'
    | 'org.peacprotocol/a2a-human-rejected'
  /**
   * What happened.
   */
  event:
    | 'task.submitted'
    | 'task.accepted'
    | 'task.rejected'
    | 'task.state_changed'
    | 'task.completed'
    | 'task.failed'
    | 'human.review_requested'
    | 'human.approved'
    | 'human.rejected'
  /**
   * Names something without telling what is in it; at most 256 bytes of UTF-8.
   */
  task_id: string
  /**
   * Names something without telling what is in it; at most 256 bytes of UTF-8.
   */
  parent_task_id?: string
  /**
   * The agent that the task was seen from.
   */
  from_agent: {
    /**
     * SHA-256 in lowercase hexadecimal, after `sha256:`.
     */
    card_ref: string
    /**
     * Interface that was chosen, an http or https URL.
     */
    selected_interface_url?: string
  }
  /**
   * The agent that it goes to.
   */
  to_agent?: {
    /**
     * SHA-256 in lowercase hexadecimal, after `sha256:`.
     */
    card_ref?: string
    /**
     * Interface that was chosen, an http or https URL.
     */
    selected_interface_url?: string
  }
  /**
   * State of the task.
   */
  state?: string
  /**
   * Why it was refused or failed.
   */
  reason?: string
  /**
   * A moment with its offset from UTC (RFC 3339).
   */
  observed_at: string
  /**
   * Names something without telling what is in it; at most 256 bytes of UTF-8.
   */
  upstream_event_ref?: string
  /**
   * SHA-256 in lowercase hexadecimal, after `sha256:`.
   */
  upstream_event_digest?: string
}
/**
 * A command that was run, as whoever ran it saw it (group org.peacprotocol/cli-execution).
 */
export interface CliExecution {
  type: 'org.peacprotocol/cli-command-execution'
  /**
   * Where it was run.
   */
  surface: {
    kind: 'cli'
  }
  /**
   * The command.
   */
  command: {
    argv_mode: 'hashed' | 'redacted' | 'raw'
    /**
     * SHA-256 in lowercase hexadecimal, after `sha256:`.
     */
    argv_sha256?: string
    argv?: string[]
    /**
     * Name of the program, without its folder.
     */
    program: string
    /**
     * How many arguments.
     */
    argv_token_count?: number
  }
  /**
   * The folder.
   */
  cwd: {
    cwd_mode: 'none' | 'hashed' | 'basename' | 'absolute'
    /**
     * SHA-256 in lowercase hexadecimal, after `sha256:`.
     */
    cwd_sha256?: string
    cwd_basename?: string
    cwd_absolute?: string
  }
  /**
   * The file of the program.
   */
  binary: {
    path_mode: 'none' | 'hashed' | 'absolute'
    /**
     * SHA-256 in lowercase hexadecimal, after `sha256:`.
     */
    path_sha256?: string
    path_absolute?: string
    size_bytes?: number
    mode_octal?: string
    /**
     * SHA-256 in lowercase hexadecimal, after `sha256:`.
     */
    sha256?: string
    version?: string
    /**
     * SHA-256 in lowercase hexadecimal, after `sha256:`.
     */
    shell_ref?: string
  }
  /**
   * What came in.
   */
  stdin_ref: {
    mode: 'none' | 'length-only' | 'hashed'
    length?: number
    truncated?: boolean
    /**
     * SHA-256 in lowercase hexadecimal, after `sha256:`.
     */
    sha256?: string
  }
  stdout_ref: CliStream
  stderr_ref: CliStream
  /**
   * Variables that may be told.
   */
  env: {
    mode: 'hashed' | 'raw'
    entries: {
      /**
       * One variable.
       */
      [k: string]: {
        /**
         * SHA-256 in lowercase hexadecimal, after `sha256:`.
         */
        value_sha256?: string
        value?: string
      }
    }
  }
  /**
   * A moment with its offset from UTC (RFC 3339).
   */
  started_at: string
  /**
   * A moment with its offset from UTC (RFC 3339).
   */
  finished_at: string
  /**
   * Milliseconds.
   */
  duration_ms: number
  exit_code: number
  /**
   * Signal that ended it.
   */
  signal?: string
  timed_out: boolean
  timeout_ms: number
  kill_grace_ms: number
  /**
   * Signal that was sent when the time was up.
   */
  termination_signal?: string
  exit_code_mode: 'child' | 'record'
  shell_mode: boolean
  /**
   * In what manner the work was done.
   */
  execution_mode: 'deterministic_script' | 'templated_flow' | 'agent_loop' | 'human_step' | 'hybrid'
  /**
   * What was allowed to be told.
   */
  capture_policy: {
    stdout_max_bytes: number
    stderr_max_bytes: number
    argv_max_bytes: number
    /**
     * @maxItems 32
     */
    env_allowlist: string[]
    stdin_mode: 'none' | 'length-only' | 'hashed'
    cwd_mode: 'none' | 'hashed' | 'basename' | 'absolute'
    binary_path_mode: 'none' | 'hashed' | 'absolute'
    secret_scan: boolean
    raw_capture_unsafely_allowed: boolean
    raw_env_unsafely_allowed: boolean
    secret_scan_disabled_unsafely: boolean
    timeout_ms: number
    kill_grace_ms: number
    exit_code_mode: 'child' | 'record'
  }
  /**
   * Where it ran.
   */
  platform: {
    os: string
    arch: string
    /**
     * Program that made the record, and its version.
     */
    peac_cli_version: string
  }
  /**
   * SHA-256 in lowercase hexadecimal, after `sha256:`.
   */
  policy_digest?: string
  /**
   * SHA-256 in lowercase hexadecimal, after `sha256:`.
   */
  config_digest?: string
  /**
   * Names something without telling what is in it; at most 256 bytes of UTF-8.
   */
  approval_ref?: string
}
/**
 * What a stream carried.
 */
export interface CliStream {
  /**
   * Bytes.
   */
  length: number
  /**
   * SHA-256 in lowercase hexadecimal, after `sha256:`.
   */
  sha256: string
  /**
   * Whether the sample lacks some.
   */
  truncated: boolean
  /**
   * The first bytes.
   */
  sample_base64?: string
  sample_suppressed_reason?: 'secret_pattern_detected'
  matched_pattern_category?: 'bearer-token' | 'api-key' | 'jwt' | 'aws-access-key' | 'generic-high-entropy'
}
