// The shapes of LangChain that the adapter relies on, written down structurally so that no package of it is imported.

/** Any object of LangChain, as far as we read it. */
export type Bag = Readonly<Record<string, unknown>>

/** A method of a foreign object. */
export type Method = (...args: readonly unknown[]) => unknown

/** The configuration that LangChain hands from call to call. */
export interface ConfigShape {
  readonly configurable?: Readonly<Record<PropertyKey, unknown>> | undefined
  readonly callbacks?: unknown
  readonly signal?: AbortSignal | undefined
  readonly toolCall?: ToolCallShape | undefined
  readonly [member: string]: unknown
}

/** A tool call as a model makes it. */
export interface ToolCallShape {
  readonly id?: string | undefined
  readonly name: string
  readonly args: unknown
  readonly type?: string | undefined
}

/** A tool: a StructuredTool, or a runnable made into one. */
export interface ToolShape {
  readonly name: string
  readonly description?: string | undefined
  readonly schema?: unknown
  readonly responseFormat?: unknown
  invoke(input: unknown, config?: unknown): Promise<unknown>
}

/** A message of any role. */
export interface MessageShape {
  readonly content: unknown
  readonly id?: string | undefined
  readonly lc_kwargs?: Bag | undefined
  getType(): string
}

/** A message of the model. */
export interface AnswerShape extends MessageShape {
  readonly text?: unknown
  readonly tool_calls?: readonly ToolCallShape[] | undefined
  readonly usage_metadata?: unknown
  readonly response_metadata?: unknown
  readonly additional_kwargs?: unknown
}

/** A compiled graph. */
export interface GraphShape {
  nodes: Readonly<Record<string, unknown>>
  checkpointer?: unknown
  store?: unknown
  readonly config?: unknown
  readonly name?: unknown
  readonly streamMode?: unknown
  _streamIterator(input: unknown, options?: ConfigShape): AsyncGenerator<unknown>
  stream(input: unknown, options?: ConfigShape): Promise<unknown>
  withConfig(config: unknown): GraphShape
  invoke(input: unknown, config?: unknown): Promise<unknown>
}

/** An agent of `createAgent`. */
export interface ReactAgentShape {
  options: ReactAgentOptions
  readonly graph: GraphShape
  invoke(input: unknown, config?: unknown): Promise<unknown>
}

/** A classic executor of an agent. */
export interface ExecutorShape {
  readonly tools: readonly unknown[]
  readonly agent: {
    readonly runnable?: unknown
    readonly llmChain?: unknown
    plan(...args: readonly unknown[]): Promise<unknown>
  }
  readonly inputKeys: readonly string[]
  invoke(input: unknown, options?: unknown): Promise<unknown>
  _streamIterator(input: unknown, options?: unknown): AsyncGenerator<unknown>
}

/** What `createAgent` was called with. */
export interface ReactAgentOptions {
  readonly name?: unknown
  readonly model?: unknown
  readonly tools?: readonly unknown[] | undefined
  readonly middleware?: readonly unknown[] | undefined
  readonly [option: string]: unknown
}

/** Whether a value is an object, so that members can be read. */
export function isBag(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null
}

/** Whether an object has methods of these names. */
export function hasMethods(value: unknown, ...names: readonly string[]): value is object {
  return isBag(value) && names.every((name) => typeof Reflect.get(value, name) === 'function')
}

/** Calls something whose type is not known to be a function only after checking that it is one. */
export function callIfFunction(callee: unknown, receiver: unknown, args: readonly unknown[]): unknown {
  return typeof callee === 'function' ? (Reflect.apply(callee, receiver, args) as unknown) : undefined
}

/** The classes an object is of, its own first; an example may be a prototype itself. */
export function prototypesOf(value: unknown): readonly object[] {
  const found: object[] = []
  for (
    let at: object | null = Object(value) as object;
    at !== null && at !== Object.prototype;
    at = Reflect.getPrototypeOf(at)
  )
    if (Object.hasOwn(at, 'constructor')) found.push(at)
  return found
}

