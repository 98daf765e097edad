import fc from 'fast-check'
import { toolAnswer } from './raw-peer.ts'
import type { Frame } from './tap.ts'

/** A text that only messages carry that are denied or are no messages. */
export const EVIL = 'evil content'

const EVIL_CALL = { name: 'read', arguments: { path: EVIL } }
const EVIL_RESULT = { resultType: 'complete', content: [{ type: 'text', text: EVIL }] }

/** Something deeply nested. */
export function deep(levels: number, heart: unknown = EVIL): unknown {
  let value = heart
  for (let level = 0; level < levels; level += 1) value = { a: value }
  return value
}

const ids: Readonly<Record<string, unknown>> = {
  null: null,
  'a float': 1.5,
  'an object': { a: 1 },
  'an array': [1],
  'a huge number': 1e300,
  'no safe integer': 2 ** 53 + 2,
  'NaN as a text': 'NaN',
  'a boolean': true,
  'a text of 1 MB': 'x'.repeat(1_000_000),
  'an empty text': '',
  ['__proto__']: '__proto__',
  constructor: 'constructor',
  'a lone surrogate': '\uD800',
}

/** Requests and notifications that a peer may send, all of them with evil content. */
export function hostileCalls(): Readonly<Record<string, unknown>> {
  const own = (params: unknown, more: object = {}): unknown => ({
    jsonrpc: '2.0',
    id: 'evil',
    method: 'tools/call',
    params,
    ...more,
  })
  return {
    ...named('id', (id) => own(EVIL_CALL, { id })),
    'array params': own([EVIL_CALL]),
    'text params': own(EVIL),
    'number params': own(7, { method: EVIL }),
    'null params': own(null, { method: EVIL }),
    'an unknown method': own({ a: EVIL }, { method: 'evil/method' }),
    'a method that is no text': own(EVIL_CALL, { method: 7 }),
    'a method that is an object': own(EVIL_CALL, { method: { toString: EVIL } }),
    'a method and a result': own(EVIL_CALL, { result: EVIL_RESULT }),
    'a method and an error': own(EVIL_CALL, { error: { code: 1, message: EVIL } }),
    'another version of JSON-RPC': own(EVIL_CALL, { jsonrpc: '1.0' }),
    'no version of JSON-RPC': { id: 'evil', method: 'tools/call', params: EVIL_CALL },
    'a batch': [own(EVIL_CALL), own(EVIL_CALL, { id: 'evil-2' })],
    'an empty batch': [],
    'a text': EVIL,
    'a number': 7,
    nothing: null,
    'own __proto__': JSON.parse(
      `{"jsonrpc":"2.0","id":"evil","method":"tools/call","params":{"name":"read","arguments":{"path":"${EVIL}"},"__proto__":{"name":"hang"}},"__proto__":{"method":"ping"}}`,
    ) as Frame,
    'own constructor': own({ ...EVIL_CALL, constructor: { prototype: { polluted: EVIL } } }),
    'a lone surrogate': own({ name: 'read', arguments: { path: `${EVIL}\uD800` } }),
    'a nest of 100,000 levels': own({ ...EVIL_CALL, arguments: { path: EVIL, deep: deep(100_000) } }),
    'a nest in _meta': own({ ...EVIL_CALL, _meta: { deep: deep(100_000) } }),
    'a hostile trace context': own({
      ...EVIL_CALL,
      _meta: { traceparent: EVIL, baggage: 'x'.repeat(100_000) },
    }),
    'a progress of nothing': {
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: EVIL, progress: 1 },
    },
    'a cancellation of nothing': {
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: EVIL, reason: EVIL },
    },
    'an unknown notification': { jsonrpc: '2.0', method: 'notifications/evil', params: { a: EVIL } },
  }
}

