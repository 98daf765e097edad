import type { ScriptItem } from './scripted-items.ts'
import {
  contentOf,
  finishOf,
  metadataOf,
  usageOf,
  type ScriptedStreamPart,
  type ScriptedVersion,
} from './scripted-shapes.ts'
import { finishReasonOf, stopIfAborted, tokensOf, waitAt, type ScriptedTurn } from './scripted-turn.ts'

const CHUNK = 8

/** Opens the stream of one call. It makes a part only when one is asked for, and notes when the reader gives up. */
export function openStream<V extends ScriptedVersion>(
  turn: ScriptedTurn<V>,
): ReadableStream<ScriptedStreamPart<V>> {
  const { call } = turn
  stopIfAborted(call)
  const first = turn.reply.items[0]
  if (first?.kind === 'error' && first.how === 'reject') {
    call.state = 'failed'
    throw first.error
  }
  const parts = partsOf(turn)
  return new ReadableStream<ScriptedStreamPart<V>>(
    {
      async pull(controller) {
        const next = await nextPart(parts, turn)
        if (call.state === 'cancelled') return
        if (next.done === true) {
          call.state = 'finished'
          controller.close()
          return
        }
        call.partsRead += 1
        controller.enqueue(next.value)
      },
      cancel() {
        if (call.state === 'open') call.state = 'cancelled'
      },
    },
    { highWaterMark: 0 },
  )
}

async function nextPart<V extends ScriptedVersion>(
  parts: AsyncGenerator<ScriptedStreamPart<V>, void>,
  turn: ScriptedTurn<V>,
): Promise<IteratorResult<ScriptedStreamPart<V>, void>> {
  try {
    await turn.pace?.()
    stopIfAborted(turn.call)
    return await parts.next()
  } catch (error) {
    if (turn.call.state === 'open') turn.call.state = 'failed'
    throw error
  }
}

async function* partsOf<V extends ScriptedVersion>(
  turn: ScriptedTurn<V>,
): AsyncGenerator<ScriptedStreamPart<V>, void> {
  const { version, reply, call } = turn
  yield { type: 'stream-start', warnings: [] }
  yield { type: 'response-metadata', ...turn.metadata }
  for (const [index, item] of reply.items.entries()) {
    if (item.kind === 'hang') await waitAt(item.gate, call)
    else if (item.kind === 'error' && item.how === 'part') yield { type: 'error', error: item.error }
    else if (item.kind === 'error') throw item.error
    else yield* speechOf(turn, item, `part-${index + 1}`)
  }
  yield {
    type: 'finish',
    usage: usageOf(version, tokensOf(reply)),
    finishReason: finishOf(version, finishReasonOf(reply)),
    ...metadataOf(reply.providerMetadata),
  }
}

function* speechOf<V extends ScriptedVersion>(
  turn: ScriptedTurn<V>,
  item: Exclude<ScriptItem, { kind: 'hang' | 'error' }>,
  id: string,
): Generator<ScriptedStreamPart<V>, void> {
  const size = turn.reply.chunkSize ?? CHUNK
  if (item.kind === 'text' || item.kind === 'reasoning') {
    const { kind } = item
    yield { type: `${kind}-start`, id }
    for (const delta of chunksOf(item.text, size)) yield { type: `${kind}-delta`, id, delta }
    yield { type: `${kind}-end`, id, ...metadataOf(item.providerMetadata) }
    return
  }
  const content = contentOf(turn.version, item, turn.newId)
  if (content.type === 'text' || content.type === 'reasoning') return
  if (content.type === 'tool-call') {
    const { toolCallId, toolName, providerExecuted, dynamic } = content
    yield {
      type: 'tool-input-start',
      id: toolCallId,
      toolName,
      ...(providerExecuted === undefined ? {} : { providerExecuted }),
      ...(dynamic === undefined ? {} : { dynamic }),
    }
    for (const delta of chunksOf(content.input, size))
      yield { type: 'tool-input-delta', id: toolCallId, delta }
    yield { type: 'tool-input-end', id: toolCallId }
  }
  yield content
}

function chunksOf(whole: string, size: number): string[] {
  const points = Array.from(whole)
  const chunks: string[] = []
  for (let at = 0; at < points.length; at += size) chunks.push(points.slice(at, at + size).join(''))
  return chunks
}
