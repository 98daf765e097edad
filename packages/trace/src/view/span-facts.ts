import type { OtlpSpan } from './otlp-json.ts'
import type {
  AttributeValue,
  Outcome,
  ViewAttributes,
  ViewDecision,
  ViewPeer,
  ViewTokens,
  Work,
} from './view-trace.ts'

/** What the attributes of a span say, in the words of this SDK or of another one. */
export interface SpanFacts {
  readonly work: Work
  readonly outcome: Outcome
  readonly message?: string
  readonly model?: string
  readonly tokens?: ViewTokens
  readonly costUsd?: number
  /** Whether the cost is the total of a run, and not that of one call. */
  readonly isRunCost: boolean
  readonly peer?: ViewPeer
  readonly contents: readonly { readonly label: string; readonly attribute: string }[]
}

/** Explains a span; every value may be missing or of a wrong kind. */
export function factsOf(span: OtlpSpan): SpanFacts {
  const { attributes } = span
  const runCost = numberIn(attributes, 'aos.run.cost_usd')
  const work = workOf(span)
  return {
    work,
    outcome: outcomeOf(span),
    isRunCost: runCost !== undefined,
    contents: CONTENTS.flatMap(([label, ...names]) =>
      names.filter((name) => Object.hasOwn(attributes, name)).map((attribute) => ({ label, attribute })),
    ),
    ...given({
      message: messageOf(span),
      model: textIn(attributes, ...MODEL),
      tokens: tokensOf(attributes),
      costUsd: runCost ?? numberIn(attributes, ...COST),
      peer: peerOf(attributes, work),
    }),
  }
}

const MODEL = ['gen_ai.response.model', 'gen_ai.request.model', 'llm.model_name', 'ai.model.id']
const COST = ['gen_ai.usage.cost', 'llm.cost.total', 'gen_ai.usage.total_cost', 'gen_ai.cost.total_cost']
const TOKENS: Readonly<Record<keyof ViewTokens, readonly string[]>> = {
  input: [
    'gen_ai.usage.input_tokens',
    'gen_ai.usage.prompt_tokens',
    'llm.token_count.prompt',
    'ai.usage.inputTokens',
    'ai.usage.promptTokens',
  ],
  output: [
    'gen_ai.usage.output_tokens',
    'gen_ai.usage.completion_tokens',
    'llm.token_count.completion',
    'ai.usage.outputTokens',
    'ai.usage.completionTokens',
  ],
  cacheRead: ['gen_ai.usage.cache_read.input_tokens', 'llm.token_count.prompt_details.cache_read'],
  reasoning: ['gen_ai.usage.reasoning.output_tokens', 'llm.token_count.completion_details.reasoning'],
}

const CONTENTS: readonly (readonly [label: string, ...attributes: string[]])[] = [
  ['Instructions', 'gen_ai.system_instructions'],
  ['Arguments', 'gen_ai.tool.call.arguments', 'ai.toolCall.args'],
  ['Query', 'gen_ai.retrieval.query.text'],
  [
    'Input',
    'gen_ai.input.messages',
    'aos.step.input',
    'input.value',
    'gen_ai.prompt',
    'traceloop.entity.input',
    'ai.prompt.messages',
    'ai.prompt',
  ],
  ['Result', 'gen_ai.tool.call.result', 'ai.toolCall.result'],
  ['Documents', 'gen_ai.retrieval.documents'],
  [
    'Output',
    'gen_ai.output.messages',
    'aos.step.output',
    'output.value',
    'gen_ai.completion',
    'traceloop.entity.output',
    'ai.response.text',
    'ai.response.object',
  ],
]

const WORK: Readonly<Record<string, Work>> = {
  invoke_agent: 'agent',
  create_agent: 'agent',
  agent: 'agent',
  chat: 'model',
  text_completion: 'model',
  generate_content: 'model',
  embeddings: 'model',
  llm: 'model',
  embedding: 'model',
  execute_tool: 'tool',
  tool: 'tool',
  retrieval: 'retrieval',
  retriever: 'retrieval',
  reranker: 'retrieval',
  search_memory: 'memory',
  upsert_memory: 'memory',
  mcp: 'mcp',
  a2a: 'a2a',
  guardrail: 'guardrail',
  evaluator: 'guardrail',
  run_guardrail: 'guardrail',
  invoke_workflow: 'workflow',
  workflow: 'workflow',
  chain: 'workflow',
  task: 'workflow',
}

