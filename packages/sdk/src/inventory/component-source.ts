import { mcpServerOf } from '../mcp/server-mark.ts'
import type { ComponentDefinition } from './component-definition.ts'
import { textAt } from './definitions.ts'
import { jsonSchemaOf } from './json-schema.ts'

/** What a component is read from when somebody asks what it is. */
export interface ComponentSource {
  readonly component: { readonly id: string; readonly name: string }
  /** While it is the same object, the component is the same. */
  readonly source: object
  readonly read: () => ComponentDefinition
}

/** Reads a tool of a framework: what the model is told of it, its version where it says one, and its MCP server. */
export function toolSource(name: string, tool: object): ComponentSource {
  return {
    component: { id: `tool:${name}`, name },
    source: tool,
    read() {
      const server = mcpServerOf(tool)
      const metadata: unknown = Reflect.get(tool, 'metadata')
      return {
        version: textAt(tool, 'version') ?? textAt(metadata, 'version'),
        description: textAt(tool, 'description'),
        inputSchema: jsonSchemaOf(
          Reflect.get(tool, 'inputSchema') ?? Reflect.get(tool, 'schema') ?? Reflect.get(tool, 'parameters'),
        ),
        via: server === undefined ? undefined : `mcp:${server}`,
      }
    },
  }
}

/** Reads a model: what it says of itself, and what it is asked to do. */
export function modelSource(name: string, model: object, settings: object = model): ComponentSource {
  return {
    component: { id: `model:${name}`, name },
    source: settings,
    read: () => ({
      provider: textAt(model, 'provider'),
      facts: {
        ...numbersIn(settings, SETTINGS),
        ...numbersIn(Reflect.get(model, 'profile'), PROFILE),
      },
    }),
  }
}

/** How frameworks call a setting, and what it is called here. */
const SETTINGS: Readonly<Record<string, string>> = {
  temperature: 'temperature',
  topP: 'topP',
  topK: 'topK',
  maxOutputTokens: 'maxOutputTokens',
  maxTokens: 'maxOutputTokens',
  frequencyPenalty: 'frequencyPenalty',
  presencePenalty: 'presencePenalty',
  seed: 'seed',
}
const PROFILE: Readonly<Record<string, string>> = { maxInputTokens: 'contextWindow' }

function numbersIn(
  holder: unknown,
  names: Readonly<Record<string, string>>,
): Readonly<Record<string, number>> {
  if (typeof holder !== 'object' || holder === null) return {}
  const facts: Record<string, number> = {}
  for (const [member, fact] of Object.entries(names)) {
    const value: unknown = Reflect.get(holder, member)
    if (typeof value === 'number') facts[fact] ??= value
  }
  return facts
}
