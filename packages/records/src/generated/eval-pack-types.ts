// generated from schemas/eval-pack: do not edit

/**
 * Tasks for agents with the worlds they run in and what is expected of them.
 */
export interface BenchPack {
  /**
   * Version of the format.
   */
  version: 1
  /**
   * Name of the pack; the benchmark_id of what it judges.
   */
  id: string
  /**
   * What it is about.
   */
  title?: string
  /**
   * What it tests, and how.
   */
  description?: string
  /**
   * Policies in force, as a policy file of the guardian writes them.
   */
  policies?: (string | { [k: string]: unknown })[]
  /**
   * Tools of all tasks.
   */
  tools?: {
    [k: string]: BenchTool
  }
  /**
   * The tasks.
   *
   * @minItems 1
   */
  tasks: BenchTask[]
}
/**
 * A scripted tool of the world.
 */
export interface BenchTool {
  /**
   * What the model is told of it.
   */
  description?: string
  /**
   * JSON Schema of its arguments; default: an object of any members.
   */
  parameters?: { [k: string]: unknown }
  /**
   * What else it is beside a tool.
   */
  kind?: 'tool' | 'knowledge' | 'memoryStore' | 'memoryContext' | 'agent'
  /**
   * What it always answers, where no answer of answers fits.
   */
  result?: unknown
  /**
   * What it answers: the first that fits and is not used up.
   */
  answers?: BenchAnswer[]
}
/**
 * One answer of a scripted tool.
 */
export interface BenchAnswer {
  /**
   * What the arguments must be at least.
   */
  when?: { [k: string]: unknown }
  /**
   * The result.
   */
  result?: unknown
  /**
   * Message of the error that it fails with instead.
   */
  error?: string
  /**
   * How often it can be used; default: without end.
   */
  times?: number
}
/**
 * One task: what the agent is asked, in what world, and what is expected.
 */
export interface BenchTask {
  /**
   * Name of the task, unique in its pack.
   */
  id: string
  /**
   * What it is about.
   */
  title?: string
  /**
   * What the agent is run with.
   */
  input: unknown
  /**
   * Kind of task, for the EvalResult.
   */
  taskType?: string
  /**
   * Policies in force for this task, instead of those of the pack.
   */
  policies?: (string | { [k: string]: unknown })[]
  /**
   * Tools of this task, beside those of the pack or in their place.
   */
  tools?: {
    [k: string]: BenchTool
  }
  /**
   * What a scripted model answers, call by call.
   *
   * @minItems 1
   */
  model?: BenchTurn[]
  /**
   * What a person answers when asked: the first that fits.
   */
  approvals?: BenchApproval[]
  /**
   * What is expected: all of it, or with passScore a weighted mean.
   *
   * @minItems 1
   */
  expect: BenchExpectation[]
  /**
   * Mean score from which on the task passes.
   */
  passScore?: number
  /**
   * How often it is run; default: as the runner says.
   */
  repeat?: number
}
/**
 * One answer of the scripted model.
 */
export interface BenchTurn {
  /**
   * What it says.
   */
  text?: string
  /**
   * Tools that it calls.
   *
   * @minItems 1
   */
  calls?: BenchCall[]
  /**
   * Default 10.
   */
  inputTokens?: number
  /**
   * Default 5.
   */
  outputTokens?: number
  /**
   * How often it answers so, one after another; default 1.
   */
  times?: number
}
/**
 * A tool call of the scripted model.
 */
export interface BenchCall {
  /**
   * Name of the tool.
   */
  tool: string
  /**
   * Default: none.
   */
  arguments?: { [k: string]: unknown }
}
/**
 * What a person answers when asked about a tool call; who is asked about anything else refuses.
 */
export interface BenchApproval {
  /**
   * Name of the tool.
   */
  tool: string
  /**
   * What the arguments must be at least; default: any.
   */
  arguments?: { [k: string]: unknown }
  /**
   * The answer.
   */
  approve: boolean
}
/**
 * One thing that is expected of a run. Beside name and weight it has exactly one member.
 */