/** Answers that a peer may give to a request, all of them with evil content. */
export function hostileAnswers(id: unknown): Readonly<Record<string, unknown>> {
  const result = EVIL_RESULT
  return {
    ...named('id', (other) => ({ jsonrpc: '2.0', id: other, result })),
    'no id': { jsonrpc: '2.0', result },
    'an id nobody asked with': { jsonrpc: '2.0', id: 'nobody', result },
    'the id as another type': {
      jsonrpc: '2.0',
      id: typeof id === 'number' ? String(id) : Number(id),
      result,
    },
    'a result and an error': { jsonrpc: '2.0', id, result, error: { code: 1, message: EVIL } },
    'a result and a method': { jsonrpc: '2.0', id, result, method: 'roots/list' },
    'neither result nor error': { jsonrpc: '2.0', id, evil: EVIL },
    'a result that is no object': { jsonrpc: '2.0', id, result: EVIL },
    'a result that is an array': { jsonrpc: '2.0', id, result: [result] },
    'a result that is null': { jsonrpc: '2.0', id, result: null },
    'an error that is a text': { jsonrpc: '2.0', id, error: EVIL },
    'an error without a code': { jsonrpc: '2.0', id, error: { message: EVIL } },
    'another version of JSON-RPC': { jsonrpc: '1.0', id, result },
    'a batch': [{ jsonrpc: '2.0', id, result }],
    'a nest of 100,000 levels': {
      jsonrpc: '2.0',
      id,
      result: { ...result, structuredContent: deep(100_000) },
    },
    'a lone surrogate': {
      jsonrpc: '2.0',
      id,
      result: { ...result, content: [{ type: 'text', text: `${EVIL}\uD800` }] },
    },
    'own __proto__': JSON.parse(
      `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[{"type":"text","text":"${EVIL}"}],"__proto__":{"isError":true}}}`,
    ) as Frame,
  }
}

function named(what: string, frame: (id: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(ids).map(([name, id]) => [`${what}: ${name}`, frame(id)]))
}

/** Anything with the members of a message, and other ones. */
export function anyFrame(): fc.Arbitrary<unknown> {
  const id = fc.oneof(
    fc.constantFrom<unknown>(0, 1, 2, 3, -1, 1.5, null, '', '0', '1', EVIL, {}, [], true, 1e21),
    fc.string({ maxLength: 5 }),
  )
  const method = fc.oneof(
    fc.constantFrom<unknown>(
      'tools/call',
      'resources/read',
      'sampling/createMessage',
      'roots/list',
      'notifications/cancelled',
      'notifications/progress',
      'notifications/message',
      'initialize',
      'server/discover',
      'subscriptions/listen',
      '__proto__',
      'toString',
      7,
      null,
    ),
    fc.string({ maxLength: 8 }),
  )
  const body = fc.oneof(
    fc.constantFrom<unknown>(
      { name: 'read', arguments: { path: EVIL } },
      { content: [{ type: 'text', text: EVIL }] },
      { requestId: 1, reason: EVIL },
      { progressToken: 1, progress: 1, message: EVIL },
      { level: 'info', data: EVIL },
      { code: -1, message: EVIL },
      { _meta: { progressToken: EVIL }, uri: EVIL },
      [EVIL],
      EVIL,
      null,
    ),
    fc.object({ maxDepth: 3, maxKeys: 4 }),
  )
  return fc.record(
    {
      jsonrpc: fc.constantFrom<unknown>('2.0', '2.0', '2.0', '1.0', 2),
      id,
      method,
      params: body,
      result: body,
      error: body,
    },
    { requiredKeys: ['jsonrpc'] },
  )
}

type Answers = (id: number) => readonly Frame[]

/** An evil answer under something that reads as the id, and a good one under the id. */
const under =
  (almost: (id: number) => string): Answers =>
  (id) => [toolAnswer(almost(id), EVIL), toolAnswer(id, 'good')]

/** Answers with an evil one that is not the first under the very id, though the SDKs would take it. */
export const ALMOST: Readonly<Record<string, Answers>> = {
  'a second answer': (id) => [toolAnswer(id, 'good'), toolAnswer(id, EVIL)],
  'a second answer to an error': (id) => [
    { jsonrpc: '2.0', id, error: { code: -32603, message: 'failed' } },
    toolAnswer(id, EVIL),
  ],
  'the id as a text, second': (id) => [toolAnswer(id, 'good'), toolAnswer(String(id), EVIL)],
  'a leading zero': under((id) => `0${id}`),
  'a space': under((id) => ` ${id}`),
  'a fraction of zero': under((id) => `${id}.0`),
  'an exponent': under((id) => `${id}e0`),
  'a hexadecimal': under((id) => `0x${id.toString(16)}`),
  'a line break': under((id) => `${id}\n`),
}
