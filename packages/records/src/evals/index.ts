// The public surface of @aos/records/evals.
export type {
  BenchAnswer,
  BenchApproval,
  BenchCall,
  BenchExpectation,
  BenchPack,
  BenchTask,
  BenchTool,
  BenchTurn,
} from '../generated/eval-pack-types.ts'
export {
  compareReports,
  parseBenchReport,
  type BenchAttempt,
  type BenchReport,
  type BenchTotals,
  type EarlierReport,
  type ReportResult,
} from './bench/bench-report.ts'
export { reportToMarkdown, reportToText } from './bench/format-report.ts'
export type { BenchAgent, MakeBenchAgent } from './bench/run-attempt.ts'
export { runBenchPack, type BenchOptions, type BenchProgress } from './bench/run-bench-pack.ts'
export type { ScorerSources } from './pack/expectation-scorer.ts'
export { checkBenchPack, parseBenchPack, type PackIssue, type PackResult } from './pack/parse-bench-pack.ts'
export { scriptedAgent } from './pack/scripted-agent.ts'
export type { PackPolicy, World, WorldTool } from './pack/world.ts'
export {
  compareResults,
  type Comparison,
  type ComparisonOptions,
  type OverallTest,
} from './regression/compare-results.ts'
export type { TaskChange, TaskResult, TaskSummary } from './regression/task-changes.ts'
export {
  exactScorer,
  jsonScorer,
  numericScorer,
  schemaScorer,
  textScorer,
  type EvalSchema,
  type ExactOptions,
  type NumericOptions,
  type SchemaOutcome,
  type TextOptions,
} from './scoring/answer-scorers.ts'
export { budgetScorer, type BudgetOptions } from './scoring/budget-scorer.ts'
export {
  allOf,
  customScorer,
  weightedMean,
  type CustomAnswer,
  type WeightedScorer,
} from './scoring/combined-scorers.ts'
export { compareJson, type JsonComparison, type JsonDifference } from './scoring/compare-json.ts'
export {
  decisionScorer,
  deniedScorer,
  endedScorer,
  executedScorer,
  notExecutedScorer,
  type CallSelection,
  type DecisionOptions,
  type DeniedOptions,
  type EndedOptions,
  type ExecutedOptions,
} from './scoring/guard-scorers.ts'
export { judgeScorer, type AskJudge, type JudgeOptions, type JudgeQuestion } from './scoring/judge-scorer.ts'
export {
  observeRun,
  type CallOutcome,
  type Effect,
  type Observation,
  type ObservedCall,
  type ObservedDecision,
  type ObservedParts,
} from './scoring/observation.ts'
export { scoreRun, toEvalResult, type Judgement, type Scorer } from './scoring/scorer.ts'
export { trajectoryScorer, type ExpectedCall, type TrajectoryOptions } from './scoring/trajectory-scorer.ts'
export { fisherExact, holm, mcnemar, wilson, type Proportion } from './statistics/proportions.ts'
export { signFlipTest, type SignFlipTest } from './statistics/sign-flips.ts'
export { signedRankTest, type SignedRankTest } from './statistics/signed-ranks.ts'
