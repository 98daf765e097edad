import { AosError } from '../errors.ts'
import type { AgentInfo } from '../hooks/hook-context.ts'
import type { Handle } from '../instrument/handle.ts'
import { handleOf } from '../instrument/handle-of.ts'
import type { ContentCapture } from '../run/content.ts'
import type { Json } from '../values/snapshot.ts'
import type { InventoryItem } from './inventory.ts'

/** What an instrumented agent is made of, read now, with secrets and personal data taken out of what it says. */
export interface Inventory {
  readonly agent: AgentInfo
  /** Framework and its version: `ai@7`, `langchain@1.5.14`. */
  readonly runtime: string
  readonly items: readonly InventoryItem[]
}

/** Reads what an instrumented agent is made of; throws `not_instrumented`. */
export function inventoryOf(agent: object): Inventory {
  const { core } = instrumented(agent)
  const items = core.components.inventory().map((item) => redacted(item, core.content))
  return { agent: core.agent, runtime: core.runtime, items }
}

/**
 * Has parts of an instrumented agent admitted anew at their next use, as if they had changed: listeners on `component` are
 * asked. Throws `not_instrumented`.
 */
export function readmitComponents(agent: object, ids: readonly string[]): void {
  instrumented(agent).core.components.readmit(ids)
}

function instrumented(agent: object): Handle<object> {
  const handle = handleOf(agent)
  if (handle !== undefined) return handle
  throw new AosError({
    code: 'not_instrumented',
    message: 'Only of an instrumented agent is known what it is made of',
    fix: 'Pass new AOSInstrument(agent).',
  })
}

function redacted(item: InventoryItem, content: ContentCapture): InventoryItem {
  const { declared, disabled, definition } = item
  const { version, description, provider, inputSchema, via, facts } = definition
  const name = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : content.name(text)
  return {
    ...content.component(item),
    description: item.description === undefined ? undefined : content.whole(item.description),
    declared,
    disabled,
    definition: {
      version: name(version),
      description: description === undefined ? undefined : content.whole(description),
      provider: name(provider),
      inputSchema: inputSchema === undefined ? undefined : redactedTexts(inputSchema, content),
      via: name(via),
      facts:
        facts &&
        Object.fromEntries(
          Object.entries(facts).map(([key, value]) => [
            key,
            typeof value === 'string' ? content.name(value) : value,
          ]),
        ),
    },
  }
}

// by its text only: in a schema `password` says what is asked for, and its member is no password
function redactedTexts(json: Json, content: ContentCapture): Json {
  if (typeof json === 'string') return content.whole(json)
  if (Array.isArray(json)) return json.map((entry) => redactedTexts(entry, content))
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => [content.name(key), redactedTexts(value, content)]),
  )
}
