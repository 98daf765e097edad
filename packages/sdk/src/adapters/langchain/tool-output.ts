import { copyWith, isBag, isCommand, isMessage, withMembers, type Bag } from './shapes.ts'

/** What a tool brought back, as hooks see it. */
export interface ToolOutput {
  readonly shown: unknown
  /** The same output with what was decided in the place of what was shown. */
  readonly restore: (decided: unknown) => unknown
}

/** Reads an output: a value, content with an artifact, a message, or a command that carries the message. */
export function readOutput(output: unknown, responseFormat: unknown, callId: string | undefined): ToolOutput {
  if (isMessage(output)) {
    return {
      shown: output.content,
      restore: (decided) => withMembers(output, { content: messageContent(decided) }),
    }
  }
  if (isCommand(output)) return readCommand(output, callId)
  if (responseFormat === 'content_and_artifact' && Array.isArray(output) && output.length === 2) {
    const [content, artifact] = output as readonly unknown[]
    return { shown: content, restore: (decided) => [decided, artifact] }
  }
  return { shown: output, restore: (decided) => decided }
}

/** What takes the place of an output that nobody may see. */
export function notice(text: string, responseFormat: unknown): unknown {
  return responseFormat === 'content_and_artifact' ? [text, undefined] : text
}

/** Marks the message that a tool answers with as an error; anything else is given back as it is. */
export function asError(output: unknown): unknown {
  return isMessage(output) && output.getType() === 'tool' ? withMembers(output, { status: 'error' }) : output
}

// the model sees of a command what it adds to the messages for this call
function readCommand(command: Bag, callId: string | undefined): ToolOutput {
  const update = command['update']
  const messages = isBag(update) ? update['messages'] : undefined
  const list: readonly unknown[] = Array.isArray(messages) ? messages : []
  const index = list.findIndex(
    (message) =>
      isMessage(message) &&
      message.getType() === 'tool' &&
      (callId === undefined || Reflect.get(message, 'tool_call_id') === callId),
  )
  const message = list[index]
  if (!isBag(update) || !isMessage(message))
    return { shown: update, restore: (decided) => copyWith(command, { update: decided }) }
  return {
    shown: message.content,
    restore: (decided) => {
      const changed = withMembers(message, { content: messageContent(decided) })
      const messages = list.map((other, at) => (at === index ? changed : other))
      return copyWith(command, { update: { ...update, messages } })
    },
  }
}

function messageContent(decided: unknown): unknown {
  return typeof decided === 'string' || Array.isArray(decided) ? decided : JSON.stringify(decided)
}
