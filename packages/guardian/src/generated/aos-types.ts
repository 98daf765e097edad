// generated from schemas/aos: do not edit

/**
 * Any message between an agent and its guardian, AOS 0.1.0 as corrected.
 */
export type AosMessage = AosRequest | AosResponse | LandingRequest | EvaluateResponse
/**
 * A request of the AOS wire.
 */
export type AosRequest =
  | AgentTriggerRequest
  | MessageRequest
  | ToolCallRequest
  | ToolCallResultRequest
  | KnowledgeRetrievalRequest
  | MemoryContextRetrievalRequest
  | MemoryStoreRequest
  | McpRequest
  | A2AMessageSendRequest
  | A2AMessageStreamRequest
  | A2ATaskGetRequest
  | A2ATaskCancelRequest
  | A2ATaskResubscribeRequest
  | A2APushConfigSetRequest
  | A2APushConfigGetRequest
  | PingRequest
/**
 * Names a JSON-RPC request; its answer repeats it.
 */
export type Id = number | string
/**
 * A piece of content.
 */
export type Part = TextPart | FilePart | DataPart
/**
 * What an answer draws on.
 */
export type Source = FileSource | SiteSource
/**
 * An answer of the AOS wire.
 */
export type AosResponse = DecisionResponse | PingResponse | ErrorResponse
/**
 * A request that only the landing page or an earlier draft of AOS defines.
 */
export type LandingRequest =
  | EvaluateRequest
  | RegisterHookRequest
  | AgentCreateRequest
  | TraceEmitRequest
  | AgbomGenerateRequest
  | ProtocolA2ARequest

/**
 * Before an agent starts of its own accord.
 */
export interface AgentTriggerRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'steps/agentTrigger'
  /**
   * The step.
   */
  params: {
    context: StepContext
    trigger: Trigger
  }
}
/**
 * Who takes the step, in which turn of which session. Extensions are objects under names of their own.
 */
export interface StepContext {
  agent: Agent
  session: Session
  /**
   * Identifies the turn within its session.
   */
  turnId: string
  /**
   * Identifies the step within its turn.
   */
  stepId: string
  /**
   * When the step was asked for.
   */
  timestamp: string
  user?: User
  [k: string]: {} | null | Agent | Session | string | User | undefined
}
/**
 * The agent under observation, complete.
 */
export interface Agent {
  /**
   * Identifies the agent.
   */
  id: string
  /**
   * Name of the agent.
   */
  name: string
  /**
   * What may be told of its system prompt; empty where nothing may.
   */
  instructions: string
  /**
   * Version of the agent.
   */
  version: string
  provider: AgentProvider
  /**
   * Where the agent is hosted.
   */
  url?: string
  /**
   * What the agent does.
   */
  description?: string
  model?: Model
  /**
   * Tools it may call.
   */
  tools?: ToolDefinition[]
  /**
   * MCP servers it is connected to.
   */
  mcpServers?: McpServer[]
  /**
   * Documents it has at hand.
   */
  resources?: Resource[]
  organization?: Organization
  /**
   * Further facts by name.
   */
  metadata?: {} | null
}
/**
 * Who offers the agent.
 */
export interface AgentProvider {
  /**
   * Name of the provider.
   */
  name: string
  /**
   * Address of the provider.
   */
  url: string
  /**
   * Further facts by name.
   */
  metadata?: {} | null
}
/**
 * The language model an agent works with.
 */
export interface Model {
  /**
   * Identifies the model.
   */
  id: string
  /**
   * Name of the model.
   */
  name: string
  provider: LlmProvider
  /**
   * What the model does.
   */
  type?: 'chat' | 'completion' | 'embedding'
  /**
   * Most tokens of one answer.
   */
  maxTokens?: number
  /**
   * Parameters every call gets.
   */
  defaultParams?: {}
  /**
   * Size of the context window in tokens.
   */
  contextWindow?: number
  /**
   * Texts at which the model stops.
   */
  stopSequences?: string[]
  /**
   * Further facts by name.
   */
  metadata?: {} | null
}
/**
 * Who serves the model.
 */
