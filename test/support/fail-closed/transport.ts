import { hangs, repliesError, repliesStatus, sendJson } from '../scripted-guardian.ts'
import { allowText, enveloped, head, rawly, type AnswerFault } from './fault.ts'

const result = { decision: 'allow', message: 'fine' }
const allowed = (id: unknown): object => ({ jsonrpc: '2.0', id, result })

/** Envelopes that are not one response to the request. */
export const WRONG_ENVELOPES: readonly AnswerFault[] = [
  ['the id of another request', enveloped(() => allowed('other'))],
  ['no id', enveloped(() => allowed(undefined))],
  ['the id null', enveloped(() => allowed(null))],
  ['the id in a list', enveloped((id) => allowed([id]))],
  ['the id with a space', enveloped((id) => allowed(`${String(id)} `))],
  ['another version of JSON-RPC', enveloped((id) => ({ jsonrpc: '1.0', id, result }))],
  ['no version of JSON-RPC', enveloped((id) => ({ id, result }))],
  ['a batch of one', enveloped((id) => [allowed(id)])],
  ['a result and an error', enveloped((id) => ({ ...allowed(id), error: { code: 1, message: 'x' } }))],
  ['neither result nor error', enveloped((id) => ({ jsonrpc: '2.0', id }))],
  ['a decision without an envelope', enveloped(() => result)],
  ['the request itself', (received, response) => sendJson(response, received.text)],
  ['null', enveloped(() => null)],
  ['a number', enveloped(() => 1)],
  ['an error', repliesError(-32000), 'guardian_error'],
  ['an internal error', repliesError(-32603), 'guardian_error'],
  ['an error without a code', enveloped((id) => ({ jsonrpc: '2.0', id, error: { message: 'x' } }))],
  ['a method that it does not know', repliesError(-32601), 'guardian_method_not_found'],
]

const text = (write: (id: string) => string): AnswerFault[1] =>
  rawly((id) => {
    const body = write(id)
    return `${head(`content-length: ${Buffer.byteLength(body)}\r\n`)}${body}`
  })

const typed =
  (type: string): AnswerFault[1] =>
  ({ id }, response) => {
    response.writeHead(200, { 'content-type': type })
    response.end(allowText(JSON.stringify(id)))
  }

const within = (member: string) => (id: string) => allowText(id).replace('"message"', `${member},"message"`)

/** Texts that are not to be read as an answer. */
export const WRONG_TEXTS: readonly AnswerFault[] = [
  ['an empty body', text(() => '')],
  ['no JSON', text(() => 'allow')],
  ['JSON that is cut', text((id) => allowText(id).slice(0, -1))],
  ['JSON with more after it', text((id) => `${allowText(id)}{}`)],
  ['two answers in one body', text((id) => `${allowText(id)}${allowText(id)}`)],
  ['__proto__', text(within('"__proto__":{"decision":"allow"}'))],
  ['__proto__ further down', text(within('"data":{"a":{"__proto__":{}}}'))],
  ['too many levels', text(within(`"data":{"a":${'['.repeat(500)}${']'.repeat(500)}}`))],
  ['two decisions', text(within('"decision":"deny"'))],
  ['HTML', typed('text/html')],
  ['plain text', typed('text/plain')],
  [
    'no type',
    rawly((id) => `HTTP/1.1 200 OK\r\ncontent-length: ${allowText(id).length}\r\n\r\n${allowText(id)}`),
  ],
  [
    'a body that is over the limit',
    text((id) => allowText(id) + ' '.repeat(2 ** 20)),
    'guardian_response_too_large',
  ],
  [
    'a length that is over the limit',
    rawly(() => head('content-length: 2000000\r\n')),
    'guardian_response_too_large',
  ],
]

const STATUSES: readonly (readonly [status: number, code: string])[] = [
  [401, 'guardian_unauthorized'],
  [403, 'guardian_unauthorized'],
  [404, 'guardian_error'],
  [429, 'guardian_overloaded'],
  [500, 'guardian_error'],
  [501, 'guardian_error'],
  [502, 'guardian_unavailable'],
  [503, 'guardian_unavailable'],
  [504, 'guardian_unavailable'],
]

/** Guardians that are not there, or not quite. */
export const WRONG_CONNECTIONS: readonly AnswerFault[] = [
  ...STATUSES.map(([status, code]): AnswerFault => [`HTTP ${status}`, repliesStatus(status), code]),
  ...[201, 202, 203, 206, 226].map((status): AnswerFault => [
    `an allow with HTTP ${status}`,
    ({ id }, response) => sendJson(response, allowText(JSON.stringify(id)), status),
  ]),
  ['HTTP 204', repliesStatus(204)],
  [
    'HTTP 500 with an allow',
    ({ id }, response) => sendJson(response, allowText(JSON.stringify(id)), 500),
    'guardian_error',
  ],
  [
    'a redirect',
    (_request, response) => response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(),
    'guardian_redirect_refused',
  ],
  ['no HTTP', rawly(() => 'SSH-2.0-OpenSSH_9.9\r\n')],
  ['silence', hangs, 'guardian_timeout'],
  ['a cut instead of an answer', ({ socket }) => void socket.destroy(), 'guardian_unavailable'],
  [
    'death in the middle of an answer',
    ({ id, socket }) => {
      const body = allowText(JSON.stringify(id))
      socket.write(head('content-length: 999\r\n') + body, () => socket.destroy())
    },
    'guardian_unavailable',
  ],
  [
    'an answer that comes a byte at a time',
    ({ id, socket }) => {
      const bytes = head('content-length: 400\r\n') + allowText(JSON.stringify(id)).padEnd(400)
      let at = 0
      const timer = setInterval(() => void socket.write(bytes.charAt(at++)), 5)
      socket.once('close', () => clearInterval(timer))
    },
    'guardian_timeout',
  ],
]
