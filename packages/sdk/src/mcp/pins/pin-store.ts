import { AosError } from '../../errors.ts'
import { pinProblem, shown, type ToolPin } from './tool-pin.ts'

/** The pin of one tool of one MCP server. */
export interface ToolPinEntry {
  readonly server: string
  readonly tool: string
  readonly pin: ToolPin
}

/** Keeps pins; where it answers at once, so does the handler. */
export interface ToolPinStore {
  get(server: string, tool: string): ToolPin | undefined | PromiseLike<ToolPin | undefined>
  /** Keeps all of these or none of them; throws or rejects where they are not kept. */
  set(entries: readonly ToolPinEntry[]): void | PromiseLike<void>
}

/** A store that has its pins at hand. */
export interface LocalToolPins extends ToolPinStore {
  get(server: string, tool: string): ToolPin | undefined
  set(entries: readonly ToolPinEntry[]): void
  /** All pins, in the order of their servers and tools. */
  entries(): readonly ToolPinEntry[]
}

/** Most servers whose pins are kept, and most tools of each. */
export const MAX_SERVERS = 1000
export const MAX_TOOLS = 10_000

/** Keeps pins in the memory of this process; `initial` are pins that were agreed on before. */
export function memoryPins(initial: Iterable<ToolPinEntry> = []): LocalToolPins {
  const table = new PinTable()
  for (const entry of initial) {
    const problem = pinProblem(entry.pin)
    if (problem !== undefined)
      throw unusable(`The pin of ${shown(entry.tool)} of ${shown(entry.server)}${problem}`)
    table.set([entry])
  }
  return table
}

/** Pins by server and tool, within bounds. */
export class PinTable implements LocalToolPins {
  readonly #servers = new Map<string, Map<string, ToolPin>>()

  get(server: string, tool: string): ToolPin | undefined {
    return this.#servers.get(server)?.get(tool)
  }

  set(entries: readonly ToolPinEntry[]): void {
    this.#checkRoom(entries)
    for (const { server, tool, pin } of entries) {
      const tools = this.#servers.get(server) ?? new Map<string, ToolPin>()
      this.#servers.set(server, tools.set(tool, pin))
    }
  }

  entries(): readonly ToolPinEntry[] {
    return sorted(this.#servers).flatMap(([server, tools]) =>
      sorted(tools).map(([tool, pin]) => ({ server, tool, pin })),
    )
  }

  #checkRoom(entries: readonly ToolPinEntry[]): void {
    const added = new Map<string, Set<string>>()
    for (const { server, tool } of entries) {
      if (this.get(server, tool) !== undefined) continue
      added.set(server, (added.get(server) ?? new Set<string>()).add(tool))
    }
    let servers = this.#servers.size
    for (const [server, tools] of added) {
      const known = this.#servers.get(server)
      if (known === undefined) servers++
      if ((known?.size ?? 0) + tools.size > MAX_TOOLS)
        throw unusable(`MCP server ${shown(server)} has more than ${MAX_TOOLS} pinned tools`)
    }
    if (servers > MAX_SERVERS) throw unusable(`There are pins of more than ${MAX_SERVERS} MCP servers`)
  }
}

/** The error of pins that cannot be used or kept. */
export function unusable(message: string, cause?: unknown): AosError {
  return new AosError({
    code: 'invalid_config',
    message,
    why: 'Without its pins, a changed tool would be taken for a new one.',
    fix: 'Mend or restore the pins, or begin anew without them after a review of the tools.',
    cause,
  })
}

function sorted<V>(map: ReadonlyMap<string, V>): readonly (readonly [string, V])[] {
  return [...map].toSorted(([left], [right]) => (left < right ? -1 : 1))
}
