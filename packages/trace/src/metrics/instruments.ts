import type { Counter, Histogram, Meter } from '@opentelemetry/api'

// as the conventions for GenAI and for MCP advise
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
const MCP_SECONDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300]
const DECISION_SECONDS = [0.0001, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864]

/** The instruments of one meter. */
export interface Instruments {
  readonly modelDuration: Histogram
  readonly tokens: Histogram
  readonly toolDuration: Histogram
  readonly runDuration: Histogram
  readonly mcpClientDuration: Histogram
  readonly mcpServerDuration: Histogram
  readonly a2aDuration: Histogram
  readonly decisions: Counter
  readonly decisionDuration: Histogram
  readonly runCost: Counter
}

/** Makes the instruments: names of the conventions for GenAI and MCP, `aos.*` where they have none. */
export function createInstruments(meter: Meter): Instruments {
  const seconds = (name: string, description: string, boundaries = SECONDS): Histogram =>
    meter.createHistogram(name, {
      unit: 's',
      description,
      advice: { explicitBucketBoundaries: [...boundaries] },
    })
  return {
    modelDuration: seconds('gen_ai.client.operation.duration', 'Time a model call took'),
    tokens: meter.createHistogram('gen_ai.client.token.usage', {
      unit: '{token}',
      description: 'Tokens a model call used',
      advice: { explicitBucketBoundaries: [...TOKENS] },
    }),
    toolDuration: seconds('gen_ai.execute_tool.duration', 'Time a tool call took, decisions included'),
    runDuration: seconds('gen_ai.invoke_agent.duration', 'Time a run took'),
    mcpClientDuration: seconds('mcp.client.operation.duration', 'Time an MCP request took', MCP_SECONDS),
    mcpServerDuration: seconds(
      'mcp.server.operation.duration',
      'Time an MCP request was served',
      MCP_SECONDS,
    ),
    a2aDuration: seconds('aos.a2a.operation.duration', 'Time an A2A request took or was served'),
    decisions: meter.createCounter('aos.decisions', { unit: '{decision}', description: 'Decisions made' }),
    decisionDuration: seconds('aos.decision.duration', 'Time from asking to deciding', DECISION_SECONDS),
    runCost: meter.createCounter('aos.run.cost', {
      unit: 'USD',
      description: 'What runs have cost, where known',
    }),
  }
}
