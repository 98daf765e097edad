import { trace, type Span } from '@opentelemetry/api'
import { AosDeniedError } from '../../errors.ts'
import { AOS } from '../../generated/attributes.ts'
import { implicitRun, inOpenRun } from '../../run/boundary.ts'
import { consume, finish, finishFailed, ticketHolds, type Ticket } from '../../run/gate.ts'
import type { Run } from '../../run/run.ts'
import { whenReady, type Awaitable } from '../../values/awaitable.ts'
import { safely } from '../../spans/span-port.ts'
import { callIfFunction, isAsyncIterable, type ExecuteOptions, type ToolLike } from './shapes.ts'
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
      run.core.components.note('tool', toolName)
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
  return inOpenRun(gate.calls.run, async (run) => {
    const outcome = executeOnce({ ...execution, gate: { ...gate, calls: gate.calls.forRun(run) } })
    return lastOutput(outcome)
  })
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

/** One execution that may happen now, with the input decided on. */
interface Begun {
  readonly ticket: Ticket
  readonly input: unknown
}

// what turns out to be a generator only when it is called reports its progress where its decision stands already
function executeOnce(execution: Execution): unknown {
  try {
    const begun = begin(execution)
    if (begun instanceof Promise)
      return begun.then((later) => settle(later, lastOutput(perform(execution, later))))
    const result = perform(execution, begun)
    return isAsyncIterable(result) ? relay(begun, result) : settle(begun, result)
  } catch (error) {
    return Promise.reject(error)
  }
}

async function* iterate(execution: Execution): AsyncGenerator<unknown> {
  const begun = await begin(execution)
  const result = perform(execution, begun)
  if (isAsyncIterable(result)) yield* relay(begun, result)
  else yield await settle(begun, result)
}

/** Calls the tool: gives its answer, a promise of it, or the outputs it makes on the way. */
function perform({ options, gate, call }: Execution, { ticket, input }: Begun): unknown {
  const { run } = gate.calls
  try {
    return run.enter(() => call(input, withSignal(options, run)), ticket.step)
  } catch (error) {
    return Promise.reject(error)
  }
}

async function settle({ ticket }: Begun, result: unknown): Promise<unknown> {
  try {
    const output = await result
    ticket.run.throwIfFatal()
    return await finish(ticket, output)
  } catch (error) {
    if (ticket.step.ended) throw error
    throw await finishFailed(ticket, error)
  }
}

async function* relay({ ticket }: Begun, outputs: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  const { run, step } = ticket
  const held = run.guards('toolCallResult')
  let last: unknown
  try {
    const iterator = outputs[Symbol.asyncIterator]()
    try {
      for (;;) {
        const next = await run.enter(() => iterator.next(), step)
        if (next.done === true) break
        last = next.value
        // what has not been judged yet must not leave
        if (!held) yield last
      }
    } finally {
      if (!step.ended) await iterator.return?.()
    }
    run.throwIfFatal()
    const output = await finish(ticket, last)
    if (held) yield output
  } catch (error) {
    if (step.ended) throw error
    throw await finishFailed(ticket, error)
  }
}

/** Finds or makes the decision for exactly this input and uses it up; throws the denial. */
function begin(execution: Execution, made = 1): Awaitable<Begun> {
  const { tool, toolName, input, options, gate } = execution
  const { toolCallId } = options
  const seen = { toolCallId, toolName, input, tool, history: options.messages }
  return whenReady(gate.ready(), () =>
    whenReady(gate.calls.settled({ ...seen, approval: 'none' }), (ticket) =>
      permitted(execution, ticket, made),
    ),
  )
}

function permitted(execution: Execution, ticket: Ticket, made: number): Awaitable<Begun> {
  const { tool, input, options, gate } = execution
  const { calls, annotate } = gate
  const host = annotate ? hostSpan(ticket) : undefined
  if (ticket.denial !== undefined) {
    safely(() => host?.setAttribute(AOS.stepId, ticket.step.id), undefined)
    throw new AosDeniedError(ticket.denial)
  }
  const inputIsDecided = ticketHolds(ticket, calls.run, input)
  if (host !== undefined) ticket.step.annotate(host)
  return whenReady(inputIsDecided ? input : calls.executable(ticket, tool), (executable) => {
    const { epoch } = calls.run
    // the schema may have taken its time, and the policy changed meanwhile
    if (ticket.epoch !== epoch && made < MAX_DECISIONS) return begin(execution, made + 1)
    if (ticket.epoch !== epoch) throw unsettled(ticket)
    const { abortSignal } = options
    // judging takes time, in which the caller may have left
    if (abortSignal instanceof AbortSignal) abortSignal.throwIfAborted()
    consume(ticket)
    return { ticket, input: executable }
  })
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

// a run that is ended by an error tells the tools that still work; where the user gave no signal ours stays out of
// sight, and as most tools never look it is made when one does
function withSignal(options: ExecuteOptions, run: Run): ExecuteOptions {
  const own = options['abortSignal']
  const given = own instanceof AbortSignal ? own : undefined
  let signal: AbortSignal | undefined
  return Object.defineProperty({ ...options }, 'abortSignal', {
    get: () => (signal ??= given === undefined ? run.signal : AbortSignal.any([given, run.signal])),
    enumerable: given !== undefined,
    configurable: true,
  })
}

/** The span the framework made for this execution. */
function hostSpan({ run }: Ticket): Span | undefined {
  const active = trace.getActiveSpan()
  return active !== undefined && active !== run.span && safely(() => active.isRecording(), false)
    ? active
    : undefined
}

function lastOutput(result: unknown): unknown {
  return isAsyncIterable(result) ? lastOf(result) : result
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