export interface LlmProvider {
  /**
   * Name of the provider.
   */
  name: string
  /**
   * Further facts by name.
   */
  metadata?: {} | null
}
/**
 * A tool the agent may call.
 */
export interface ToolDefinition {
  /**
   * Name of the tool.
   */
  name: string
  /**
   * Identifies the tool.
   */
  id: string
  /**
   * What the tool does.
   */
  description?: string
  /**
   * Kind of tool, such as function_call or api_request.
   */
  type: string
  /**
   * What it takes.
   */
  arguments: ToolArgumentDefinition[] | null
  /**
   * What it gives back.
   */
  outputs: ToolOutputDefinition[] | null
  /**
   * Further facts by name.
   */
  metadata?: {} | null
}
/**
 * An argument a tool takes.
 */
export interface ToolArgumentDefinition {
  /**
   * Name of the argument.
   */
  name: string
  /**
   * Identifies the argument.
   */
  id?: string
  /**
   * What the argument means.
   */
  description?: string
  /**
   * Type of its values.
   */
  type?: 'string' | 'number' | 'boolean' | 'object' | 'array' | 'null'
  /**
   * Media type of the value.
   */
  mimeType?: string | null
  /**
   * Whether it must be given.
   */
  required: boolean
}
/**
 * Something a tool gives back.
 */
export interface ToolOutputDefinition {
  /**
   * Name of the output.
   */
  name?: string
  /**
   * Identifies the output.
   */
  id?: string
  /**
   * What the output means.
   */
  description?: string
  /**
   * Type of its values.
   */
  type?: 'string' | 'number' | 'boolean' | 'object' | 'array' | 'null'
  /**
   * Media type of the value.
   */
  mimeType?: string | null
}
/**
 * An MCP server the agent is connected to.
 */
export interface McpServer {
  /**
   * Name of the server.
   */
  name: string
  /**
   * Version of the server.
   */
  version: string
}
/**
 * A document the agent has at hand.
 */
export interface Resource {
  /**
   * Identifies the resource.
   */
  id: string
  /**
   * Name of the resource.
   */
  name: string
  /**
   * The whole content.
   */
  content: string
  /**
   * What it is about.
   */
  description?: string
  /**
   * Media type of the content.
   */
  mimeType?: string
  /**
   * Further facts by name.
   */
  metadata?: {} | null
}
/**
 * Whom somebody or something belongs to.
 */
export interface Organization {
  /**
   * Identifies the organization.
   */
  id: string
  /**
   * Name of the organization.
   */
  name?: string
  /**
   * Further facts by name.
   */
  metadata?: {} | null
}
/**
 * A conversation.
 */
export interface Session {
  /**
   * Identifies the session.
   */
  id: string
  /**
   * Further facts by name.
   */
  metadata?: {} | null
}
/**
 * For whom the agent acts.
 */
export interface User {
  /**
   * Identifies the user.
   */
  id: string
  /**
   * Name of the user.
   */
  name?: string
  /**
   * Mail address of the user.
   */
  email?: string
  organization?: Organization
  /**
   * Further facts by name.
   */
  metadata?: {} | null
}
/**
 * Why an agent starts without being spoken to.
 */
export interface Trigger {
  /**
   * A message of a user is a step of its own.
   */
  type: 'autonomous'
  event: TriggerEvent
  /**
   * What the event brought.
   */
  content: Part[]
  /**
   * Further facts by name.
   */
  metadata?: {} | null
}
/**
 * What happened.
 */
export interface TriggerEvent {
  /**
   * Identifies the event.
   */
  id: string
  /**
   * Kind of event, such as email.
   */
  type: string
}
/**
 * A piece of text.
 */
export interface TextPart {
  /**
   * Tells the parts apart.
   */
  kind: 'text'
  /**
   * The text.
   */
  text: string
  /**
   * Further facts by name.
   */
  metadata?: {} | null
}
/**
 * A file.
 */
