import { AosDeniedError } from '../../errors.ts'
import { decide, ticketHolds, type Ticket } from '../../run/gate.ts'
import { mcpServerOf } from '../../mcp/server-mark.ts'
import { toolOperation } from '../../run/guarded-run.ts'
import type { ApprovalState, Operation } from '../../run/operation.ts'
import type { Run } from '../../run/run.ts'
import { whenReady, type Awaitable } from '../../values/awaitable.ts'
import { isDeepStrictEqual } from '../../values/deep-equal.ts'
import { isApproved } from './approved-calls.ts'
import { isBag, type ToolLike, type ToolSet } from './shapes.ts'
import { parseInput, type ParsedInput } from './tool-schema.ts'

/** One tool call as it stands at some seam. */
export interface SeenCall {
  readonly toolCallId: string
  readonly toolName: string
  readonly input: unknown
  readonly providerExecuted?: boolean | undefined
  readonly reasoning?: string | undefined
  readonly tool?: ToolLike | undefined
  /** How an `ask` is answered where no person has approved the call already. */
  readonly approval?: ApprovalState | undefined
  /** The messages in which such an approval would stand. */
  readonly history?: readonly unknown[] | undefined
}

/** The decisions on the tool calls of one run, by `toolCallId`; each later seam finds here what an earlier one decided. */
export class ToolCalls {
  readonly #run: Run
  readonly #tickets = new Map<string, Ticket>()
  readonly #tools = new Map<string, ToolLike>()
  readonly #deferSpans: boolean

  constructor(run: Run, deferSpans: boolean) {
    this.#run = run
    this.#deferSpans = deferSpans
  }

  get run(): Run {
    return this.#run
  }

  /** Learns the tools a call may use, as the user gave them. */
  learn(tools: ToolSet): void {
    for (const [name, tool] of Object.entries(tools)) if (isBag(tool)) this.#tools.set(name, tool)
  }

