import { isDeepStrictEqual } from '../../values/deep-equal.ts'
import { decide, ticketHolds, type Ticket } from '../../run/gate.ts'
import { toolOperation } from '../../run/guarded-run.ts'
import type { ApprovalState } from '../../run/operation.ts'
import type { Run } from '../../run/run.ts'
import type { Step } from '../../run/step.ts'

/** One tool call as it stands at some seam. */
export interface SeenCall {
  readonly id: string | undefined
  readonly name: string
  readonly args: unknown
  readonly reasoning?: string | undefined
  readonly mcpServer?: string | undefined
  /** How an `ask` is answered. */
  readonly approval?: ApprovalState | undefined
  /** Whether the provider has executed it already. */
  readonly outside?: boolean | undefined
  /** Says what the tool's own schema has against arguments. */
  readonly validate?: ((args: unknown) => Promise<string | undefined>) | undefined
}

/** The decisions on the tool calls of one run, by id; the tool finds here what was decided when the model answered. */
export class ToolCalls {
  readonly #run: Run
  readonly #tickets = new Map<string, Ticket>()
  // denials that a caller without ids has been told of
  readonly #told = new WeakSet<Ticket>()

  constructor(run: Run) {
    this.#run = run
  }

  /** The decision that stands for a call, made anew where none holds for exactly these arguments. */
  async settled(call: SeenCall): Promise<Ticket> {
    const known = call.id === undefined ? this.#unnamed(call) : this.#tickets.get(call.id)
    if (known !== undefined && known.operation.name === call.name) {
      if (ticketHolds(known, this.#run, call.args)) return this.#fitting(known, call)
      if (call.approval === 'framework' && stillAsked(known, this.#run, call.args)) return known
      const denied = known.denial !== undefined && known.epoch === this.#run.epoch
      if (denied && isDeepStrictEqual(known.operation.value, call.args)) return known
    }
    return this.decide(call)
  }

  // where the model answered the tool was not known yet, and with it its server and what it takes
  async #fitting(known: Ticket, call: SeenCall): Promise<Ticket> {
    if (known.operation.facts?.mcpServer !== call.mcpServer) return this.decide(call, known.step)
    if (!known.modified || known.operation.validate !== undefined) return known
    const problem = await call.validate?.(known.value)
    return problem === undefined ? known : this.decide({ ...call, args: known.operation.value }, known.step)
  }

  // some callers of tools drop the id that the model gave: the decision is found by what it was about
  #unnamed({ name, args }: SeenCall): Ticket | undefined {
    for (const ticket of this.#tickets.values()) {
      if (ticket.operation.name !== name || ticket.used) continue
      const spoken = ticket.denial === undefined ? ticket.value : ticket.operation.value
      if (!this.#told.has(ticket) && isDeepStrictEqual(spoken, args)) {
        if (ticket.denial !== undefined) this.#told.add(ticket)
        return ticket
      }
    }
    return undefined
  }

  /** Decides a call now, going on with a step that was begun for it. */
  async decide(call: SeenCall, reopened?: Step): Promise<Ticket> {
    const run = this.#run
    const operation = toolOperation(run, {
      toolName: call.name,
      parameters: call.args,
      executionId: call.id,
      reasoning: call.reasoning,
      mcpServer: call.mcpServer,
      validate: call.validate,
    })
    const asked = { ...operation, approval: call.approval, enforceable: call.outside !== true }
    const ticket = await decide(run, asked, reopened)
    if (call.id !== undefined) this.#tickets.set(call.id, ticket)
    return ticket
  }
}

function stillAsked(known: Ticket, run: Run, args: unknown): boolean {
  return known.status === 'ask' && ticketHolds({ ...known, status: 'allowed' }, run, args)
}