export interface FilePart {
  /**
   * Tells the parts apart.
   */
  kind: 'file'
  /**
   * The file.
   */
  file: FileWithBytes | FileWithUri
  /**
   * Further facts by name.
   */
  metadata?: {}
}
/**
 * A file that is sent along.
 */
export interface FileWithBytes {
  /**
   * The content in base64.
   */
  bytes: string
  /**
   * Media type of the content.
   */
  mimeType?: string
  /**
   * Name of the file.
   */
  name?: string
}
/**
 * A file that is referred to.
 */
export interface FileWithUri {
  /**
   * Where the file is.
   */
  uri: string
  /**
   * Media type of the content.
   */
  mimeType?: string
  /**
   * Name of the file.
   */
  name?: string
}
/**
 * Structured data.
 */
export interface DataPart {
  /**
   * Tells the parts apart.
   */
  kind: 'data'
  /**
   * The data.
   */
  data: {}
  /**
   * Further facts by name.
   */
  metadata?: {} | null
}
/**
 * Before a message reaches whom it is meant for.
 */
export interface MessageRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'steps/message'
  /**
   * The step.
   */
  params: {
    context: StepContext
    message: Message
    /**
     * What the message draws on.
     */
    citations?: Source[]
    /**
     * The agent's reasons for the step.
     */
    reasoning?: string
  }
}
/**
 * What somebody says in a conversation.
 */
export interface Message {
  /**
   * Identifies the message within its session.
   */
  id: string
  /**
   * Who says it.
   */
  role: 'user' | 'agent' | 'system'
  /**
   * What is said.
   */
  content: Part[]
  /**
   * Further facts by name.
   */
  metadata?: {} | null
}
/**
 * A file an answer draws on.
 */
export interface FileSource {
  /**
   * Tells the sources apart.
   */
  kind: 'file'
  /**
   * Identifies the file.
   */
  id: string
  /**
   * Name of the file.
   */
  name: string
  /**
   * Where the file is.
   */
  url?: string
}
/**
 * A site an answer draws on.
 */
export interface SiteSource {
  /**
   * Tells the sources apart.
   */
  kind: 'site'
  /**
   * Where the site is.
   */
  url: string
}
/**
 * Before a tool is called.
 */
export interface ToolCallRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'steps/toolCallRequest'
  /**
   * The step.
   */
  params: {
    context: StepContext
    toolCallRequest: ToolCall
    /**
     * The agent's reasons for the step.
     */
    reasoning?: string
  }
}
/**
 * A call of a tool that has not happened yet.
 */
export interface ToolCall {
  /**
   * Links the call and its result.
   */
  executionId: string
  /**
   * Which tool.
   */
  toolId: string
  /**
   * The arguments.
   */
  inputs: ToolArgument[]
}
/**
 * One argument of a call.
 */
export interface ToolArgument {
  /**
   * Name of the argument.
   */
  name: string
  /**
   * Identifies the argument.
   */
  id?: string
  /**
   * Any JSON value.
   */
  value: string | number | boolean | {} | unknown[] | null
}
/**
 * Before the result of a tool is used.
 */
export interface ToolCallResultRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'steps/toolCallResult'
  /**
   * The step.
   */
  params: {
    context: StepContext
    toolCallResult: ToolCallResult
    /**
     * The agent's reasons for the step.
     */
    reasoning?: string
  }
}
/**
 * The result of a call.
 */
export interface ToolCallResult {
  /**
   * Links the call and its result.
   */
  executionId: string
  result: ToolResult
}
/**
 * What a tool gave back.
 */
export interface ToolResult {
  /**
   * The outputs, as text.
   */
  outputs: TextPart[]
  /**
   * Whether the call failed.
   */
  isError: boolean
}
/**
 * Before what was found is used.
 */
export interface KnowledgeRetrievalRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'steps/knowledgeRetrieval'
  /**
   * The step.
   */
  params: {
    context: StepContext
    knowledgeStep: Retrieval
    /**
     * The agent's reasons for the step.
     */
    reasoning?: string
  }
}
/**
 * A retrieval of knowledge and what it found.
 */
