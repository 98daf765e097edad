import { rules, type Requirements } from '../requirement.ts'

/** The agent-run protocol, as `@agent-run/types` keeps it. */
export const AGENT_RUN: Requirements = {
  ...rules('agent-run, AgentRun', 'MUST', {
    'agent-run.required': 'id, agent_id, status, started_at, steps, cost and provenance are required',
    'agent-run.enums': 'trigger, status, outcome and step type take their listed words only',
    'agent-run.preview-length': 'input_preview and output_preview have at most 500 characters',
    'agent-run.placeholder-hash':
      "run_hash is 64 lower-case hex digits; the placeholder '...' is refused with its path",
    'agent-run.cost-required': 'a cost has input_tokens and output_tokens',
    'agent-run.eval-range': 'an evaluation has pass and a score from 0 to 100',
  }),
  ...rules('agent-run, provenance', 'MUST', {
    'agent-run.run-hash':
      'run_hash is the SHA-256 of agent_id, model, sorted tools as JSON, config_hash and trigger, joined with "|"',
    'agent-run.run-hash-order':
      'run_hash does not depend on the order of tools, and leaves the given list as it is',
    'agent-run.run-hash-delimiter': 'an agent_id or model with a "|" is refused when a hash is made',
    'agent-run.lineage':
      'lineage is that of the parent followed by the parent; its last element is parent_run_hash',
    'agent-run.signature': 'a signature covers the canonical provenance without itself',
  }),
  ...rules('agent-run, AgentRun', 'SHOULD', {
    'agent-run.id-v7': 'id is a UUID of version 7, so that runs sort by time',
    'agent-run.unknown-members': 'members that are not listed are accepted',
  }),
}
