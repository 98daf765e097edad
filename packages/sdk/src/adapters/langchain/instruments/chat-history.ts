import { gatedObject, type Gate, type Method } from '../../../objects/gated-object.ts'
import { judged } from '../../../objects/judged.ts'
import { MESSAGES, type MessageShape } from './messages.ts'
import { reading, writing, type ItemKind } from './memory.ts'
import type { InstrumentObjectOptions, InstrumentOwner, Reach } from '../../../objects/reach.ts'

/** A chat history of LangChain. */
export interface ChatHistoryShape {
  getMessages(): Promise<unknown>
  addMessage(message: never): Promise<void>
}

type Own = (...args: readonly unknown[]) => unknown

/**
 * Gates a chat history: messages are judged by `memoryStore` before they are added (`clear` as an empty list) and by
 * `memoryContextRetrieval` after they were read. A denied message is not added; denied, the history is empty.
 */
export function instrumentChatHistory<H extends ChatHistoryShape>(
  history: H,
  owner?: InstrumentOwner,
  options?: InstrumentObjectOptions,
): H {
  return gatedObject<H>({
    target: history,
    owner,
    options,
    needs: ['getMessages', 'addMessage'],
    kind: 'chat history',
    component: 'memory',
    note: 'what is read past its methods is not judged',
    gate: ({ reach, name }) => historyGate(reach, name),
  })
}

function historyGate<H extends ChatHistoryShape>(reach: Reach, name: string): Gate<H> {
  return {
    method(key, own) {
      switch (key) {
        case 'getMessages':
          return getMessages(reach, name, own)
        case 'addMessages':
          return addMessages(reach, name, own)
        case 'addMessage':
        case 'addUserMessage':
        case 'addAIMessage':
        case 'addAIChatMessage':
          return addOne(reach, name, own)
        case 'clear':
          return clear(reach, name, own)
        default:
          return undefined
      }
    },
  }
}

function getMessages(reach: Reach, name: string, own: Own): Method {
  const read = (): unknown => own()
  return () =>
    judged(
      reach,
      () =>
        reading<unknown, MessageShape, readonly MessageShape[]>({
          name,
          asked: {},
          kind: MESSAGES,
          read,
          items: (found) => found as readonly MessageShape[],
          give: (messages) => messages,
        }),
      read,
    )
}

function addMessages(reach: Reach, name: string, own: Own): Method {
  return (messages: readonly MessageShape[]) =>
    judged(
      reach,
      () =>
        writing({
          name,
          items: messages,
          kind: MESSAGES,
          write: ({ items }) => (items.length === 0 ? undefined : own(items)),
          denied: () => undefined,
        }),
      () => own(messages),
    )
}

/** A message, or the text that one is made of. */
const ANY_MESSAGE: ItemKind<MessageShape | string> = {
  text: (message) => (typeof message === 'string' ? message : MESSAGES.text(message)),
  withText: (message, text) => (typeof message === 'string' ? text : MESSAGES.withText(message, text)),
}

function addOne(reach: Reach, name: string, own: Own): Method {
  return (message: MessageShape | string) =>
    judged(
      reach,
      () =>
        writing({
          name,
          items: [message],
          kind: ANY_MESSAGE,
          write: ({ items }) => (items.length === 0 ? undefined : own(items[0])),
          denied: () => undefined,
        }),
      () => own(message),
    )
}

function clear(reach: Reach, name: string, own: Own): Method {
  return () =>
    judged(
      reach,
      () => writing({ name, items: [], kind: MESSAGES, write: () => own(), denied: () => undefined }),
      () => own(),
    )
}
