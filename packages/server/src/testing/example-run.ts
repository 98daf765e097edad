import { runHash, type AgentRun } from '@agent-run/types'

const T0 = Date.UTC(2026, 0, 31, 10)

/** A valid run; `at` counts the seconds it started after the first one. */
export function exampleRun(at: number, members: Partial<AgentRun> = {}): AgentRun {
  const started = T0 + at * 1_000
  const id = `${started
    .toString(16)
    .padStart(12, '0')
    .replace(/^(.{8})/, '$1-')}-7000-8000-${at.toString(16).padStart(12, '0')}`
  const { agent_id = 'agent-1', model = 'model-1', tools_available = ['search'] } = members
  return {
    id,
    agent_id,
    agent_name: 'Researcher',
    model,
    status: 'completed',
    outcome: 'success',
    started_at: new Date(started).toISOString(),
    ended_at: new Date(started + 500).toISOString(),
    duration_ms: 500,
    tools_available,
    steps: [
      {
        id: `${id}-s1`,
        type: 'tool_call',
        tool_name: 'search',
        started_at: new Date(started).toISOString(),
        success: true,
      },
    ],
    cost: { input_tokens: 10, output_tokens: 5, total_tokens: 15, cost_usd: 0.01 },
    provenance: { run_hash: runHash({ agent_id, model, tools_available }) },
    ...members,
  }
}

/** The same with a step that was denied. */
export function deniedRun(at: number, members: Partial<AgentRun> = {}): AgentRun {
  const run = exampleRun(at, { outcome: 'partial', ...members })
  const steps = run.steps.map((step) => ({ ...step, success: false, error: 'denied by guardian: pii' }))
  return { ...run, steps }
}
