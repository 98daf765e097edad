import { AosDeniedError, isDenied } from '../../errors.ts'
import { toolSource } from '../../inventory/component-source.ts'
import type { InstrumentCore } from '../../instrument/core.ts'
import { inOpenRun } from '../../run/boundary.ts'
import { consume, finish, finishFailed, pause, type Ticket } from '../../run/gate.ts'
import type { Run } from '../../run/run.ts'
import { approvalIn, askGraph } from './graph-approval.ts'
import { mcpServerOf } from '../../mcp/server-mark.ts'
import { relayed } from './progress.ts'
import { inScope, RunScope } from './run-scope.ts'
import {
  callIfFunction,
  isBag,
  isBubbleUp,
  isToolCall,
  type ConfigShape,
  type Method,
  type ToolShape,
} from './shapes.ts'
import { answerInPlace, formOf, hasOwnCall, problemOf } from './tool-forms.ts'
import type { SeenCall } from './tool-calls.ts'
import { asError, notice, readOutput } from './tool-output.ts'

/** One use of a tool, as somebody made it. */
export interface ToolUse {
  readonly tool: ToolShape
  readonly method: 'invoke' | 'call'
  readonly input: unknown
  readonly config: ConfigShape | undefined
}

const GATED = new WeakMap<InstrumentCore, WeakMap<object, ToolShape>>()
const ORIGINALS = new WeakMap<object, ToolShape>()

/** The tool as the instrument hands it out: same type, each use judged in the run it belongs to. */
export function gatedTool(tool: ToolShape, core: InstrumentCore): ToolShape {
  const made = GATED.get(core) ?? new WeakMap<object, ToolShape>()
  GATED.set(core, made)
  const known = made.get(tool)
  if (known !== undefined) return known
  const gated = gatedForm(tool, (use) => inScope(core, use.config, (scope) => useTool(scope, use)))
  made.set(tool, gated)
  // gated by this instrument once more, it would be judged twice
  made.set(gated, gated)
  return gated
}

/** The tool for one run: each use is judged in it, whatever the configuration says. */
export function boundTool(tool: ToolShape, { run }: RunScope): ToolShape {
  return toolIn(tool, (work) => inOpenRun(run, (open) => work(RunScope.of(open))))
}

/** The tool for whoever knows the run. */
export function toolIn(
  tool: ToolShape,
  within: (work: (scope: RunScope) => Promise<unknown>) => Promise<unknown>,
): ToolShape {
  return gatedForm(tool, (use) => within((scope) => useTool(scope, use)))
}

function gatedForm(original: ToolShape, judge: (use: ToolUse) => Promise<unknown>): ToolShape {
  const use = (method: ToolUse['method']) => (input: unknown, config?: ConfigShape) =>
    judge({ tool: original, method, input, config })
  const gates: Readonly<Record<string, Method>> = {
    invoke: use('invoke') as Method,
    ...(hasOwnCall(original) ? { call: use('call') as Method } : {}),
  }
  const gated = new Proxy(original, {
    get: (target, key) =>
      typeof key === 'string' && Object.hasOwn(gates, key)
        ? gates[key]
        : (Reflect.get(target, key, target) as unknown),
  })
  ORIGINALS.set(gated, original)
  return gated
}

/** The tool behind all that gates it. */
export function originalOf(tool: ToolShape): ToolShape {
  const original = ORIGINALS.get(tool)
  return original === undefined ? tool : originalOf(original)
}

/**
 * Uses a tool in a run. A denial is an answer, and so is the end of the run: thrown inside of a tool it would be
 * retried or swallowed, and the boundary of the run rejects with it anyway.
 */
export async function useTool(scope: RunScope, use: ToolUse): Promise<unknown> {
  const { run } = scope
  const { tool, method, input, config } = use
  run.core.components.define(toolSource(tool.name, originalOf(tool)))
  if (run.quiet || isNobodys(run, tool.name)) {
    run.core.components.note('tool', tool.name)
    const form = formOf(tool, {})
    return run.enter(() => callIfFunction(Reflect.get(form, method), form, [input, config]))
  }
  let ticket: Ticket
  const call = callOf(use)
  try {
    const seen: SeenCall = {
      ...call,
      name: tool.name,
      mcpServer: mcpServerOf(originalOf(tool)),
      validate: (args) => problemOf(originalOf(tool), args),
    }
    ticket = await approved(scope, seen, config)
    consume(ticket)
  } catch (error) {
    return refused(scope, use, error)
  }
  const execution: Execution = { ticket, use, callId: call.id, withheld: undefined }
  const output = await executed(execution)
  if (run.fatal !== undefined) return refused(scope, use, run.fatal.error)
  return execution.withheld === undefined ? output : asError(output)
}

// who is about to execute needs an answer: the graph is paused for it, or it is a denial
async function approved(scope: RunScope, call: SeenCall, config: ConfigShape | undefined): Promise<Ticket> {
  const approval = approvalIn(scope.run, config)
  const ticket = await scope.calls.settled({ ...call, approval })
  if (ticket.status !== 'ask') return ticket
  const answer = (await askGraph(ticket, config)) ?? 'none'
  return scope.calls.decide({ ...call, args: ticket.value, approval: answer }, ticket.step)
}

