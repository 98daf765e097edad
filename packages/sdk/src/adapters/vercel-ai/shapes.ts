// The shapes of the AI SDK that the adapter relies on, written down structurally so that `ai` is never imported.

/** Any object of the AI SDK, as far as we read it. */
export type Bag = Readonly<Record<string, unknown>>

/** A language model of any specification version. */
export interface LanguageModel {
  readonly specificationVersion: string
  readonly provider: string
  readonly modelId: string
  doGenerate(options: Bag): PromiseLike<ModelResult>
  doStream(options: Bag): PromiseLike<{ readonly stream: ReadableStream<ModelPart> }>
}

/** What `doGenerate` gives. */
export interface ModelResult {
  readonly content: readonly ModelPart[]
  readonly finishReason?: unknown
  readonly usage?: unknown
  readonly response?: Bag | undefined
}

/** One content or stream part of a model's answer. */
export interface ModelPart {
  readonly type: string
  readonly [member: string]: unknown
}

/** Options of one tool execution. */
export interface ExecuteOptions {
  readonly toolCallId: string
  readonly messages?: readonly unknown[] | undefined
  readonly [option: string]: unknown
}

/** A tool of a tool set. */
export interface ToolLike {
  readonly inputSchema?: unknown
  readonly execute?: ((input: unknown, options: ExecuteOptions) => unknown) | undefined
  readonly needsApproval?: unknown
  readonly type?: unknown
  readonly [member: string]: unknown
}

/** A tool set by name. */
export type ToolSet = Readonly<Record<string, ToolLike>>

/** An agent of the AI SDK: `ToolLoopAgent`, or anything with its interface. */
export interface AgentShape {
  readonly version: string
  readonly id?: string | undefined
  readonly tools: ToolSet
  generate(options: Bag): PromiseLike<unknown>
  stream(options: Bag): PromiseLike<unknown>
}

/** Whether a value is an object, so that members can be read. */
export function isBag(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null
}

/** Whether a value can be awaited. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isBag(value) && typeof value['then'] === 'function'
}

/** Whether a value can be iterated asynchronously. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return isBag(value) && typeof Reflect.get(value, Symbol.asyncIterator) === 'function'
}

/** Whether a value is a model object (a string id is resolved by the framework first). */
export function isLanguageModel(value: unknown): value is LanguageModel {
  return isBag(value) && typeof value['doGenerate'] === 'function' && typeof value['doStream'] === 'function'
}

/** Calls something whose type is not known to be a function only after checking that it is one. */
export function callIfFunction(callee: unknown, receiver: unknown, args: readonly unknown[]): unknown {
  return typeof callee === 'function' ? (Reflect.apply(callee, receiver, args) as unknown) : undefined
}
