// The public surface of @aos/sdk/adapter: what an adapter translates a framework with.
export {
  defineAdapter,
  type Adapter,
  type AdapterHost,
  type AgentDescription,
  type BoundAgent,
  type Coverage,
} from '../instrument/adapter.ts'
export { settleWithin, type SettledWithin } from '../hooks/deadline.ts'
export { compileMatch, type ToolMatch } from '../hooks/match.ts'
export { isDeepStrictEqual } from '../values/deep-equal.ts'
export type { InstrumentCore, RunCall } from '../instrument/core.ts'
export { runTurn } from '../run/boundary.ts'
export { exchange, executingToolCall, type Answer, type ExecutingToolCall } from '../run/exchange.ts'
export {
  consume,
  decide,
  decideNow,
  endAnswered,
  finish,
  finishFailed,
  judgeAnswer,
  pause,
  ticketHolds,
  type Ticket,
} from '../run/gate.ts'
export { GuardedRun, toolOperation, type ToolCallInput } from '../run/guarded-run.ts'
export type { ApprovalState, Operation, ToolKind } from '../run/operation.ts'
export type { Run } from '../run/run.ts'
export type { ModelFacts, Step } from '../run/step.ts'
export { modelSource, toolSource, type ComponentSource } from '../inventory/component-source.ts'