/** The name a class of LangChain gives itself, which does not change when code is minified. */
export function lcNameOf(value: object): string | undefined {
  const { constructor } = value
  if (!Object.hasOwn(constructor, 'lc_name')) return undefined
  const name = callIfFunction(Reflect.get(constructor, 'lc_name'), constructor, [])
  return typeof name === 'string' ? name : undefined
}

/** Whether a value is an agent of `createAgent`. */
export function isReactAgent(value: unknown): value is ReactAgentShape {
  if (!hasMethods(value, 'invoke', 'stream', 'streamEvents')) return false
  const options: unknown = Reflect.get(value, 'options')
  return isBag(options) && options['model'] !== undefined && isGraph(Reflect.get(value, 'graph'))
}

/** Whether a value is a compiled graph. */
export function isGraph(value: unknown): value is GraphShape {
  return (
    hasMethods(value, 'invoke', 'stream', '_streamIterator', 'withConfig') &&
    Reflect.get(value, 'lg_is_pregel') === true &&
    isBag(Reflect.get(value, 'nodes'))
  )
}

/** Whether a value is a classic executor of an agent. */
export function isExecutor(value: unknown): value is ExecutorShape {
  return (
    hasMethods(value, 'invoke', '_call', '_streamIterator') &&
    Array.isArray(Reflect.get(value, 'tools')) &&
    hasMethods(Reflect.get(value, 'agent'), 'plan')
  )
}

/** Whether a value is a tool this process executes. */
export function isTool(value: unknown): value is ToolShape {
  return (
    hasMethods(value, 'invoke') &&
    typeof Reflect.get(value, 'name') === 'string' &&
    Reflect.get(value, 'schema') !== undefined
  )
}

/** Whether a value is a tool that the provider of the model executes. */
export function isProviderTool(value: unknown): boolean {
  if (!isBag(value) || isTool(value)) return false
  // what the application answers, in the forms of the providers
  if (['function', 'input_schema', 'parameters'].some((key) => key in value)) return false
  return value['type'] !== 'function' && value['type'] !== 'custom'
}

/** Whether a value is a message object. */
export function isMessage(value: unknown): value is MessageShape {
  return hasMethods(value, 'getType') && 'content' in value
}

/** Whether a value is a message of the model. */
export function isAnswer(value: unknown): value is AnswerShape {
  return isMessage(value) && value.getType() === 'ai'
}

/** Whether a value is a tool call with its id, as graphs hand it to tools. */
export function isToolCall(value: unknown): value is ToolCallShape {
  return isBag(value) && value['type'] === 'tool_call' && typeof value['name'] === 'string'
}

/** Whether an error is how graphs pause, and no failure. */
export function isBubbleUp(error: unknown): boolean {
  return isBag(error) && error['is_bubble_up'] === true
}

/** Whether a value is a command of a graph. */
export function isCommand(value: unknown): value is Bag {
  return isBag(value) && value['lg_name'] === 'Command'
}

/** Whether a value sends a node of a graph its own input. */
export function isSend(value: unknown): value is Bag {
  return isBag(value) && value['lg_name'] === 'Send'
}

/** An object of the same class with other members; the original stays as it is. */
export function copyWith<T extends object>(original: T, changed: Bag): T {
  const copy = Object.create(
    Reflect.getPrototypeOf(original),
    Object.getOwnPropertyDescriptors(original),
  ) as T
  for (const [name, value] of Object.entries(changed))
    Object.defineProperty(copy, name, { value, enumerable: true, configurable: true, writable: true })
  return copy
}

/** The same message with other members; the original stays as it is. */
export function withMembers<M extends MessageShape>(message: M, changed: Bag): M {
  const kwargs = isBag(message.lc_kwargs) ? { lc_kwargs: { ...message.lc_kwargs, ...changed } } : {}
  return copyWith(message, { ...changed, ...kwargs })
}
