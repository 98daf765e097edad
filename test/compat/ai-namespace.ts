import type { ServerResponse } from 'node:http'

import type { z } from 'zod'

/** An object of the AI SDK, looked at from outside. */
export type Bag = Record<string, unknown>

/** What `streamText` and `agent.stream` give, as far as the tests use it. */
export interface StreamResult {
  readonly fullStream: AsyncIterable<Bag> & ReadableStream<Bag>
  readonly textStream: AsyncIterable<string> & ReadableStream<string>
  readonly text: PromiseLike<string>
  consumeStream(options?: Bag): PromiseLike<void>
  toUIMessageStream(options?: Bag): AsyncIterable<Bag> & ReadableStream<Bag>
  toUIMessageStreamResponse(options?: Bag): Response
  pipeUIMessageStreamToResponse(response: ServerResponse): void
  toTextStreamResponse(options?: Bag): Response
}

/** An agent of any AI SDK. */
export interface AgentLike {
  readonly version: string
  readonly id: string | undefined
  readonly tools: Record<string, Bag>
  generate(options: Bag): PromiseLike<Bag>
  stream(options: Bag): PromiseLike<StreamResult>
}

/** The exports of `ai` the tests use, in the form all tested versions share. */
export interface AiNamespace {
  readonly ToolLoopAgent: new (settings: Bag) => AgentLike
  readonly Output: { object(options: object): unknown }
  readonly APICallError: new (options: object) => Error
  generateText(options: Bag): Promise<Bag>
  streamText(options: Bag): StreamResult
  embed(options: Bag): Promise<Bag>
  embedMany(options: Bag): Promise<Bag>
  generateObject(options: Bag): Promise<Bag>
  streamObject(options: Bag): Bag
  tool(definition: Bag): Bag
  dynamicTool(definition: Bag): Bag
  stepCountIs(count: number): unknown
  hasToolCall(name: string): unknown
  smoothStream(options?: Bag): unknown
  jsonSchema(schema: Bag): unknown
  customProvider(options: Bag): { languageModel(id: string): unknown }
  createProviderRegistry(providers: Bag): { languageModel(id: string): unknown }
  wrapLanguageModel(options: Bag): Bag
  convertToModelMessages(messages: unknown): unknown
  readUIMessageStream(options: Bag): AsyncIterable<Bag>
  createAgentUIStream(options: Bag): Promise<AsyncIterable<Bag> & ReadableStream<Bag>>
  createAgentUIStreamResponse(options: Bag): Promise<Response>
  readonly experimental_createSteering?: () => { steer(message: string): unknown }
}

/** One installed version of the AI SDK. */
export interface AiVersion {
  /** Folder under `test/compat`, without its `ai-`. */
  readonly folder: string
  readonly version: string
  readonly major: number
  /** The newest provider specification it speaks. */
  readonly spec: 'v3' | 'v4'
  readonly ai: AiNamespace
  readonly z: typeof z
}

/** Describes an installed version; its own types differ from version to version, so only the shape is kept. */
export function defineVersion(installed: {
  ai: object
  z: typeof z
  folder: string
  version: string
  spec: 'v3' | 'v4'
}): AiVersion {
  const { ai, ...rest } = installed
  for (const name of ['generateText', 'streamText', 'ToolLoopAgent', 'stepCountIs']) {
    if (typeof Reflect.get(ai, name) !== 'function') throw new Error(`ai ${rest.version} has no ${name}`)
  }
  return { ...rest, major: Number(rest.version.split('.')[0]), ai: ai as AiNamespace }
}