function workOf({ name, attributes }: OtlpSpan): Work {
  const isToolCall = textIn(attributes, 'aos.tool.id') !== undefined
  if (!isToolCall && textIn(attributes, 'mcp.method.name') !== undefined) return 'mcp'
  for (const key of ['gen_ai.operation.name', 'openinference.span.kind', 'traceloop.span.kind']) {
    const work = lookUp(WORK, textIn(attributes, key)?.toLowerCase())
    if (work !== undefined) return work
  }
  const operation = textIn(attributes, 'ai.operationId') ?? ''
  if (/\.do(Generate|Stream|Embed)$/.test(operation)) return 'model'
  if (operation === 'ai.toolCall') return 'tool'
  if (operation.startsWith('ai.')) return 'agent'
  return name === 'agent_session' ? 'agent' : 'other'
}

const STEP_OUTCOMES: Readonly<Record<string, Outcome>> = {
  ok: 'ok',
  completed: 'ok',
  error: 'error',
  failed: 'error',
  timeout: 'error',
  denied: 'denied',
  withheld: 'denied',
  cancelled: 'cancelled',
  not_executed: 'skipped',
}

function outcomeOf({ end, isError, attributes }: OtlpSpan): Outcome {
  if (end === 0n) return 'unfinished'
  if (isError) return 'error'
  const said = textIn(attributes, 'aos.step.status', 'aos.run.status')
  return lookUp(STEP_OUTCOMES, said) ?? 'ok'
}

function messageOf({ statusMessage, events }: OtlpSpan): string | undefined {
  if (statusMessage !== undefined) return statusMessage
  const exception = events.find(({ name }) => name === 'exception')
  return exception && textIn(exception.attributes, 'exception.message', 'exception.type')
}

function tokensOf(attributes: ViewAttributes): ViewTokens | undefined {
  const tokens = given({
    input: numberIn(attributes, ...TOKENS.input),
    output: numberIn(attributes, ...TOKENS.output),
    cacheRead: numberIn(attributes, ...TOKENS.cacheRead),
    reasoning: numberIn(attributes, ...TOKENS.reasoning),
  })
  return Object.keys(tokens).length === 0 ? undefined : tokens
}

function peerOf(attributes: ViewAttributes, work: Work): ViewPeer | undefined {
  const peer = given({
    name: textIn(attributes, 'aos.peer.name', 'aos.mcp.server.name'),
    version: textIn(attributes, 'aos.peer.version'),
    url: textIn(attributes, 'aos.peer.url', 'url.full', 'http.url') ?? textIn(attributes, 'server.address'),
  })
  if (Object.keys(peer).length === 0) return undefined
  const isMcp = work === 'mcp' || textIn(attributes, 'aos.mcp.server.name', 'mcp.method.name') !== undefined
  return { protocol: isMcp ? 'mcp' : work === 'a2a' ? 'a2a' : 'http', ...peer }
}

/** Reads an event `aos.decision`. */
export function toDecision(attributes: ViewAttributes, atMs: number): ViewDecision {
  return {
    verdict: textIn(attributes, 'aos.decision') ?? 'unknown',
    policies: textsIn(attributes, 'aos.decision.policies'),
    codes: textsIn(attributes, 'aos.decision.reason_codes'),
    shadow: attributes['aos.decision.shadow'] === true,
    atMs,
    ...given({
      hook: textIn(attributes, 'aos.decision.hook'),
      phase: textIn(attributes, 'aos.decision.phase'),
      by: textIn(attributes, 'aos.decision.by'),
      reason: textIn(attributes, 'aos.decision.message'),
      enforced: textIn(attributes, 'aos.decision.enforced'),
      source: textIn(attributes, 'aos.decision.source'),
      failOpen: textIn(attributes, 'aos.decision.fail_open'),
      latencyMs: numberIn(attributes, 'aos.decision.latency_ms'),
    }),
  }
}

function lookUp<Value>(table: Readonly<Record<string, Value>>, key: string | undefined): Value | undefined {
  return key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined
}

function textIn(attributes: ViewAttributes, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = lookUp(attributes, name)
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}

function textsIn(attributes: ViewAttributes, name: string): readonly string[] {
  const value: AttributeValue | undefined = lookUp(attributes, name)
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []
}

function numberIn(attributes: ViewAttributes, ...names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = lookUp(attributes, name)
    if (typeof value === 'number') return value
  }
  return undefined
}

type Given<Value> = { [Key in keyof Value]?: Exclude<Value[Key], undefined> }

function given<Value extends object>(value: Value): Given<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Given<Value>
}
