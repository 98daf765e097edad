import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Application, Body } from './applications.ts'
import type { RawTransport } from './tap.ts'

/** What a test makes of a client or a server before it connects. */
export type Wrap = <T extends object>(side: T) => T

/** What we use of the clients of all lines. */
export interface McpClient {
  connect(transport: unknown): Promise<void>
  close(): Promise<void>
  request(request: { method: string; params?: Body }, schema: unknown, options?: unknown): Promise<unknown>
  notification(notification: { method: string; params?: Body }): Promise<void>
  fallbackNotificationHandler?: (notification: { method: string; params?: unknown }) => Promise<void>
}

/** A client, and how its line makes any request. */
export interface NewClient {
  readonly object: object
  readonly request: (held: McpClient, message: Message, options?: RequestOptions) => Promise<unknown>
}

/** What is sent. */
export interface Message {
  readonly method: string
  readonly params: Body
}

/** What goes with a request. */
export interface RequestOptions {
  readonly onprogress?: (progress: unknown) => void
  readonly signal?: AbortSignal
  readonly timeout?: number
}

/** One line of the SDK in one protocol version: its client, its server, its transports. */
export interface Line {
  readonly name: string
  readonly protocol: string
  /** Without a handshake, and without requests of the server (2026-07-28). */
  readonly stateless: boolean
  newClient(app: Application): NewClient
  serveMemory(app: Application, wrap: Wrap): { readonly near: RawTransport; readonly ready: Promise<void> }
  serveStdio(app: Application, wrap: Wrap): Promise<void>
  httpHandler(app: Application, wrap: Wrap): HttpHandler
  stdioTransport(command: string, args: string[]): RawTransport
  httpTransport(url: URL): RawTransport
}

/** Serves one client over HTTP. */
export interface HttpHandler {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  close(): Promise<void>
}

/** What every server of the kit offers. */
export const SERVER_CAPABILITIES: {
  readonly tools: { readonly listChanged: true }
  readonly resources: { readonly subscribe: true; readonly listChanged: true }
  readonly prompts: { readonly listChanged: true }
  readonly completions: Record<string, never>
  readonly logging: Record<string, never>
} = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  completions: {},
  logging: {},
}

/** What every client of the kit answers. */
export const CLIENT_CAPABILITIES: {
  readonly sampling: Record<string, never>
  readonly elicitation: { readonly form: Record<string, never> }
  readonly roots: { readonly listChanged: true }
} = { sampling: {}, elicitation: { form: {} }, roots: { listChanged: true } }
