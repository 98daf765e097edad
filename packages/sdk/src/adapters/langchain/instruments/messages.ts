import type { ItemKind } from './memory.ts'
import { textOf } from './texts.ts'

/** A message of LangChain, as far as memory is made of it. */
export interface MessageShape {
  readonly content: unknown
  readonly tool_calls?: readonly unknown[] | undefined
  readonly lc_kwargs?: Readonly<Record<string, unknown>> | undefined
}

/** Messages as memory hooks see them: a text as it is, blocks and tool calls as JSON text. */
export const MESSAGES: ItemKind<MessageShape> = {
  text: (message) => {
    const { content } = message
    return isPlain(message) ? String(content) : textOf(structureOf(message))
  },
  withText: (message, text) => {
    const change = isPlain(message) ? { content: text } : parsed(text)
    return change === undefined ? undefined : remade(message, change)
  },
}

function isPlain({ content, tool_calls: calls }: MessageShape): boolean {
  return typeof content === 'string' && (calls === undefined || calls.length === 0)
}

function structureOf({ content, tool_calls: calls }: MessageShape): object {
  return calls === undefined || calls.length === 0 ? { content } : { content, tool_calls: calls }
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('content' in value)) return undefined
    const { content } = value
    const calls: unknown = Reflect.get(value, 'tool_calls')
    return { content, tool_calls: Array.isArray(calls) ? calls : [] }
  } catch {
    // whatever else the text is, it is no message
    return undefined
  }
}

// made anew: a message keeps what it was made of, and is serialised from that
function remade(message: MessageShape, change: object): MessageShape {
  const own = Object.entries(message).filter(([key]) => !key.startsWith('lc_'))
  const fields: Record<string, unknown> = { ...message.lc_kwargs, ...Object.fromEntries(own) }
  // both repeat what is changed here
  delete fields['contentBlocks']
  fields['additional_kwargs'] = withoutCalls(fields['additional_kwargs'])
  return Reflect.construct(message.constructor, [{ ...fields, ...change }]) as MessageShape
}

function withoutCalls(more: unknown): object {
  const { tool_calls: _calls, ...rest } = Object(more) as Record<string, unknown>
  return rest
}
