import { digestJson } from '../values/digest.ts'
import type { Json } from '../values/snapshot.ts'

/** What a component is by its own account, read when somebody asks (AOS Inspect, entities). */
export interface ComponentDefinition {
  readonly version?: string | undefined
  readonly description?: string | undefined
  /** Who provides a model. */
  readonly provider?: string | undefined
  /** JSON Schema of what a tool takes. */
  readonly inputSchema?: Json | undefined
  /** Id of the component it is reached through: the MCP server of a tool. */
  readonly via?: string | undefined
  /** Further facts by name, in camel case: `contextWindow`, `temperature`, … */
  readonly facts?: Readonly<Record<string, string | number | boolean>> | undefined
}

/** SHA-256, in hexadecimal, over the canonical JSON (RFC 8785) of what a model is told of a tool: name, description, input. */
export function definitionDigest(name: string, definition: ComponentDefinition): string {
  const { description = null, inputSchema = null } = definition
  return digestJson({ name, description, inputSchema })
}
