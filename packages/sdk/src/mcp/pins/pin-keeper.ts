import { AosError } from '../../errors.ts'
import { ask, deny, type HookAnswer } from '../../hooks/answer.ts'
import type { HookContext } from '../../hooks/hook-context.ts'
import { whenReady, type Awaitable } from '../../values/awaitable.ts'
import { keepPins, readPin, UNAVAILABLE } from './pin-access.ts'
import type { PinSettings } from './pin-options.ts'
import { changedParts, type PinnedPart, type ToolPin } from './tool-pin.ts'
import { fits, readToolList, toolNameOf, toolsOf, type ToolList } from './tool-list.ts'
import {
  CODES,
  reasonOf,
  serverNamed,
  standingOf,
  verdictOf,
  type ListedTool,
  type Standing,
} from './tool-standing.ts'

/** A tool that is not as it was pinned, for a person to review. */
export interface ToolChange {
  readonly server: string
  readonly tool: string
  readonly standing: Exclude<Standing, 'as_pinned'>
  /** What changed, where there is a pin. */
  readonly parts: readonly PinnedPart[]
  readonly pinned?: ToolPin | undefined
  /** What the server has shown last. */
  readonly seen?: ToolPin | undefined
}

interface KnownServer {
  readonly tools: Map<string, ListedTool>
  /** There were more tools than there is room for, so one that is not known is none that was never listed. */
  full: boolean
  /** The list that is being compared, where the store takes its time. */
  turn?: Promise<unknown> | undefined
}

interface Refusal {
  readonly reason: string
  readonly code: string
}

const MOST_REASONS = 3

/** Compares what MCP servers list with what is pinned, and knows how each tool stood last. */
export class PinKeeper {
  readonly #settings: PinSettings
  readonly #servers = new Map<string, KnownServer>()

  constructor(settings: PinSettings) {
    this.#settings = settings
  }