// nobody sees or limits this use, no handler is interested in it or in answers, and no tag makes it another's concern
function isNobodys(run: Run, toolName: string): boolean {
  return (
    run.unwatched &&
    !run.hears('toolCallRequest') &&
    !run.hears('toolCallResult') &&
    !run.hears('message') &&
    !Object.hasOwn(run.core.options.toolKinds, toolName)
  )
}

/** One execution that may happen now. */
interface Execution {
  readonly ticket: Ticket
  readonly use: ToolUse
  readonly callId: string | undefined
  /** Why the result is kept from everybody. */
  withheld: string | undefined
}

async function executed(execution: Execution): Promise<unknown> {
  const { ticket, use } = execution
  const { run, step } = ticket
  const { tool, method, config } = use
  // what another instrument gates is its own to open
  const own = hasOwnCall(tool) && !ORIGINALS.has(tool)
  const form = formOf(tool, own ? { _call: judgedCall(execution, Reflect.get(tool, '_call')) } : {})
  const perform = (): unknown =>
    callIfFunction(Reflect.get(form, method), form, [withArgs(use.input, ticket.value), config])
  try {
    const output: unknown = await run.enter(perform, step)
    return own ? output : await judgedOutput(execution, output)
  } catch (error) {
    if (step.ended || isBubbleUp(error)) throw error
    // what LangChain itself has against a call never reached the tool
    await failedOutput(execution, error)
    return answerInPlace(originalOf(tool), execution.withheld ?? ENDED, use)
  }
}

/** The tool's own work, with its result judged before LangChain formats it and tells others of it. */
function judgedCall(execution: Execution, work: unknown): (...args: readonly unknown[]) => Promise<unknown> {
  const { ticket, use } = execution
  const { step } = ticket
  return async (...args) => {
    try {
      const output: unknown = await callIfFunction(work, use.tool, args)
      const settle = (last: unknown): Promise<unknown> => judgedOutput(execution, last)
      const failed = (error: unknown): Promise<unknown> => failedOutput(execution, error)
      return isGenerator(output) ? relayed(ticket, output, { settle, failed }) : await settle(output)
    } catch (error) {
      if (step.ended) throw error
      return failedOutput(execution, error)
    }
  }
}

/** Ends a call that failed: throws what is to be told of it. A failure that is withheld is an answer, as all denials are. */
async function failedOutput(execution: Execution, error: unknown): Promise<unknown> {
  const { ticket, use } = execution
  const { run } = ticket
  if (isBubbleUp(error)) {
    // an interrupt pauses the call: it comes again when it is resumed, and is judged and counted then
    pause(ticket)
    throw error
  }
  const told = await finishFailed(ticket, error)
  if (run.fatal === undefined && (told === error || !isDenied(told))) throw told
  execution.withheld = run.fatal === undefined ? reasonOf(told) : ENDED
  return notice(execution.withheld, use.tool.responseFormat)
}

async function judgedOutput(execution: Execution, output: unknown): Promise<unknown> {
  const { ticket, use, callId } = execution
  const { responseFormat } = use.tool
  try {
    ticket.run.throwIfFatal()
    const { shown, restore } = readOutput(output, responseFormat, callId)
    const decided = await finish(ticket, shown)
    return decided === shown ? output : restore(decided)
  } catch (error) {
    const { fatal } = ticket.run
    if (fatal === undefined && !isDenied(error)) throw error
    execution.withheld = fatal === undefined ? reasonOf(error) : ENDED
    return notice(execution.withheld, responseFormat)
  }
}

const ENDED = 'The run was ended.'

function reasonOf(error: unknown): string {
  return error instanceof AosDeniedError ? error.message : String(error)
}

async function refused({ run }: RunScope, use: ToolUse, error: unknown): Promise<unknown> {
  if (run.fatal === undefined && !isDenied(error)) throw error
  const text = run.fatal === undefined ? reasonOf(error) : ENDED
  return asError(await answerInPlace(originalOf(use.tool), text, use))
}

function callOf({ input, config }: ToolUse): { readonly id: string | undefined; readonly args: unknown } {
  if (isToolCall(input)) return { id: idOf(input.id), args: input.args }
  // a text stands for the one argument of a tool without a schema, which is how models see it
  return { id: idOf(config?.toolCall?.id), args: typeof input === 'string' ? { input } : input }
}

function idOf(id: unknown): string | undefined {
  return typeof id === 'string' && id !== '' ? id : undefined
}

function withArgs(input: unknown, args: unknown): unknown {
  if (isToolCall(input)) return input.args === args ? input : { ...input, args }
  return typeof input === 'string' && isBag(args) && typeof args['input'] === 'string' ? args['input'] : args
}

function isGenerator(value: unknown): value is AsyncGenerator<unknown> {
  return isBag(value) && typeof value[Symbol.asyncIterator as never] === 'function' && 'next' in value
}
