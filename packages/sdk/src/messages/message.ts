/** One message of a conversation with a model, with the parts that the OpenTelemetry GenAI conventions know. */
export interface Message {
  readonly role: string
  readonly parts: readonly Part[]
}

/** A part of a message; what it holds is as the framework has it, not yet fit to be recorded. */
export type Part =
  | { readonly type: 'text' | 'reasoning' | 'value'; readonly content: unknown }
  | { readonly type: 'tool_call'; readonly id: unknown; readonly name: unknown; readonly content: unknown }
  | { readonly type: 'tool_call_response'; readonly id: unknown; readonly content: unknown }
  | { readonly type: 'file'; readonly mimeType: unknown; readonly content: unknown }
