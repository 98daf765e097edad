import { deepEqual, equal, ok } from 'node:assert/strict'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { isAnswer, readRpcBody } from './json-rpc.ts'

function codeOf(body: string): unknown {
  const [item] = readRpcBody(Buffer.from(body)).items
  ok(item !== undefined && isAnswer(item) && 'error' in item, body)
  return [item.error.code, item.id]
}

describe('a JSON-RPC body', () => {
  test('is answered as the specification says where it is none', () => {
    const bad: readonly [string, readonly unknown[]][] = [
      ['', [-32700, null]],
      ['{', [-32700, null]],
      ['{"jsonrpc":"2.0","id":1,"method":"ping","__proto__":{}}', [-32700, null]],
      ['[]', [-32600, null]],
      ['7', [-32600, null]],
      ['null', [-32600, null]],
      ['{}', [-32600, null]],
      ['{"jsonrpc":"1.0","id":1,"method":"ping"}', [-32600, 1]],
      ['{"jsonrpc":"2.0","id":"a","method":7}', [-32600, 'a']],
      ['{"jsonrpc":"2.0","id":"a","method":""}', [-32600, 'a']],
      ['{"jsonrpc":"2.0","id":1.5,"method":"ping"}', [-32600, null]],
      ['{"jsonrpc":"2.0","id":{},"method":"ping"}', [-32600, null]],
      ['{"jsonrpc":"2.0","id":null,"method":"ping"}', [-32600, null]],
      ['{"jsonrpc":"2.0","id":1,"method":"ping","params":7}', [-32600, 1]],
      [`[${Array(51).fill('{}').join(',')}]`, [-32600, null]],
    ]
    for (const [body, expected] of bad) deepEqual(codeOf(body), expected, body)
  })

  test('holds calls, in order, with ids or without', () => {
    const body = '[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"x","params":{}},7]'
    const { batch, items } = readRpcBody(Buffer.from(body))
    equal(batch, true)
    deepEqual(
      items.map((item) => (isAnswer(item) ? 'error' : [item.method, item.id])),
      [['ping', 1], ['x', undefined], 'error'],
    )
  })

  test('never throws, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (body) => {
          ok(readRpcBody(body).items.length > 0)
        },
      ),
    )
  })
})