export interface Retrieval {
  /**
   * What was asked.
   */
  query?: string
  /**
   * Words that were searched for.
   */
  keywords?: string[]
  /**
   * What was found.
   */
  results: RetrievalResult[]
}
/**
 * One thing that was found.
 */
export interface RetrievalResult {
  /**
   * Identifies the document.
   */
  id: string
  /**
   * Its text.
   */
  content: string
  /**
   * Media type of the content.
   */
  mimeType?: string
  /**
   * Further facts by name.
   */
  metadata?: {} | null
}
/**
 * Before memory is attached to the context.
 */
export interface MemoryContextRetrievalRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'steps/memoryContextRetrieval'
  /**
   * The step.
   */
  params: {
    context: StepContext
    /**
     * Items, one a text; structured ones as JSON text.
     */
    memory: string[]
    /**
     * The agent's reasons for the step.
     */
    reasoning?: string
  }
}
/**
 * Before memory is changed.
 */
export interface MemoryStoreRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'steps/memoryStore'
  /**
   * The step.
   */
  params: {
    context: StepContext
    /**
     * Items, one a text; structured ones as JSON text.
     */
    memory: string[]
    /**
     * The agent's reasons for the step.
     */
    reasoning?: string
  }
}
/**
 * Before an MCP message is sent or processed.
 */
export interface McpRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'protocols/MCP'
  /**
   * The step.
   */
  params: {
    /**
     * The MCP message as it is.
     */
    message: {}
    /**
     * The agent's reasons for the step.
     */
    reasoning?: string
  }
}
/**
 * Before an A2A message of message/send, or its answer, is sent or processed.
 */
export interface A2AMessageSendRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'message/send'
  params: A2AParams
}
/**
 * An A2A message and between whom it goes.
 */
export interface A2AParams {
  /**
   * The A2A message as it is.
   */
  payload: {}
  context: A2AContext
  /**
   * The agent's reasons for the step.
   */
  reasoning?: string
}
/**
 * Between whom an A2A message goes.
 */
export interface A2AContext {
  /**
   * Who sends it.
   */
  from: ObservedSide | PeerSide
  /**
   * Who gets it.
   */
  to: PeerSide | ObservedSide
}
/**
 * The side of an A2A exchange that is under observation.
 */
export interface ObservedSide {
  agent: Agent
  /**
   * The client starts tasks, the server does them.
   */
  role: 'client' | 'server'
}
/**
 * The other side of an A2A exchange.
 */
export interface PeerSide {
  agent: PeerAgent
  /**
   * The client starts tasks, the server does them.
   */
  role: 'client' | 'server'
}
/**
 * The agent on the other side, as its card tells.
 */
export interface PeerAgent {
  /**
   * Where the agent is hosted.
   */
  url: string
  /**
   * Name of the agent.
   */
  name: string
  /**
   * Version of the agent.
   */
  version: string
}
/**
 * Before an A2A message of message/stream, or its answer, is sent or processed.
 */
export interface A2AMessageStreamRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'message/stream'
  params: A2AParams
}
/**
 * Before an A2A message of tasks/get, or its answer, is sent or processed.
 */
export interface A2ATaskGetRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'tasks/get'
  params: A2AParams
}
/**
 * Before an A2A message of tasks/cancel, or its answer, is sent or processed.
 */
export interface A2ATaskCancelRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'tasks/cancel'
  params: A2AParams
}
/**
 * Before an A2A message of tasks/resubscribe, or its answer, is sent or processed.
 */
export interface A2ATaskResubscribeRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'tasks/resubscribe'
  params: A2AParams
}
/**
 * Before an A2A message of tasks/pushNotificationConfig/set, or its answer, is sent or processed.
 */
export interface A2APushConfigSetRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'tasks/pushNotificationConfig/set'
  params: A2AParams
}
/**
 * Before an A2A message of tasks/pushNotificationConfig/get, or its answer, is sent or processed.
 */
