import { sendJson, type Reply } from '../scripted-guardian.ts'

/** What a guardian does wrong, and the code of the denial (default `guardian_invalid_response`). */
export type AnswerFault = readonly [what: string, reply: Reply, code?: string]

type Bag = Readonly<Record<string, unknown>>

/** Answers with a result under the right id. */
export function said(result: unknown): Reply {
  return ({ id }, response) => sendJson(response, { jsonrpc: '2.0', id, result })
}

/** Answers with an envelope of its own making. */
export function enveloped(make: (id: unknown) => unknown): Reply {
  return ({ id }, response) => sendJson(response, make(id))
}

/** Answers `modify` with the request as it came, but for the call and for members of the request and the result. */
export function modified(change: (call: Bag) => unknown, request: Bag = {}, result: Bag = {}): Reply {
  return (received, response) => {
    const sent = JSON.parse(received.text) as { params: { toolCallRequest: Bag } }
    const params = { ...sent.params, toolCallRequest: change(sent.params.toolCallRequest) }
    const modifiedRequest = { ...sent, params, ...request }
    said({ decision: 'modify', message: 'changed', modifiedRequest, ...result })(received, response)
  }
}

/** Writes an HTTP answer by hand. */
export function rawly(write: (id: string) => string): Reply {
  return ({ id, socket }) => void socket.write(write(JSON.stringify(id)))
}

/** The head of an HTTP answer that carries JSON. */
export function head(fields: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${fields}\r\n`
}

/** An allow as text, under an id that is JSON already. */
export function allowText(id: string): string {
  return `{"jsonrpc":"2.0","id":${id},"result":{"decision":"allow","message":"fine"}}`
}
