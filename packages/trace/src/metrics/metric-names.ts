import type { Attributes } from '@opentelemetry/api'

/**
 * Which names metrics have: those of the published conventions, or the ones the GenAI conventions will have next, where
 * tokens are counted apart.
 */
export type MetricConventions = 'current' | 'next'

/** What is measured, whatever it is called. */
export type Measure =
  | 'inferenceDuration'
  | 'embeddingDuration'
  | 'inputTokens'
  | 'outputTokens'
  | 'cacheReadTokens'
  | 'cacheWriteTokens'
  | 'reasoningTokens'
  | 'toolDuration'
  | 'runDuration'
  | 'runModelCalls'
  | 'runToolCalls'
  | 'runCost'
  | 'mcpClientDuration'
  | 'mcpServerDuration'
  | 'a2aDuration'
  | 'decisions'
  | 'decisionDuration'

/** One instrument that a measure is recorded with; without boundaries it is a counter. */
export interface InstrumentSpec {
  readonly name: string
  readonly unit: string
  readonly description: string
  readonly boundaries?: readonly number[]
  /** Said with every value of the measure. */
  readonly attributes?: Attributes
}

type Instruments = readonly InstrumentSpec[]

const doubling = (first: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => Number((first * 2 ** index).toPrecision(8)))

// as the conventions for GenAI and for MCP advise
const SECONDS = doubling(0.01, 14)
const RUN_SECONDS = doubling(0.1, 13)
const CALLS = doubling(1, 8)
const MCP_SECONDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300]
const DECISION_SECONDS = [0.0001, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const TOKENS = Array.from({ length: 14 }, (_, index) => 4 ** index)

const seconds = (name: string, description: string, boundaries = SECONDS): InstrumentSpec => ({
  name,
  unit: 's',
  description,
  boundaries,
})

const OPERATION = seconds('gen_ai.client.operation.duration', 'Time a model call took')

const COMMON = {
  embeddingDuration: [OPERATION],
  toolDuration: [seconds('gen_ai.execute_tool.duration', 'Time a tool call took, decisions included')],
  runCost: [{ name: 'aos.run.cost', unit: 'USD', description: 'What runs have cost, where known' }],
  mcpClientDuration: [seconds('mcp.client.operation.duration', 'Time an MCP request took', MCP_SECONDS)],
  mcpServerDuration: [
    seconds('mcp.server.operation.duration', 'Time an MCP request was served', MCP_SECONDS),
  ],
  a2aDuration: [seconds('aos.a2a.operation.duration', 'Time an A2A request took or was served')],
  decisions: [{ name: 'aos.decisions', unit: '{decision}', description: 'Decisions made' }],
  decisionDuration: [seconds('aos.decision.duration', 'Time from asking to deciding', DECISION_SECONDS)],
} as const satisfies { readonly [Key in Measure]?: Instruments }

const tokenUsage = (type: 'input' | 'output'): InstrumentSpec => ({
  name: 'gen_ai.client.token.usage',
  unit: '{token}',
  description: 'Tokens a model call used',
  boundaries: TOKENS,
  attributes: { 'gen_ai.token.type': type },
})

const tokensOf = (name: string, description: string): InstrumentSpec => ({
  name: `gen_ai.client.inference.operation.${name}`,
  unit: '{token}',
  description,
  boundaries: TOKENS,
})

// providers do not say of which modality tokens are
const counted = (name: string, description: string): InstrumentSpec => ({
  name: `gen_ai.client.inference.usage.${name}`,
  unit: '{token}',
  description,
  attributes: { 'gen_ai.token.modality': 'unknown' },
})

const calls = (name: string, unit: string, description: string): InstrumentSpec => ({
  name: `gen_ai.invoke_agent.${name}`,
  unit,
  description,
  boundaries: CALLS,
})

/** What each measure is called, by the conventions; one that a set of them does not have is not recorded. */
export const METRICS: Readonly<Record<MetricConventions, { readonly [Key in Measure]: Instruments }>> = {
  current: {
    ...COMMON,
    inferenceDuration: [OPERATION],
    inputTokens: [tokenUsage('input')],
    outputTokens: [tokenUsage('output')],
    cacheReadTokens: [],
    cacheWriteTokens: [],
    reasoningTokens: [],
    runDuration: [seconds('gen_ai.invoke_agent.duration', 'Time a run took')],
    runModelCalls: [],
    runToolCalls: [],
  },
  next: {
    ...COMMON,
    inferenceDuration: [seconds('gen_ai.client.inference.duration', 'Time a model call took')],
    inputTokens: [
      tokensOf('input_tokens', 'Input tokens of a model call'),
      counted('input_tokens', 'Input tokens used, cached ones included'),
    ],
    outputTokens: [
      tokensOf('output_tokens', 'Output tokens of a model call'),
      counted('output_tokens', 'Output tokens used, those of reasoning included'),
    ],
    cacheReadTokens: [counted('cache_read.input_tokens', 'Input tokens read from a cache')],
    cacheWriteTokens: [counted('cache_write.input_tokens', 'Input tokens written to a cache')],
    reasoningTokens: [counted('reasoning.output_tokens', 'Output tokens used for reasoning')],
    runDuration: [seconds('gen_ai.invoke_agent.duration', 'Time a run took', RUN_SECONDS)],
    runModelCalls: [calls('inference_calls', '{inference_call}', 'Model calls of a run')],
    runToolCalls: [calls('tool_calls', '{tool_call}', 'Tool calls of a run')],
  },
}
