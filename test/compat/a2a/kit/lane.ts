import type { A2AClientShape, A2ARequestHandlerShape } from '@aos/sdk/a2a'

/** What a test server does differently. */
export interface ServeOptions {
  readonly gate?: <H extends A2ARequestHandlerShape>(handler: H) => H
  /** Runs inside of the execution of the agent. */
  readonly during?: (text: string) => unknown
  /** Who is authenticated. */
  readonly user?: string
}

/** A server of the A2A SDK over HTTP, and what reached it. */
export interface Served {
  readonly url: string
  /** Methods of the SDK's own request handler that were called. */
  readonly calls: string[]
  /** Texts the agent was given. */
  readonly said: string[]
  /** Metadata of the messages the agent was given. */
  readonly metadata: unknown[]
  /** Resolves once no request is being answered any more. */
  idle(): Promise<void>
  close(): Promise<void>
}

/** A client of the A2A SDK, in the terms both lines share. */
export interface LaneClient {
  /** The SDK's own client. */
  readonly raw: A2AClientShape
  /** Sends a text; gives the text of the answer. */
  send(text: string, pushUrl?: string): Promise<string>
  /** Sends a text; gives what each event says. */
  stream(text: string, signal?: AbortSignal): AsyncGenerator<string, void, undefined>
  getTask(id: string): Promise<string>
  cancelTask(id: string): Promise<string>
  resubscribe(id: string): AsyncGenerator<string, void, undefined>
  listTasks?: () => Promise<string>
  createPush(taskId: string, url: string): Promise<string>
  getPush(taskId: string): Promise<string>
  listPush(taskId: string): Promise<string>
  deletePush(taskId: string): Promise<string>
  extendedCard(): Promise<string>
}

/** What a test client does differently. */
export interface ConnectOptions {
  readonly instrument?: <C extends A2AClientShape>(client: C) => C
  readonly interceptors?: readonly unknown[]
  /** Default push configuration of the client. */
  readonly pushUrl?: string
  /** Another address than that of the server. */
  readonly url?: string
  readonly streaming?: boolean
}

/** One line of the SDK over one transport. */
export interface Lane {
  readonly title: string
  readonly line: '1.0' | '0.3'
  readonly transport: 'JSONRPC' | 'HTTP+JSON'
  serve(options?: ServeOptions): Promise<Served>
  connect(url: string, options?: ConnectOptions): Promise<LaneClient>
}

/** Id of a task every server has, which is being worked on. */
export const TASK = 'task-1'
