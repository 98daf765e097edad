import type { Component } from '../events/event.ts'
import type { ComponentDefinition } from './component-definition.ts'
import { given, type OfferedTool } from './definitions.ts'

/** One part of an agent: what it is called, what it says of itself, and how it is known. */
export interface InventoryItem extends Component {
  /** Whether the agent says that it has it; else it was seen while the agent ran. */
  readonly declared: boolean
  readonly disabled: boolean
  readonly definition: ComponentDefinition
}

/**
 * Adds the tools that MCP servers offer. One that the agent has under its own name is the same tool, reached through the
 * server; one of two servers with a tool of one name is told apart by its server.
 */
export function withOffered(
  known: readonly InventoryItem[],
  offered: ReadonlyMap<string, readonly OfferedTool[]>,
  isDisabled: (id: string) => boolean,
): readonly InventoryItem[] {
  const items = new Map(known.map((item) => [item.id, item]))
  for (const [server, tools] of offered) {
    for (const { name, definition } of tools) {
      const own = items.get(`tool:${name}`)
      if (own !== undefined && (own.definition.via ?? server) === server) {
        items.set(own.id, { ...own, definition: { ...definition, ...given(own.definition), via: server } })
        continue
      }
      const id = own === undefined ? `tool:${name}` : `tool:${server.slice(server.indexOf(':') + 1)}/${name}`
      items.set(id, { id, type: 'tool', name, declared: false, disabled: isDisabled(id), definition })
    }
  }
  return [...items.values()]
}
