import type { ScriptedReply, ScriptItem } from '@aos/sdk/testing'
import type { LangChainModules } from '../../compat/langchain-1.5.14/index.ts'

/** The message classes a scripted model answers with. */
export type MessageModules = Pick<LangChainModules, 'messages' | 'outputs'>

/** What a chat model of LangChain answers. */
export type AiMessage = InstanceType<LangChainModules['messages']['AIMessage']>

/** One piece of a streamed answer. */
export type GenerationChunk = InstanceType<LangChainModules['outputs']['ChatGenerationChunk']>

/** What a scripted model answers with, apart from its items. */
export interface AnswerFacts {
  readonly id: string
  readonly provider: string
  readonly modelId: string
  /** Where thoughts stand: in blocks of the content, or in `additional_kwargs.reasoning_content`. */
  readonly reasoning: 'blocks' | 'kwargs'
  readonly newId: (prefix: string) => string
}

type Speech = Exclude<ScriptItem, { kind: 'error' | 'hang' }>
type Fields = Record<string, unknown>

/** One reply in the making: with the ids its tool calls have, streamed or not. */
export interface Answer {
  /** The whole message, of items that were said so far. */
  message(items: readonly Speech[]): AiMessage
  /** The pieces one item is streamed in. */
  pieces(item: Speech): Generator<GenerationChunk, void>
  /** The piece that ends a stream: usage, model and finish reason. */
  lastPiece(): GenerationChunk
}

/** Prepares the answer a script tells. */
export function answerOf(modules: MessageModules, reply: ScriptedReply, facts: AnswerFacts): Answer {
  const { AIMessage, AIMessageChunk } = modules.messages
  const asBlocks = reply.items.some((item) => needsBlocks(item, facts))
  const metadata = { usage_metadata: usageOf(reply), response_metadata: responseOf(reply, facts) }
  const size = reply.chunkSize ?? 8
  let blocks = 0
  let calls = 0

  const piece = (text: string, fields: Fields): GenerationChunk => {
    const message = new AIMessageChunk({ content: asBlocks ? [] : text, id: facts.id, ...fields } as never)
    return new modules.outputs.ChatGenerationChunk({ text, message })
  }

  return {
    message(items) {
      const called = items.flatMap((item) => (isCall(item) ? [callOf(item, facts)] : []))
      const thoughts = facts.reasoning === 'kwargs' ? textOf(items, 'reasoning') : ''
      return new AIMessage({
        id: facts.id,
        content: asBlocks ? items.flatMap((item) => blocksOf(item, facts)) : textOf(items, 'text'),
        tool_calls: called.flatMap((call) => ('error' in call ? [] : [call])),
        invalid_tool_calls: called.flatMap((call) => ('error' in call ? [call] : [])),
        additional_kwargs: thoughts === '' ? {} : { reasoning_content: thoughts },
        ...metadata,
      } as never)
    },
    *pieces(item) {
      if (isCall(item)) {
        // some versions lose a call at index 0 that follows a text
        calls += 1
        yield* callPieces(item, calls)
      } else if (item.kind === 'text' || item.kind === 'reasoning') {
        const index = blocks++
        for (const part of partsOf(item.text, size)) yield spoken(item.kind, part, index)
      } else {
        const index = blocks++
        for (const block of blocksOf(item, facts)) yield piece('', { content: [{ ...block, index }] })
      }
    },
    lastPiece: () => piece('', metadata),
  }

  function spoken(kind: 'text' | 'reasoning', part: string, index: number): GenerationChunk {
    if (kind === 'text')
      return piece(part, asBlocks ? { content: [{ type: 'text', text: part, index }] } : {})
    return facts.reasoning === 'kwargs'
      ? piece('', { additional_kwargs: { reasoning_content: part } })
      : piece('', { content: [{ type: 'reasoning', reasoning: part, index }] })
  }

  function* callPieces(item: ToolCallItem, index: number): Generator<GenerationChunk, void> {
    const type = 'tool_call_chunk'
    const id = idOf(item, facts)
    const [first = '', ...rest] = partsOf(item.input, size)
    const start = { type, index, name: item.toolName, args: first, ...(id === undefined ? {} : { id }) }
    yield piece('', { tool_call_chunks: [start] })
    for (const args of rest) yield piece('', { tool_call_chunks: [{ type, index, args }] })
  }
}