  /** The same tools, for what is still done after the run has ended. */
  forRun(run: Run): ToolCalls {
    const calls = new ToolCalls(run, this.#deferSpans)
    for (const [name, tool] of this.#tools) calls.#tools.set(name, tool)
    return calls
  }

  tool(name: string): ToolLike | undefined {
    return this.#tools.get(name)
  }

  ticket(toolCallId: string): Ticket | undefined {
    return this.#tickets.get(toolCallId)
  }

  /**
   * Judges a call as the model made it; a text that is no JSON or does not fit the tool is left to the framework,
   * which repairs it or tells the model. A provider's own call has happened already and is judged as it stands.
   */
  judgeRaw(call: Omit<SeenCall, 'input'> & { readonly input: string }): Awaitable<Ticket | undefined> {
    const tool = this.#tools.get(call.toolName)
    const outside = call.providerExecuted === true
    const json = parseJson(call.input)
    if (!json.ok) return outside ? this.#decide({ ...call, approval: 'none', tool }) : undefined
    return whenReady(this.#parse(tool, json.value), (parsed) => {
      if (!parsed.ok && !outside) return undefined
      const approval = call.approval ?? this.#approvalOf(call)
      return whenReady(this.#decide({ ...call, approval, input: json.value, tool }), (ticket) =>
        ticket.modified
          ? whenReady(this.#parse(tool, ticket.value), (again) => withParsed(ticket, again))
          : withParsed(ticket, parsed),
      )
    })
  }

  /** A call that was made before this run and is only answered in it: there is nothing left to decide but the answer. */
  taken(call: Omit<SeenCall, 'input'>): Ticket {
    const operation = this.#operation({ ...call, input: undefined })
    const run = this.#run
    return {
      run,
      operation,
      step: run.openStep(operation),
      epoch: run.epoch,
      status: 'allowed',
      value: undefined,
      modified: false,
      used: true,
    }
  }

  /** The decision that stands for a parsed call, made anew where none holds for exactly this value. */
  settled(call: SeenCall): Awaitable<Ticket> {
    const known = this.#tickets.get(call.toolCallId)
    if (known !== undefined && known.operation.name === call.toolName) {
      if (known.denial !== undefined && known.epoch === this.#run.epoch && speaksOf(known, call.input))
        return known
      if (ticketHolds(known, this.#run, call.input)) return known
    }
    return this.#settledAnew(isApproved(call.history, call) ? { ...call, approval: 'granted' } : call, known)
  }

  #settledAnew(call: SeenCall, known: Ticket | undefined): Awaitable<Ticket> {
    if (known !== undefined && known.operation.name === call.toolName) {
      if (this.#rewrites(known, call)) return known
      // who asks whether to ask is told so again; who is about to execute needs an answer
      if (
        known.status === 'ask' &&
        call.approval === 'framework' &&
        ticketHolds({ ...known, status: 'allowed' }, this.#run, call.input)
      )
        return known
    }
    const input = copyOf(call.input)
    return whenReady(this.#decide({ ...call, input }, this.#reopened(known, call)), (fresh) => {
      if (!fresh.modified) fresh.parsed = { value: input }
      return fresh
    })
  }

  /** The input to execute with once a decision was made at execution itself: the decided value, through the tool's schema. */
  executable(ticket: Ticket, tool: ToolLike | undefined): Awaitable<unknown> {
    if (!ticket.modified) return ticket.parsed === undefined ? ticket.value : ticket.parsed.value
    return whenReady(this.#parse(tool, ticket.value), (parsed) => {
      if (parsed.ok) return parsed.value
      throw new AosDeniedError({
        hook: 'toolCallRequest',
        reason: `the modified arguments do not fit the tool: ${parsed.problem}`,
        reasonCodes: ['invalid_modification'],
        decisionId: ticket.step.id,
        runId: this.#run.id,
        toolName: ticket.operation.name,
      })
    })
  }

  // judged and modified after the framework had parsed the call: the modified value is executed, not the call's own
  #rewrites(known: Ticket, call: SeenCall): boolean {
    const fresh = !known.used && known.epoch === this.#run.epoch && known.status === 'allowed'
    return (
      fresh &&
      known.modified &&
      call.approval !== 'granted' &&
      isDeepStrictEqual(call.input, known.operation.value)
    )
  }

  // a decision made anew for the same call goes on with its step
  #reopened(known: Ticket | undefined, call: SeenCall): Ticket | undefined {
    return known?.operation.name === call.toolName && !known.used && !known.step.ended ? known : undefined
  }

  #decide(call: SeenCall, reopened?: Ticket): Awaitable<Ticket> {
    return whenReady(decide(this.#run, this.#operation(call), reopened?.step), (ticket) => {
      this.#tickets.set(call.toolCallId, ticket)
      return ticket
    })
  }

  #operation(call: SeenCall): Operation {
    const tool = call.tool ?? this.#tools.get(call.toolName)
    const validate = async (value: unknown): Promise<string | undefined> => {
      const parsed = await this.#parse(tool, value)
      return parsed.ok ? undefined : parsed.problem
    }
    const operation = toolOperation(this.#run, {
      toolName: call.toolName,
      parameters: call.input,
      executionId: call.toolCallId,
      reasoning: call.reasoning,
      mcpServer: serverOf(tool),
      validate,
    })
    const span = this.#deferSpans ? 'defer' : 'own'
    return { ...operation, approval: call.approval, enforceable: call.providerExecuted !== true, span }
  }

  #approvalOf(call: Pick<SeenCall, 'providerExecuted'>): ApprovalState {
    return call.providerExecuted === true || this.#run.core.options.onApproval !== undefined
      ? 'none'
      : 'framework'
  }

  #parse(tool: ToolLike | undefined, value: unknown): Awaitable<ParsedInput> {
    if (tool?.inputSchema === undefined) return { ok: true, value }
    try {
      const parsed = parseInput(tool.inputSchema, value)
      return parsed instanceof Promise ? parsed.catch(schemaThrew) : parsed
    } catch (error) {
      return schemaThrew(error)
    }
  }
}

function schemaThrew(error: unknown): ParsedInput {
  return { ok: false, problem: error instanceof Error ? error.message : 'the schema threw' }
}

function withParsed(ticket: Ticket, parsed: ParsedInput): Ticket {
  if (parsed.ok) ticket.parsed = { value: parsed.value }
  return ticket
}

/** Whether a decision was about this value, as the model wrote it or as the tool's schema made it. */
function speaksOf({ operation, parsed }: Ticket, value: unknown): boolean {
  return (
    isDeepStrictEqual(value, operation.value) ||
    (parsed !== undefined && isDeepStrictEqual(value, parsed.value))
  )
}

// what was decided must not change with the framework's own object; what cannot be copied faithfully stays that object
function copyOf(value: unknown): unknown {
  try {
    const copy = structuredClone(value)
    return isDeepStrictEqual(copy, value) ? copy : value
  } catch {
    return value
  }
}

// a client that is not instrumented knows only its own name
function serverOf(tool: ToolLike | undefined): string | undefined {
  const server = tool === undefined ? undefined : mcpServerOf(tool)
  if (server !== undefined) return server
  const metadata = tool?.['metadata']
  const client = isBag(metadata) ? metadata['clientName'] : undefined
  return typeof client === 'string' ? client : undefined
}

function parseJson(text: string): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  if (text.trim() === '') return { ok: true, value: {} }
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false }
  }
}
