import { verifies } from '../../../../test/conformance/verifies.ts'
import { guardianClients } from '../../../../test/support/guardian-clients.ts'
import {
  type Reply,
  alive,
  allows,
  hangs,
  replies,
  repliesError,
  repliesStatus,
  sendJson,
} from '../../../../test/support/scripted-guardian.ts'
import { wireStep } from '../../../../test/support/wire-step.ts'
import { expect, test } from 'vitest'

const { guardianWith, clientOf } = guardianClients()

test('gives the decision of the guardian', async () => {
  const guardian = await guardianWith([allows, replies({ decision: 'deny', message: 'no' })])
  const client = clientOf(guardian)
  expect(await client.decide(wireStep())).toMatchObject({
    decision: 'allow',
    message: 'fine',
    reasonCode: [],
  })
  expect(await client.decide(wireStep())).toMatchObject({ decision: 'deny', message: 'no' })
  expect(guardian.connections).toBe(1)
  expect(guardian.requests[0]).toMatchObject({
    path: '/aos',
    headers: { 'content-type': 'application/json', 'accept-encoding': 'identity' },
  })
  expect(client.stats()).toMatchObject({ requests: 2, retries: 0, decisions: 2, failures: {}, inFlight: 0 })
})

const badAnswers: Record<string, [Reply, string]> = {
  'another id': [
    (_request, response) =>
      sendJson(response, { jsonrpc: '2.0', id: 'other', result: { decision: 'allow', message: '' } }),
    'guardian_invalid_response',
  ],
  'no id': [
    (_request, response) =>
      sendJson(response, { jsonrpc: '2.0', result: { decision: 'allow', message: '' } }),
    'guardian_invalid_response',
  ],
  'id null beside a result': [
    (_request, response) =>
      sendJson(response, { jsonrpc: '2.0', id: null, result: { decision: 'allow', message: '' } }),
    'guardian_invalid_response',
  ],
  'a batch': [
    ({ id }, response) =>
      sendJson(response, [{ jsonrpc: '2.0', id, result: { decision: 'allow', message: '' } }]),
    'guardian_invalid_response',
  ],
  'result and error': [
    ({ id }, response) =>
      sendJson(response, {
        jsonrpc: '2.0',
        id,
        result: { decision: 'allow', message: '' },
        error: { code: -32603, message: '' },
      }),
    'guardian_invalid_response',
  ],
  'no JSON-RPC': [
    (_request, response) => sendJson(response, { decision: 'allow' }),
    'guardian_invalid_response',
  ],
  'half of a JSON text': [
    (_request, response) => sendJson(response, '{"jsonrpc":"2.0"'),
    'guardian_invalid_response',
  ],
  nothing: [(_request, response) => sendJson(response, ''), 'guardian_invalid_response'],
  'an unknown decision word': [replies({ decision: 'ALLOWED', message: '' }), 'guardian_invalid_response'],
  'a prototype key': [
    ({ id }, response) =>
      sendJson(
        response,
        `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"decision":"allow","message":"","__proto__":{}}}`,
      ),
    'guardian_invalid_response',
  ],
  'the decision twice': [
    ({ id }, response) =>
      sendJson(
        response,
        `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"decision":"deny","decision":"allow","message":""}}`,
      ),
    'guardian_invalid_response',
  ],
  depth: [
    ({ id }, response) =>
      sendJson(
        response,
        `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"decision":"allow","message":"","data":${'['.repeat(70)}${']'.repeat(70)}}}`,
      ),
    'guardian_invalid_response',
  ],
  'another content type': [
    ({ id }, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end(JSON.stringify({ jsonrpc: '2.0', id, result: { decision: 'allow', message: '' } }))
    },
    'guardian_invalid_response',
  ],
  'another status of success': [
    ({ id }, response) =>
      sendJson(response, { jsonrpc: '2.0', id, result: { decision: 'allow', message: '' } }, 202),
    'guardian_invalid_response',
  ],
  'a decision with a status of error': [
    ({ id }, response) =>
      sendJson(response, { jsonrpc: '2.0', id, result: { decision: 'allow', message: '' } }, 500),
    'guardian_error',
  ],
  'a JSON-RPC error': [repliesError(-32603), 'guardian_error'],
  'a JSON-RPC error with a status': [repliesError(-32602, 400), 'guardian_error'],
  'a hook it does not know': [repliesError(-32601), 'guardian_method_not_found'],
  'no knowledge of this client': [repliesStatus(401), 'guardian_unauthorized'],
  'that the request is too large': [repliesStatus(413), 'guardian_request_too_large'],
  'too many requests': [repliesStatus(429), 'guardian_overloaded'],
  'no service': [repliesStatus(503), 'guardian_unavailable'],
  'an error of its own': [repliesStatus(500), 'guardian_error'],
}

for (const [what, [reply, code]] of Object.entries(badAnswers)) {
  verifies('guardian.client.answer', `denies where the guardian answers with ${what}`, async () => {
    const client = clientOf(await guardianWith(reply))
    expect(await client.decide(wireStep())).toMatchObject({ decision: 'deny', reasonCode: [code] })
    expect(client.stats()).toMatchObject({ decisions: 0, failures: { [code]: 1 } })
  })
}

test('denies at the deadline where the guardian hangs', async () => {
  const client = clientOf(await guardianWith(alive(hangs)), { timeoutMs: 50 })
  const start = performance.now()
  expect(await client.decide(wireStep())).toMatchObject({
    decision: 'deny',
    reasonCode: ['guardian_timeout'],
  })
  expect(performance.now() - start).toBeLessThan(1000)
})
