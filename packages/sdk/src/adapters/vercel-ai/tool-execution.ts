import { trace, type Span } from '@opentelemetry/api'
import { AosDeniedError } from '../../errors.ts'
import { AOS } from '../../generated/attributes.ts'
import { implicitRun, inOpenRun } from '../../run/boundary.ts'
import { consume, finish, finishFailed, ticketHolds, type Ticket } from '../../run/gate.ts'
import type { Run } from '../../run/run.ts'
import { safely } from '../../spans/span-port.ts'
import { callIfFunction, isAsyncIterable, isThenable, type ExecuteOptions, type ToolLike } from './shapes.ts'
import type { ToolGate } from './tool-seam.ts'

type Execute = (input: unknown, options: ExecuteOptions) => unknown

/** Gates the execution of a tool: the decision for exactly this input is made or found, used up, and its result judged. */
export function guardedExecute(tool: ToolLike, toolName: string, gate: ToolGate): Execute {
  const call = (input: unknown, options: ExecuteOptions): unknown =>
    callIfFunction(tool.execute, tool, [input, options])
  const generates = isGeneratorFunction(tool.execute)
  return (input, options) => {
    const { run } = gate.calls
    if (run.quiet) {
      run.core.components.noteTool(toolName)
      return run.enter(() => call(input, options))
    }
    const execution: Execution = { tool, toolName, input, options, gate, call }
    if (run.state === 'closed') return generates ? iterateLate(execution) : executeLate(execution)
    return generates ? iterate(execution) : executeOnce(execution)
  }
}

interface Execution {
  readonly tool: ToolLike
  readonly toolName: string
  readonly input: unknown
  readonly options: ExecuteOptions
  readonly gate: ToolGate
  readonly call: Execute
}

// a tool that is reached when its run has ended is judged in a run of its own
async function executeLate(execution: Execution): Promise<unknown> {
  const { gate } = execution
  gate.calls.run.throwIfFatal()
  return inOpenRun(gate.calls.run, (run) =>
    executeOnce({ ...execution, gate: { ...gate, calls: gate.calls.forRun(run) } }),
  )
}

async function* iterateLate(execution: Execution): AsyncGenerator<unknown> {
  const { gate } = execution
  gate.calls.run.throwIfFatal()
  const run = implicitRun(gate.calls.run)
  try {
    yield* iterate({ ...execution, gate: { ...gate, calls: gate.calls.forRun(run) } })
    run.end('completed')
  } finally {
    run.end('failed')
  }
}

async function executeOnce(execution: Execution): Promise<unknown> {
  const { gate, options, call } = execution
  const { run } = gate.calls
  const { ticket, input } = await begin(execution)
  try {
    const result = run.enter(() => call(input, withSignal(options, run)), ticket.step)
    const output: unknown = isAsyncIterable(result)
      ? await lastOf(result)
      : isThenable(result)
        ? await result
        : result
    run.throwIfFatal()
    return await finish(ticket, output)
  } catch (error) {
    if (ticket.step.ended) throw error
    throw await finishFailed(ticket, error)
  }
}

async function* iterate(execution: Execution): AsyncGenerator<unknown> {
  const { gate, options, call } = execution
  const { run } = gate.calls
  const { ticket, input } = await begin(execution)
  const held = run.guards('toolCallResult')
  let last: unknown
  try {
    const result = run.enter(() => call(input, withSignal(options, run)), ticket.step)
    if (!isAsyncIterable(result)) {
      yield await finish(ticket, isThenable(result) ? await result : result)
      return
    }
    const iterator = result[Symbol.asyncIterator]()
    try {
      for (;;) {
        const next = await run.enter(() => iterator.next(), ticket.step)
        if (next.done === true) break
        last = next.value
        // what has not been judged yet must not leave
        if (!held) yield last
      }
    } finally {
      if (!ticket.step.ended) await iterator.return?.()
    }
    run.throwIfFatal()
    const output = await finish(ticket, last)
    if (held) yield output
  } catch (error) {
    if (ticket.step.ended) throw error
    throw await finishFailed(ticket, error)
  }
}

/** Finds or makes the decision for exactly this input and uses it up; throws the denial. */
async function begin(
  execution: Execution,
  made = 1,
): Promise<{ readonly ticket: Ticket; readonly input: unknown }> {
  const { tool, toolName, input, options, gate } = execution
  const { calls } = gate
  await gate.ready()
  const { toolCallId, abortSignal } = options
  const seen = { toolCallId, toolName, input, tool, history: options.messages }
  const ticket = await calls.settled({ ...seen, approval: 'none' })
  if (ticket.denial !== undefined) {
    if (gate.annotate) safely(() => hostSpan(ticket)?.setAttribute(AOS.stepId, ticket.step.id), undefined)
    throw new AosDeniedError(ticket.denial)
  }
  const inputIsDecided = ticketHolds(ticket, calls.run, input)
  const host = gate.annotate ? hostSpan(ticket) : undefined
  if (host !== undefined) ticket.step.annotate(host)
  const executable = inputIsDecided ? input : await calls.executable(ticket, tool)
  // the schema may have taken its time, and the policy changed meanwhile
  if (ticket.epoch !== calls.run.epoch && made < MAX_DECISIONS) return begin(execution, made + 1)
  if (ticket.epoch !== calls.run.epoch) throw unsettled(ticket)
  // judging takes time, in which the caller may have left
  if (abortSignal instanceof AbortSignal) abortSignal.throwIfAborted()
  consume(ticket)
  return { ticket, input: executable }
}

const MAX_DECISIONS = 5

function unsettled({ operation, step, run }: Ticket): AosDeniedError {
  return new AosDeniedError({
    hook: 'toolCallRequest',
    reason: 'the policies changed each time this was decided',
    reasonCodes: ['policy_unsettled'],
    decisionId: step.id,
    runId: run.id,
    toolName: operation.name,
  })
}

// a run that is ended by an error tells the tools that still work; where the user gave no signal ours stays out of sight
function withSignal(options: ExecuteOptions, run: Run): ExecuteOptions {
  const own = options['abortSignal']
  const abortSignal = own instanceof AbortSignal ? AbortSignal.any([own, run.signal]) : run.signal
  return Object.defineProperty({ ...options }, 'abortSignal', {
    value: abortSignal,
    enumerable: own instanceof AbortSignal,
  })
}

/** The span the framework made for this execution. */
function hostSpan({ run }: Ticket): Span | undefined {
  const active = trace.getActiveSpan()
  return active !== undefined && active !== run.span && safely(() => active.isRecording(), false)
    ? active
    : undefined
}

async function lastOf(outputs: AsyncIterable<unknown>): Promise<unknown> {
  let last: unknown
  for await (const output of outputs) last = output
  return last
}

function isGeneratorFunction(execute: unknown): boolean {
  return (
    typeof execute === 'function' &&
    Object.prototype.toString.call(execute) === '[object AsyncGeneratorFunction]'
  )
}
