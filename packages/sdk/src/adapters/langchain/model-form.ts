import type { RunScope } from './run-scope.ts'
import { callIfFunction, hasMethods, type AnswerShape, type Bag } from './shapes.ts'

/** In which form a kind of model takes what it is asked, and gives what it answers. */
export interface ModelForm {
  /** What a model is asked, of what its `stream` was called with. */
  asked(model: object, input: unknown): unknown
  /** The same, with the user messages in it judged. */
  judged(scope: RunScope, asked: unknown): Promise<unknown>
  /** The answer that is in what a model generated, or in a piece of that. */
  answerIn(generation: Bag): AnswerShape
  withAnswer(generation: Bag, answer: AnswerShape): Bag
  /** The pieces of an answer in the pieces of a stream. */
  heard(pieces: AsyncIterable<unknown>): AsyncIterable<AnswerShape>
  said(pieces: AsyncIterable<AnswerShape>): AsyncIterable<unknown>
}

/** The form in which a model speaks: in messages, or in one text where it is no chat model. */
export function formOf(model: object): ModelForm {
  return typeOf(model) === TEXT_MODEL ? TEXT : CHAT
}

/** Whether this is a class of models, or a model, that LangChain asks for an answer. */
export function isModel(value: object): boolean {
  const type = typeOf(value)
  return type === 'base_chat_model' || type === TEXT_MODEL
}

const TEXT_MODEL = 'base_llm'

function typeOf(model: object): unknown {
  return callIfFunction(Reflect.get(model, '_modelType'), model, [])
}

const CHAT: ModelForm = {
  asked: (_model, input) => messagesIn(input),
  judged: async (scope, asked) => judgedMessages(scope, asked as readonly unknown[]),
  answerIn: (generation) => generation['message'] as AnswerShape,
  withAnswer: (generation, message) => ({ ...generation, text: textOf(message), message }),
  heard: (pieces) => pieces as AsyncIterable<AnswerShape>,
  said: (pieces) => pieces,
}

const TEXT: ModelForm = {
  asked: (model, input) => (typeof input === 'string' ? input : promptOf(model, input)),
  // with nothing but a text to tell, a prompt is what a user says
  judged: async (scope, asked) => (await judgedMessages(scope, [asked]))[0],
  answerIn: ({ text, generationInfo }) => new TextAnswer(String(text), { ...(generationInfo as Bag) }),
  withAnswer: (generation, answer) => ({ ...generation, text: textOf(answer) }),
  async *heard(pieces) {
    for await (const piece of pieces) yield new TextAnswer(String(piece), {})
  },
  async *said(pieces) {
    for await (const piece of pieces) yield textOf(piece)
  },
}

/** What a model answers in one text, as a message. */
class TextAnswer implements AnswerShape {
  readonly content: string
  readonly response_metadata: Bag

  constructor(content: string, response_metadata: Bag) {
    this.content = content
    this.response_metadata = response_metadata
  }

  get text(): string {
    return this.content
  }

  getType(): string {
    return 'ai'
  }

  concat({ content, response_metadata }: TextAnswer): TextAnswer {
    return new TextAnswer(this.content + content, { ...this.response_metadata, ...response_metadata })
  }
}

/** What LangChain takes for an answer that a model generates. */
export function generationOf(model: object, answer: AnswerShape): Bag & { readonly text: string } {
  const text = textOf(answer)
  return formOf(model) === TEXT
    ? { text, generationInfo: answer.response_metadata }
    : { text, message: answer }
}

/** What a model gives that generated one answer. */
export function resultOf(model: object, answer: AnswerShape): object {
  const generation = generationOf(model, answer)
  return { generations: [formOf(model) === TEXT ? [generation] : generation] }
}

function textOf({ text }: AnswerShape): string {
  return typeof text === 'string' ? text : ''
}

// an agent that speaks in texts puts all it knows into one, and its input has been judged
async function judgedMessages(scope: RunScope, messages: readonly unknown[]): Promise<readonly unknown[]> {
  return scope.texts === 'agent' ? messages : scope.users.judgeMessages(messages)
}

// what a chat model takes: messages, a prompt that makes some, a text
function messagesIn(input: unknown): readonly unknown[] {
  if (Array.isArray(input)) return input
  if (hasMethods(input, 'toChatMessages'))
    return callIfFunction(Reflect.get(input, 'toChatMessages'), input, []) as readonly unknown[]
  return [input]
}

function promptOf({ constructor }: object, input: unknown): string {
  return String(callIfFunction(Reflect.get(constructor, '_convertInputToPromptValue'), constructor, [input]))
}
