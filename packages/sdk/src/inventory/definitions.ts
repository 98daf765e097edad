import type { Json } from '../values/snapshot.ts'
import { definitionDigest, type ComponentDefinition } from './component-definition.ts'
import { jsonSchemaOf } from './json-schema.ts'

interface Defined {
  readonly name: string
  readonly source: unknown
  readonly read: () => ComponentDefinition
  digest?: string
}

/** A tool that an MCP server offers, whether it is used or not. */
export interface OfferedTool {
  readonly name: string
  readonly definition: ComponentDefinition
}

/** One page of what an MCP server lists. */
export interface ListedTools {
  /** Id of the server's component. */
  readonly server: string
  readonly tools: readonly unknown[]
  readonly isFirst: boolean
  readonly isLast: boolean
}

/** How a tool that a server offers differs from what it offered before. */
export interface OfferChange {
  readonly change: 'ADDED' | 'CHANGED' | 'REMOVED'
  readonly tool: OfferedTool
}

const MAX_DEFINITIONS = 5000

/** What components are by their own account, kept as what it is read from: nothing is read before somebody asks. */
export class Definitions {
  readonly #defined = new Map<string, Defined>()
  readonly #offered = new Map<string, Map<string, OfferedTool>>()
  readonly #observed = new Map<string, ComponentDefinition>()
  /** Lists that come in pages. */
  readonly #listing = new Map<string, Map<string, OfferedTool>>()

  /**
   * Takes up what a component is read from; gives whether it says something else than before. With `compare` false nothing
   * is read, and nothing is a change.
   */
  define(id: string, next: Omit<Defined, 'digest'>, compare: boolean): boolean {
    const known = this.#defined.get(id)
    if (known?.source === next.source) return false
    if (known === undefined && this.#defined.size >= MAX_DEFINITIONS) return false
    const defined: Defined = { ...next }
    this.#defined.set(id, defined)
    return compare && known !== undefined && digestOf(known) !== digestOf(defined)
  }

  /** Takes up what an MCP server lists; gives what is new, what says something else, and what is gone. */
  offer({ server, tools, isFirst, isLast }: ListedTools): readonly OfferChange[] {
    const before = this.#offered.get(server) ?? new Map<string, OfferedTool>()
    const listed = isFirst
      ? new Map<string, OfferedTool>()
      : (this.#listing.get(server) ?? new Map<string, OfferedTool>())
    const changes: OfferChange[] = []
    for (const tool of tools) {
      const told = toolOf(tool, server)
      if (told === undefined || listed.size >= MAX_DEFINITIONS) continue
      listed.set(told.name, told)
      const known = before.get(told.name)
      if (known === undefined) changes.push({ change: 'ADDED', tool: told })
      else if (digestOfTool(known) !== digestOfTool(told)) changes.push({ change: 'CHANGED', tool: told })
    }
    this.#listing.set(server, listed)
    const gone = isLast ? [...before.values()].filter(({ name }) => !listed.has(name)) : []
    this.#offered.set(server, isLast ? listed : new Map([...before, ...listed]))
    return [...changes, ...gone.map((tool): OfferChange => ({ change: 'REMOVED', tool }))]
  }

  /** Takes up what was seen of a component in use; what it says of itself goes before. */
  observe(id: string, seen: Pick<ComponentDefinition, 'version' | 'provider' | 'facts'>): void {
    const known = this.#observed.get(id)
    if (known === undefined && this.#observed.size >= MAX_DEFINITIONS) return
    this.#observed.set(id, { ...known, ...given(seen), facts: { ...known?.facts, ...seen.facts } })
  }

  of(id: string): ComponentDefinition | undefined {
    const defined = this.#defined.get(id)
    const observed = this.#observed.get(id)
    if (observed === undefined) return defined && read(defined)
    const own = defined === undefined ? {} : read(defined)
    return { ...observed, ...given(own), facts: { ...observed.facts, ...own.facts } }
  }

  /** The tools of all MCP servers, by the id of their server. */
  offered(): ReadonlyMap<string, readonly OfferedTool[]> {
    return new Map([...this.#offered].map(([server, tools]) => [server, [...tools.values()]]))
  }
}

function digestOf(defined: Defined): string {
  return (defined.digest ??= definitionDigest(defined.name, read(defined)))
}

function digestOfTool({ name, definition }: OfferedTool): string {
  return definitionDigest(name, definition)
}

// tools and models are objects of others, whose members may throw
function read({ read: own }: Defined): ComponentDefinition {
  try {
    return own()
  } catch {
    return {}
  }
}

function toolOf(tool: unknown, server: string): OfferedTool | undefined {
  const name = textAt(tool, 'name')
  if (name === undefined) return undefined
  const inputSchema: Json | undefined = jsonSchemaOf(Reflect.get(tool as object, 'inputSchema'))
  return { name, definition: { description: textAt(tool, 'description'), inputSchema, via: server } }
}

/** The members that are there. */
export function given<T extends object>(members: T): Partial<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<T>
}

/** A member that is a text, of anything. */
export function textAt(value: unknown, key: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const member: unknown = Reflect.get(value, key)
  return typeof member === 'string' ? member : undefined
}
