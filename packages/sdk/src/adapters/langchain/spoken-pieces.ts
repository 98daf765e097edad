import { callIfFunction, isBag, withMembers, type AnswerShape, type Bag } from './shapes.ts'

const SAID: readonly unknown[] = ['text', 'text_delta', 'reasoning', 'thinking', 'thinking_delta']

/** A piece of a streamed answer without what it says of tool calls, which leave when they have been decided. */
export function withoutCalls(piece: AnswerShape): AnswerShape {
  const { additional_kwargs: kwargs, response_metadata: response } = piece
  const { tool_calls: _calls, tool_outputs: _outputs, ...additional } = isBag(kwargs) ? kwargs : {}
  // some providers repeat there all they have said
  const { output: _output, ...metadata } = isBag(response) ? response : {}
  return withMembers(piece, {
    ...NO_CALLS,
    content: saidOf(piece.content),
    additional_kwargs: additional,
    response_metadata: metadata,
  })
}

/** Whether anything of a piece is left without what it says of tool calls. */
export function saysAnything(piece: AnswerShape): boolean {
  const chunks: unknown = Reflect.get(piece, 'tool_call_chunks')
  if (!Array.isArray(chunks) || chunks.length === 0 || piece.usage_metadata !== undefined) return true
  const said = saidOf(piece.content)
  return said !== '' && !(Array.isArray(said) && said.length === 0)
}

/** The last piece of an answer: its decided calls. Nothing where it makes none. */
export function callsOf(answer: AnswerShape, last: AnswerShape | undefined): AnswerShape | undefined {
  const calls = answer.tool_calls ?? []
  if (calls.length === 0 || last === undefined) return undefined
  return withMembers(last, {
    ...NO_CALLS,
    content: '',
    additional_kwargs: {},
    response_metadata: {},
    usage_metadata: undefined,
    tool_calls: calls,
    tool_call_chunks: calls.map(({ id, name, args }, index) => ({
      id,
      name,
      args: JSON.stringify(args),
      index,
      type: 'tool_call_chunk',
    })),
  })
}

/** The answer that pieces add up to. */
export function joined(answer: AnswerShape | undefined, piece: AnswerShape): AnswerShape {
  return answer === undefined
    ? piece
    : (callIfFunction(Reflect.get(answer, 'concat'), answer, [piece]) as AnswerShape)
}

const NO_CALLS: Bag = { tool_calls: [], tool_call_chunks: [], invalid_tool_calls: [] }

function saidOf(content: unknown): unknown {
  if (!Array.isArray(content)) return content
  return content.filter((block: unknown) => isBag(block) && SAID.includes(block['type']))
}
