import { isDeepStrictEqual } from '../../values/deep-equal.ts'
import { decide, ticketHolds, type Ticket } from '../../run/gate.ts'
import { toolOperation } from '../../run/guarded-run.ts'
import type { Run } from '../../run/run.ts'

/** One tool call as it stands at some seam. */
export interface SeenCall {
  readonly id: string | undefined
  readonly name: string
  readonly args: unknown
  readonly reasoning?: string | undefined
  readonly mcpServer?: string | undefined
  /** Says what the tool's own schema has against arguments. */
  readonly validate?: ((args: unknown) => Promise<string | undefined>) | undefined
}

/** The decisions on the tool calls of one run, by id; the tool finds here what was decided when the model answered. */
export class ToolCalls {
  readonly #run: Run
  readonly #tickets = new Map<string, Ticket>()

  constructor(run: Run) {
    this.#run = run
  }

  /** The decision that stands for a call, made anew where none holds for exactly these arguments. */
  async settled(call: SeenCall): Promise<Ticket> {
    const known = call.id === undefined ? undefined : this.#tickets.get(call.id)
    if (known !== undefined && known.operation.name === call.name) {
      if (ticketHolds(known, this.#run, call.args)) return known
      const denied = known.denial !== undefined && known.epoch === this.#run.epoch
      if (denied && isDeepStrictEqual(known.operation.value, call.args)) return known
    }
    return this.decide(call)
  }

  /** Decides a call now. */
  async decide(call: SeenCall): Promise<Ticket> {
    const run = this.#run
    const operation = toolOperation(run, {
      toolName: call.name,
      parameters: call.args,
      executionId: call.id,
      reasoning: call.reasoning,
      mcpServer: call.mcpServer,
      validate: call.validate,
    })
    const ticket = await decide(run, operation)
    if (call.id !== undefined) this.#tickets.set(call.id, ticket)
    return ticket
  }
}
