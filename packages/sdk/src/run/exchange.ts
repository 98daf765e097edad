import { processState } from '../process-state.ts'
import { consume, decideNow, endAnswered, judgeAnswer } from './gate.ts'
import type { Operation } from './operation.ts'
import { Run } from './run.ts'
import { Step } from './step.ts'

/** What came back for a message that asks. */
export interface Answer {
  readonly value: unknown
  /** Whether it says that the other side has failed or refused. */
  readonly isError?: boolean | undefined
  /** What is recorded of that. */
  readonly error?: unknown
}

/**
 * One message that asks and its answer, as one step: judges the message, forwards what it became, judges the answer.
 * Throws `AosDeniedError` where either is denied, what ended the run, or what forwarding it threw.
 */
export async function exchange(
  run: Run,
  operation: Operation,
  forward: (value: unknown, step: Step) => Answer | PromiseLike<Answer>,
): Promise<Answer> {
  const ticket = await decideNow(run, { ...operation, answered: true })
  consume(ticket)
  const { step } = ticket
  let answer: Answer
  try {
    answer = await run.enter(() => forward(ticket.value, step), step)
  } catch (error) {
    step.fail(error)
    throw run.fatal === undefined ? error : run.fatal.error
  }
  run.throwIfFatal()
  const value = await judgeAnswer(ticket, answer.value, answer.isError)
  endAnswered(ticket, value, answer.isError === true ? { error: answer.error } : undefined)
  return { ...answer, value }
}

/** The tool call that this code is the execution of. */
export interface ExecutingToolCall {
  readonly run: Run
  readonly step: Step
  readonly toolName: string
  /** The arguments that were decided. */
  readonly parameters: unknown
  /** Name of the MCP server that the tool is one of, as far as it was judged as one. */
  readonly mcpServer: string | undefined
  /** Takes the one message that may stand for the call; true the first time. */
  cover(): boolean
}

/** The tool call whose execution this code stands in, found through the async context. */
export function executingToolCall(): ExecutingToolCall | undefined {
  const { run, step } = processState.ambient.getStore() ?? {}
  if (!(run instanceof Run) || !(step instanceof Step) || step.kind !== 'toolCall') return undefined
  const { execution } = step
  if (execution === undefined) return undefined
  const { name: toolName, value: parameters, mcpServer } = execution
  return { run, step, toolName, parameters, mcpServer, cover: () => step.takeMessage() }
}