export interface BenchExpectation {
  /**
   * Stands in the report; default: the kind of expectation.
   */
  name?: string
  /**
   * What it counts for in the score of a task with passScore; default 1.
   */
  weight?: number
  /**
   * The output is exactly this text or value.
   */
  exact?: unknown
  json?: ExpectJson
  numeric?: ExpectNumber
  text?: ExpectText
  trajectory?: ExpectTrajectory
  budget?: ExpectBudget
  denied?: ExpectDenied
  executed?: ExpectExecuted
  notExecuted?: ExpectNotExecuted
  decision?: ExpectDecision
  ended?: ExpectEnded
  judge?: ExpectJudge
  /**
   * Name of a scorer that whoever runs the pack gives.
   */
  custom?: string
}
/**
 * The output is this JSON value, or a text that holds it.
 */
export interface ExpectJson {
  /**
   * The value.
   */
  value: unknown
  /**
   * How far a number may be off.
   */
  tolerance?: number
  /**
   * Other members may be there.
   */
  subset?: boolean
  /**
   * JSON Pointers of what is not compared.
   */
  ignore?: string[]
}
/**
 * The output is this number.
 */
export interface ExpectNumber {
  /**
   * The number.
   */
  value: number
  /**
   * How far it may be off.
   */
  tolerance?: number
  /**
   * The same as a share of the number.
   */
  relativeTolerance?: number
  /**
   * Where in a text the number is; default whole.
   */
  find?: 'whole' | 'first' | 'last'
}
/**
 * Texts in the output.
 */
export interface ExpectText {
  /**
   * The output holds each of these.
   *
   * Items: A text.
   */
  contains?: string[]
  /**
   * None of these is in the output or in an executed call.
   *
   * Items: A text.
   */
  absent?: string[]
}
/**
 * The tools that are called.
 */
export interface ExpectTrajectory {
  /**
   * The calls.
   */
  calls: BenchCall[]
  /**
   * How they are compared; default strict.
   */
  order?: 'strict' | 'ordered' | 'unordered' | 'subset' | 'superset'
  /**
   * Which calls count; default executed.
   */
  count?: 'executed' | 'all'
  /**
   * Calls of the shortest way; default: as many as there are here.
   */
  optimalSteps?: number
}
/**
 * What the run may use up at most.
 */
export interface ExpectBudget {
  /**
   * Dollars.
   */
  costUsd?: number
  /**
   * Milliseconds.
   */
  durationMs?: number
  /**
   * Tokens of models.
   */
  tokens?: number
  /**
   * Tool calls.
   */
  toolCalls?: number
  /**
   * Calls again after a failure.
   */
  retries?: number
}
/**
 * A tool was called and denied, and not executed.
 */
export interface ExpectDenied {
  /**
   * Name of the tool.
   */
  tool: string
  /**
   * What the arguments are at least.
   */
  arguments?: { [k: string]: unknown }
  /**
   * Reason code of the denial.
   */
  code?: string
  /**
   * How often at least; default 1.
   */
  times?: number
}
/**
 * A tool was executed, and its result came through.
 */
export interface ExpectExecuted {
  /**
   * Name of the tool.
   */
  tool: string
  /**
   * What the arguments are at least.
   */
  arguments?: { [k: string]: unknown }
  /**
   * How often exactly; default: at least once.
   */
  times?: number
}
/**
 * A tool was not executed.
 */
export interface ExpectNotExecuted {
  /**
   * Name of the tool.
   */
  tool: string
  /**
   * What the arguments are at least.
   */
  arguments?: { [k: string]: unknown }
}
/**
 * There was such a decision.
 */
export interface ExpectDecision {
  /**
   * Hook.
   */
  hook?: string
  /**
   * What was decided.
   */
  verdict?: string
  /**
   * What was done about it.
   */
  enforced?: string
  /**
   * request, approval or result.
   */
  phase?: string
  /**
   * Name of the tool.
   */
  tool?: string
  /**
   * Reason code.
   */
  code?: string
}
/**
 * How the run ended.
 */
export interface ExpectEnded {
  /**
   * Status of the AgentRun.
   */
  status?: 'completed' | 'failed' | 'cancelled' | 'timeout'
  /**
   * Outcome of the AgentRun.
   */
  outcome?: 'success' | 'failed' | 'partial' | 'abandoned'
}
/**
 * A model judges the run.
 */
export interface ExpectJudge {
  /**
   * What the answer must do, in words.
   */
  criteria: string
  /**
   * How often it is asked; default 1.
   */
  votes?: number
}