type ToolCallItem = Extract<ScriptItem, { kind: 'tool-call' }>

/** A call of a tool that the agent has to execute. */
function isCall(item: ScriptItem): item is ToolCallItem & { readonly providerExecuted?: false } {
  return item.kind === 'tool-call' && item.providerExecuted !== true
}

function needsBlocks(item: ScriptItem, { reasoning }: AnswerFacts): boolean {
  if (item.kind === 'reasoning') return reasoning === 'blocks'
  if (item.kind === 'tool-call') return item.providerExecuted === true
  return item.kind === 'tool-result' || item.kind === 'source' || item.kind === 'raw'
}

function blocksOf(item: Speech, facts: AnswerFacts): readonly Fields[] {
  switch (item.kind) {
    case 'text':
      return [{ type: 'text', text: item.text }]
    case 'reasoning':
      return facts.reasoning === 'blocks' ? [{ type: 'reasoning', reasoning: item.text }] : []
    case 'tool-call':
      return isCall(item)
        ? []
        : [
            {
              type: 'server_tool_call',
              id: idOf(item, facts),
              name: item.toolName,
              args: JSON.parse(item.input) as unknown,
            },
          ]
    case 'tool-result': {
      const { toolCallId, result: output, isError } = item
      return [{ type: 'server_tool_call_result', toolCallId, output, status: isError ? 'error' : 'success' }]
    }
    case 'source': {
      const { url, title } = item
      return [{ type: 'citation', url, ...(title === undefined ? {} : { title }) }]
    }
    case 'raw':
      return [{ ...item.part }]
  }
}

function callOf(item: ToolCallItem, facts: AnswerFacts): Fields {
  const id = idOf(item, facts)
  const called = { name: item.toolName, ...(id === undefined ? {} : { id }) }
  try {
    return { ...called, args: JSON.parse(item.input) as unknown, type: 'tool_call' }
  } catch {
    return { ...called, args: item.input, error: 'Malformed args.', type: 'invalid_tool_call' }
  }
}

/** The id of a call; an empty one in the script leaves it out. */
function idOf({ id }: ToolCallItem, { newId }: AnswerFacts): string | undefined {
  return id === undefined ? newId('call') : id || undefined
}

function textOf(items: readonly Speech[], kind: 'text' | 'reasoning'): string {
  return items.map((item) => (item.kind === kind ? item.text : '')).join('')
}

function partsOf(whole: string, size: number): string[] {
  const points = Array.from(whole)
  const parts: string[] = []
  for (let at = 0; at < points.length; at += size) parts.push(points.slice(at, at + size).join(''))
  return parts
}

function usageOf({ usage = { input: 10, output: 5 } }: ScriptedReply): Fields {
  const { input, output, reasoning, cacheRead, cacheWrite } = usage
  return {
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output,
    input_token_details: {
      ...(cacheRead === undefined ? {} : { cache_read: cacheRead }),
      ...(cacheWrite === undefined ? {} : { cache_creation: cacheWrite }),
    },
    output_token_details: reasoning === undefined ? {} : { reasoning },
  }
}

function responseOf(reply: ScriptedReply, { provider, modelId }: AnswerFacts): Fields {
  const finish = reply.finishReason ?? (reply.items.some(isCall) ? 'tool-calls' : 'stop')
  return {
    model_provider: provider,
    model_name: reply.response?.modelId ?? modelId,
    finish_reason: finish.replaceAll('-', '_'),
    ...reply.providerMetadata,
  }
}