export interface A2APushConfigGetRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'tasks/pushNotificationConfig/get'
  params: A2AParams
}
/**
 * Asks whether the guardian is there.
 */
export interface PingRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'ping'
  /**
   * When, and how long an answer is waited for.
   */
  params: {
    /**
     * When it was asked.
     */
    timestamp: string
    /**
     * Milliseconds after which the guardian counts as lost.
     */
    timeout?: number
    /**
     * Further facts by name.
     */
    metadata?: {} | null
  }
}
/**
 * A request that was decided.
 */
export interface DecisionResponse {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  result: DecisionResult
}
/**
 * What the guardian decides.
 */
export interface DecisionResult {
  /**
   * Whether the step goes on, and as what.
   */
  decision: 'allow' | 'deny' | 'modify'
  /**
   * Why, for people and models.
   */
  message: string
  /**
   * How the guardian came to it.
   */
  reasoning?: string
  /**
   * Why, for programs.
   */
  reasonCode?: string[]
  /**
   * Further facts by name.
   */
  data?: {}
  modifiedRequest?: AosRequest | ProtocolA2ARequest
}
/**
 * Before an A2A message without a method of its own on the AOS wire is sent or processed.
 */
export interface ProtocolA2ARequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'protocols/A2A'
  /**
   * The step.
   */
  params: {
    /**
     * The A2A message as it is.
     */
    message: {}
    context?: A2AContext
    /**
     * The agent's reasons for the step.
     */
    reasoning?: string
  }
}
/**
 * The answer to a ping.
 */
export interface PingResponse {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  result: PingResult
}
/**
 * How the guardian is.
 */
export interface PingResult {
  /**
   * Whether it works.
   */
  status: 'connected' | 'error'
  /**
   * Version of the guardian.
   */
  version: string
  /**
   * When it answered.
   */
  timestamp: string
  /**
   * Further facts by name.
   */
  metadata?: {} | null
}
/**
 * A request that was not answered.
 */
export interface ErrorResponse {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  /**
   * Id of the request, null where it could not be read.
   */
  id: string | number | null
  /**
   * Which error.
   */
  error: RpcError | ParseError | InvalidRequestError | MethodNotFoundError | InvalidParamsError | InternalError
}
/**
 * Any error of JSON-RPC; AOS has allocated none of its own.
 */
export interface RpcError {
  /**
   * Which error.
   */
  code: number
  /**
   * What went wrong.
   */
  message: string
  /**
   * What is wrong in particular.
   */
  data?: {
    [k: string]: unknown
  }
}
/**
 * The error -32700 of JSON-RPC.
 */
export interface ParseError {
  /**
   * Which error.
   */
  code: -32700
  /**
   * Its text.
   */
  message: 'Invalid JSON payload'
  /**
   * What is wrong in particular.
   */
  data?: {
    [k: string]: unknown
  }
}
/**
 * The error -32600 of JSON-RPC.
 */
export interface InvalidRequestError {
  /**
   * Which error.
   */
  code: -32600
  /**
   * Its text.
   */
  message: 'Request payload validation error'
  /**
   * What is wrong in particular.
   */
  data?: {
    [k: string]: unknown
  }
}
/**
 * The error -32601 of JSON-RPC.
 */
export interface MethodNotFoundError {
  /**
   * Which error.
   */
  code: -32601
  /**
   * Its text.
   */
  message: 'Method not found'
  /**
   * What is wrong in particular.
   */
  data?: {
    [k: string]: unknown
  }
}
/**
 * The error -32602 of JSON-RPC.
 */
export interface InvalidParamsError {
  /**
   * Which error.
   */
  code: -32602
  /**
   * Its text.
   */
  message: 'Invalid parameters'
  /**
   * What is wrong in particular.
   */
  data?: {
    [k: string]: unknown
  }
}
/**
 * The error -32603 of JSON-RPC.
 */