  /** Judges an answer to `tools/list`. */
  judgeList(
    server: string,
    context: Readonly<Pick<HookContext, 'protocol' | 'value' | 'pass'>>,
  ): Awaitable<HookAnswer | undefined> {
    const tools = toolsOf(context.value)
    const named = serverNamed(server)
    if (tools === undefined) return deny(`${named} answered without a list of tools`, 'invalid_tool_list')
    if (!fits(server)) return deny('the name of an MCP server is too long', 'invalid_server')
    const known = this.#known(server)
    if (known === undefined) return deny(`there is no room for the pins of ${named}`, 'too_many_servers')
    if (tools.length > this.#settings.maxTools) {
      known.full = true
      return deny(`${named} lists more than ${this.#settings.maxTools} tools`, 'too_many_tools')
    }
    // by then it is what another handler has made of the list, not what the server has sent
    if (context.pass === 'recheck') return this.#recheck(server, known, tools)
    const judge = (): Awaitable<HookAnswer | undefined> => {
      const version: unknown = context.protocol?.peer?.version
      const list = readToolList(tools, typeof version === 'string' ? version : undefined, (name, taken) =>
        hasRoom(known, name, { taken, most: this.#settings.maxTools }),
      )
      return whenReady(this.#compare(server, known, list), (compared) =>
        compared ? this.#cut(server, known, context.value as object) : unavailable(server),
      )
    }
    return inTurn(known, judge)
  }

  /** Judges a request `tools/call`. */
  judgeCall(server: string, params: unknown): Awaitable<HookAnswer | undefined> {
    const name = toolNameOf(params)
    if (name === undefined) return deny('the call names no tool', 'invalid_tool')
    const known = this.#servers.get(server)
    const listed = known?.tools.get(name)
    if (listed !== undefined) return this.#verdict(server, name, listed)
    if (known?.full ?? this.#servers.size >= this.#settings.maxServers)
      return deny(`${serverNamed(server)} has more tools than can be pinned`, 'too_many_tools')
    if (this.#settings.onNew === 'pin') return undefined
    return whenReady(readPin(this.#settings, server, name), (pin) => {
      if (pin === UNAVAILABLE) return unavailable(server)
      return pin === undefined ? this.#verdict(server, name, { standing: 'unpinned' }) : undefined
    })
  }

  changes(): readonly ToolChange[] {
    return [...this.#servers].flatMap(([server, { tools }]) =>
      [...tools].flatMap(([tool, { standing, seen, pinned }]) =>
        standing === 'as_pinned'
          ? []
          : [{ server, tool, standing, parts: partsOf(seen, pinned), seen, pinned }],
      ),
    )
  }

  async repin(server: string, tool?: string, reviewed?: ToolPin): Promise<number> {
    const known = this.#servers.get(server)
    const names = tool === undefined ? [...(known?.tools.keys() ?? [])] : [tool]
    const entries = names.flatMap((name) => {
      const pin = known?.tools.get(name)?.seen
      return pin === undefined ? [] : [{ server, tool: name, pin }]
    })
    const [first] = entries
    if (known === undefined || first === undefined)
      throw notSeen(`${serverNamed(server)} has listed no such tool`)
    if (reviewed !== undefined && changedParts(first.pin, reviewed).length > 0)
      throw notSeen(`${serverNamed(server)} has changed the tool again since it was reviewed`)
    await this.#settings.store.set(entries)
    for (const { tool: name, pin } of entries)
      // a list that came meanwhile says how the tool stands now
      if (known.tools.get(name)?.seen === pin)
        known.tools.set(name, { standing: 'as_pinned', seen: pin, pinned: pin })
    return entries.length
  }

  #known(server: string): KnownServer | undefined {
    const known = this.#servers.get(server)
    if (known !== undefined || this.#servers.size >= this.#settings.maxServers) return known
    const made: KnownServer = { tools: new Map(), full: false }
    this.#servers.set(server, made)
    return made
  }

  /** Notes how each tool of a list stands; false where the pins cannot be read. */
  #compare(server: string, known: KnownServer, list: ToolList): Awaitable<boolean> {
    const names = [...list.seen.keys()]
    const pins = names.map((name) => readPin(this.#settings, server, name))
    return whenReady(all(pins), (found) => {
      if (found.includes(UNAVAILABLE)) return false
      if (list.over > 0) known.full = true
      for (const [name, listed] of list.faulty) known.tools.set(name, listed)
      const fresh: string[] = []
      for (const [at, name] of names.entries()) {
        const listed = standingOf(list.seen.get(name) ?? {}, found[at] as ToolPin | undefined)
        if (listed.standing === 'unpinned' && this.#settings.onNew === 'pin') fresh.push(name)
        known.tools.set(name, listed)
      }
      return this.#pinFresh(server, known, fresh)
    })
  }

  #pinFresh(server: string, known: KnownServer, names: readonly string[]): Awaitable<true> {
    if (names.length === 0) return true
    const entries = names.map((tool) => ({ server, tool, pin: known.tools.get(tool)?.seen ?? {} }))
    return whenReady(keepPins(this.#settings, entries), (kept) => {
      for (const { tool, pin } of entries)
        known.tools.set(
          tool,
          kept ? { standing: 'as_pinned', seen: pin, pinned: pin } : { standing: 'not_kept', seen: pin },
        )
      return true
    })
  }

  /** The list without what is refused; nothing where all of it may stay. */
  #cut(server: string, known: KnownServer, answer: object): HookAnswer | undefined {
    const refusals: Refusal[] = []
    const tools = (toolsOf(answer) ?? []).filter((tool) => {
      const refusal = this.#refusalOf(server, known, tool)
      if (refusal !== undefined) refusals.push(refusal)
      return refusal === undefined
    })
    if (refusals.length === 0) return undefined
    return { decision: 'modify', modifications: { ...answer, tools }, ...summaryOf(refusals) }
  }

  #recheck(server: string, known: KnownServer, tools: readonly unknown[]): HookAnswer | undefined {
    const refusals = tools.flatMap((tool) => this.#refusalOf(server, known, tool) ?? [])
    return refusals.length === 0 ? undefined : { decision: 'deny', ...summaryOf(refusals) }
  }

  #refusalOf(server: string, known: KnownServer, tool: unknown): Refusal | undefined {
    const name = toolNameOf(tool)
    if (name === undefined)
      return { reason: `${serverNamed(server)} lists a tool without a usable name`, code: 'invalid_tool' }
    const listed = known.tools.get(name)
    if (listed === undefined)
      return { reason: `${serverNamed(server)} has more tools than can be pinned`, code: 'too_many_tools' }
    if (listed.standing === 'as_pinned' || verdictOf(listed, this.#settings) !== 'deny') return undefined
    return { reason: reasonOf(server, name, listed), code: CODES[listed.standing] }
  }

  #verdict(server: string, tool: string, listed: ListedTool): HookAnswer | undefined {
    if (listed.standing === 'as_pinned') return undefined
    const reason = reasonOf(server, tool, listed)
    return verdictOf(listed, this.#settings) === 'ask' ? ask(reason) : deny(reason, CODES[listed.standing])
  }
}

// two lists at a time could both find that a tool has no pin
function inTurn<T>(known: KnownServer, judge: () => Awaitable<T>): Awaitable<T> {
  const judged = known.turn === undefined ? judge() : known.turn.then(judge)
  if (!(judged instanceof Promise)) return judged
  const ended = (): void => {
    if (known.turn === turn) known.turn = undefined
  }
  const turn: Promise<void> = judged.then(ended, ended)
  known.turn = turn
  return judged
}

function hasRoom(
  { tools }: KnownServer,
  name: string,
  { taken, most }: { readonly taken: number; readonly most: number },
): boolean {
  return tools.has(name) || tools.size + taken < most
}

function all<T>(values: readonly Awaitable<T>[]): Awaitable<readonly T[]> {
  return values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as readonly T[])
}

function partsOf(seen: ToolPin | undefined, pinned: ToolPin | undefined): readonly PinnedPart[] {
  return seen === undefined || pinned === undefined ? [] : changedParts(pinned, seen)
}

function summaryOf(refusals: readonly Refusal[]): Pick<HookAnswer, 'message' | 'reasonCode'> {
  const reasons = [...new Set(refusals.map(({ reason }) => reason))]
  const more = reasons.length > MOST_REASONS ? `; and ${reasons.length - MOST_REASONS} more` : ''
  return {
    message: `${reasons.slice(0, MOST_REASONS).join('; ')}${more}`,
    reasonCode: [...new Set(refusals.map(({ code }) => code))],
  }
}

function unavailable(server: string): HookAnswer {
  return deny(`the pins of ${serverNamed(server)} cannot be read`, 'pins_unavailable')
}

function notSeen(message: string): AosError {
  return new AosError({
    code: 'invalid_options',
    message,
    why: 'Only a definition that was seen, and is the one that was reviewed, can be pinned.',
    fix: 'List the tools of the server again and look at changes().',
  })
}
