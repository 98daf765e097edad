// generated from schemas/agent-run: do not edit

/**
 * What one agent did from start to end: its steps, what they cost, and the proof of how the result came about.
 */
export interface AgentRun {
  /**
   * Key of the run, unique at the server. A UUID version 7 sorts by time.
   */
  id: string
  /**
   * Which agent ran. Enters run_hash.
   */
  agent_id: string
  /**
   * The name that people know the agent by.
   */
  agent_name?: string
  /**
   * Model that the agent asked for. Enters run_hash.
   */
  model?: string
  /**
   * Who serves the model, for example anthropic or openai.
   */
  provider?: string
  /**
   * Software that executed the agent.
   */
  runtime?: string
  /**
   * Version of that software.
   */
  runtime_version?: string
  /**
   * What started the run. Enters run_hash.
   */
  trigger?: 'manual' | 'cron' | 'webhook' | 'agent' | 'pipeline' | 'queue'
  /**
   * Id of the run that started this one, null for a run that no other run started.
   */
  parent_run_id?: string | null
  /**
   * Task in the caller's own system that this run works on.
   */
  task_id?: string | null
  /**
   * Where the run is in its life.
   */
  status: 'pending' | 'running' | 'completed' | 'failed' | 'cancelled' | 'timeout'
  /**
   * Whether the run reached its aim, independent of how it ended.
   */
  outcome?: 'success' | 'failed' | 'partial' | 'abandoned' | null
  /**
   * Start of the run, RFC 3339 with a time zone.
   */
  started_at: string
  /**
   * End of the run, null while it lasts.
   */
  ended_at?: string | null
  /**
   * Length of the run in whole milliseconds.
   */
  duration_ms?: number | null
  /**
   * What the agent did, in order of start. May be empty.
   */
  steps: Step[]
  /**
   * Names of the tools that the agent could have called. Enters run_hash, whatever their order.
   */
  tools_available?: string[]
  cost: Cost
  provenance: Provenance
  /**
   * Score of the run, attached after it ended.
   */
  eval?: EvalResult | null
  /**
   * Why the run failed.
   */
  error?: string | null
  /**
   * Branch that the agent worked on.
   */
  git_branch?: string | null
  /**
   * Commit that the agent worked on.
   */
  git_commit?: string | null
  /**
   * Workspace at the server that the run belongs to.
   */
  workspace_id?: string | null
  /**
   * Free labels to search by.
   */
  tags?: string[]
  /**
   * Whatever the runtime wants to add.
   */
  metadata?: {
    [k: string]: unknown
  }
}
/**
 * One thing an agent did within a run: thought, called a tool, got a result, spoke, failed or handed over.
 */
export interface Step {
  /**
   * Identifies the step within its run.
   */
  id: string
  /**
   * Kind of step.
   */
  type: 'reasoning' | 'tool_call' | 'tool_result' | 'message' | 'error' | 'handoff'
  /**
   * Tool that a tool_call or tool_result is about.
   */
  tool_name?: string | null
  /**
   * MCP server that offers the tool.
   */
  mcp_server?: string | null
  /**
   * Beginning of the input, redacted, at most 500 characters.
   */
  input_preview?: string | null
  /**
   * Beginning of the output, redacted, at most 500 characters.
   */
  output_preview?: string | null
  /**
   * Whether the step did what it was meant to do. False for a denied tool call.
   */
  success?: boolean | null
  /**
   * What went wrong.
   */
  error?: string | null
  /**
   * Start of the step, RFC 3339 with a time zone.
   */
  started_at: string
  /**
   * End of the step, null while it lasts.
   */
  ended_at?: string | null
  /**
   * Length of the step in whole milliseconds.
   */
  duration_ms?: number | null
  /**
   * Tokens that the step's model call used, input and output together.
   */
  tokens_used?: number | null
  /**
   * Whatever the runtime wants to add.
   */
  metadata?: {
    [k: string]: unknown
  }
}
/**
 * Tokens that a run used, and what they cost. An amount that nobody knows is left out; it is not 0.
 */
export interface Cost {
  /**
   * Tokens sent to models.
   */
  input_tokens: number
  /**
   * Tokens that models produced.
   */
  output_tokens: number
  /**
   * Input tokens served from a provider's cache.
   */
  cache_read_tokens?: number | null
  /**
   * Input tokens written to a provider's cache.
   */
  cache_write_tokens?: number | null
  /**
   * All tokens, as the provider counts them.
   */
  total_tokens?: number | null
  /**
   * Price of the run in US dollars.
   */
  cost_usd?: number | null
  /**
   * Model that the price refers to.
   */
  model?: string | null
  /**
   * Whatever the runtime wants to add.
   */
  metadata?: {
    [k: string]: unknown
  }
}
/**
 * How a run came about, in a form that others can check.
 */
export interface Provenance {
  /**
   * SHA-256 over agent_id, model, tools_available, config_hash and trigger: equal for runs of one agent in one set-up.
   */
  run_hash: string
  /**
   * run_hash of the run that started this one, null for a root.
   */
  parent_run_hash?: string | null
  /**
   * run_hash of every ancestor, root first. The last one is parent_run_hash.
   */
  lineage?: string[]
  /**
   * Exact version of the model that answered.
   */
  model_version?: string
  /**
   * SHA-256 over the agent's configuration. Enters run_hash.
   */
  config_hash?: string
  /**
   * Software that wrote the record, as name@version.
   */
  runtime?: string
  /**
   * The signer's public key or its id: ed25519:<base64url>, an RFC 7638 thumbprint, did:key, or a name that the verifier knows.
   */
  signed_by?: string | null
  /**
   * Ed25519 signature over the RFC 8785 text of this object without its signature member, base64url.
   */
  signature?: string | null
  /**
   * When the record was written, RFC 3339 with a time zone.
   */
  created_at?: string
  /**
   * Whatever the runtime wants to add. A record that binds the whole run carries run_id and record_hash here.
   */
  metadata?: {
    [k: string]: unknown
  }
}
/**
 * How good a run was, judged after it ended.
 */
export interface EvalResult {
  /**
   * Kind of task that was judged.
   */
  task_type?: string | null
  /**
   * Which kind of evaluation gave the score.
   */
  eval_layer?: string | null
  /**
   * Whether the run met its acceptance criteria.
   */
  pass: boolean
  /**
   * Grade from 0 to 100.
   */
  score: number
  /**
   * What the run should have produced.
   */
  expected_outcome?: string | null
  /**
   * What the run produced.
   */
  actual_outcome?: string | null
  /**
   * Measured values behind the score.
   */
  metrics?: {
    /**
     * Price in US dollars.
     */
    cost_usd?: number
    /**
     * Length in seconds.
     */
    duration_s?: number
    /**
     * Number of tool calls.
     */
    tool_calls?: number
    /**
     * Number of repeated attempts.
     */
    retries?: number
    /**
     * How straight the way to the result was: 1 is the shortest way.
     */
    convergence_score?: number | null
    /**
     * Steps that the run took.
     */
    total_steps?: number | null
    /**
     * Steps that the shortest way takes.
     */
    optimal_steps?: number | null
    [k: string]: unknown
  }
  /**
   * Id of the better run that this one falls behind.
   */
  regression_from?: string | null
  /**
   * Remarks of the judge.
   */
  detail?: string | null
  /**
   * Benchmark that the run was part of.
   */
  benchmark_id?: string | null
  /**
   * Whatever the judge wants to add.
   */
  metadata?: {
    [k: string]: unknown
  }
}