export interface InternalError {
  /**
   * Which error.
   */
  code: -32603
  /**
   * Its text.
   */
  message: 'Internal error'
  /**
   * What is wrong in particular.
   */
  data?: {
    [k: string]: unknown
  }
}
/**
 * Asks for a decision in the words of the landing page.
 */
export interface EvaluateRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'guardian/evaluate'
  /**
   * The step.
   */
  params: {
    /**
     * Which hook fired.
     */
    hook: string
    context: EvaluateContext
    /**
     * Names of the policies to apply.
     */
    policies?: string[]
  }
}
/**
 * What is judged: parameters of a tool, or result, results, memory or content.
 */
export interface EvaluateContext {
  /**
   * Name of the tool.
   */
  tool?: string
  /**
   * Arguments of the tool, or params of a protocol message.
   */
  parameters?: {
    [k: string]: unknown
  }
  /**
   * What a tool or a peer gave back.
   */
  result?: {
    [k: string]: unknown
  }
  /**
   * What a retrieval found.
   */
  results?: {
    [k: string]: unknown
  }
  /**
   * Memory items.
   */
  memory?: {
    [k: string]: unknown
  }
  /**
   * Content of a message or a trigger.
   */
  content?: {
    [k: string]: unknown
  }
  /**
   * Id of the session.
   */
  session?: string
  /**
   * Extension: the other facts of the step.
   */
  guardian?: {}
}
/**
 * Binds a hook to a guardian.
 */
export interface RegisterHookRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'aos/registerHook'
  /**
   * The step.
   */
  params: {
    /**
     * Which hook.
     */
    hook: string
    /**
     * Where the guardian is.
     */
    guardianEndpoint: string
    /**
     * Names of the policies to apply.
     */
    policies?: string[]
  }
}
/**
 * Configures an agent.
 */
export interface AgentCreateRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'agent/create'
  /**
   * The step.
   */
  params: {
    /**
     * Name of the agent.
     */
    name: string
    capabilities?: AgentCapabilities
    /**
     * How it is instrumented.
     */
    aos?: {}
  }
}
/**
 * What the agent can do.
 */
export interface AgentCapabilities {
  /**
   * Names of its tools.
   */
  tools?: string[]
  /**
   * Names of its models.
   */
  models?: string[]
  /**
   * Protocols it speaks.
   */
  protocols?: string[]
}
/**
 * Hands over an event of a trace.
 */
export interface TraceEmitRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'aos/trace/emit'
  /**
   * The step.
   */
  params: {
    /**
     * Id of the trace.
     */
    traceId: string
    /**
     * Id of the span.
     */
    spanId: string
    event: TraceEmitEvent
  }
}
/**
 * What happened.
 */
export interface TraceEmitEvent {
  /**
   * Kind of event.
   */
  type: string
  /**
   * When it happened.
   */
  timestamp: string
  /**
   * Facts by name.
   */
  attributes?: {}
}
/**
 * Asks for the bill of materials of an agent.
 */
export interface AgbomGenerateRequest {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  id: Id
  /**
   * Which step.
   */
  method: 'aos/agbom/generate'
  /**
   * The step.
   */
  params: {
    /**
     * Format of the bill.
     */
    format: string
    /**
     * Which agent.
     */
    agent_id: string
  }
}
/**
 * The answer to guardian/evaluate.
 */
export interface EvaluateResponse {
  /**
   * Version of JSON-RPC.
   */
  jsonrpc: '2.0'
  /**
   * Id of the request, null or absent where it had none.
   */
  id?: string | number | null
  result: EvaluateResult
}
/**
 * A decision in the words of the landing page.
 */
export interface EvaluateResult {
  /**
   * Whether the step goes on, and as what.
   */
  action: 'ALLOW' | 'DENY' | 'MODIFY'
  /**
   * Why, for people and models.
   */
  reason: string
  /**
   * Extension: why, for programs.
   */
  reasonCode?: string[]
  /**
   * Extension: further facts by name.
   */
  data?: {}
  /**
   * What takes the place of the value that was judged.
   */
  modifications?: {
    [k: string]: unknown
  }
}
