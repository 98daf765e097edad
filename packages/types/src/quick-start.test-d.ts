import type { AgentRun, Provenance, Step } from './index.ts'

// the published quick start, as it is written: its placeholder hash has the right type and is refused at run time
const run: AgentRun = {
  id: crypto.randomUUID(),
  agent_id: 'my-agent',
  status: 'completed',
  started_at: new Date().toISOString(),
  steps: [],
  cost: { input_tokens: 1500, output_tokens: 800, cost_usd: 0.012 },
  provenance: { run_hash: '...' },
}

run.steps satisfies Step[]
run.provenance satisfies Provenance

// @ts-expect-error a run without provenance is no run
const incomplete: AgentRun = {
  id: 'x',
  agent_id: 'a',
  status: 'completed',
  started_at: '',
  steps: [],
  cost: { input_tokens: 0, output_tokens: 0 },
}
void incomplete

// @ts-expect-error there is no such status
run.status = 'done'
