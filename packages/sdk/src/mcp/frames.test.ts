import { describe, expect, test } from 'vitest'
import { bodyOf, bodyProblem, kindOf, memberOf, targetOf, UnjudgeableError, withBody } from './frames.ts'

const judged = { hears: () => true }
const quiet = { hears: () => false }

describe('kindOf', () => {
  test.each([
    ['a request', { jsonrpc: '2.0', id: 1, method: 'ping' }, 'request'],
    ['a request with a text as its id', { jsonrpc: '2.0', id: '', method: 'ping' }, 'request'],
    ['a notification', { jsonrpc: '2.0', method: 'notifications/initialized' }, 'notification'],
    ['a result', { jsonrpc: '2.0', id: 1, result: {} }, 'answer'],
    ['an error', { jsonrpc: '2.0', id: 1, error: { code: 1, message: '' } }, 'answer'],
    ['an error of what could not be read', { jsonrpc: '2.0', error: { code: 1, message: '' } }, 'answer'],
    ['nothing', undefined, undefined],
    ['a text', 'ping', undefined],
    ['a batch', [{ jsonrpc: '2.0', id: 1, method: 'ping' }], undefined],
    ['no version', { id: 1, method: 'ping' }, undefined],
    ['another version', { jsonrpc: '1.0', id: 1, method: 'ping' }, undefined],
    ['an id of null', { jsonrpc: '2.0', id: null, method: 'ping' }, undefined],
    ['an id with a fraction', { jsonrpc: '2.0', id: 1.5, method: 'ping' }, undefined],
    ['an object as its id', { jsonrpc: '2.0', id: {}, method: 'ping' }, undefined],
    ['a method that is no text', { jsonrpc: '2.0', id: 1, method: 1 }, undefined],
    ['a request that answers', { jsonrpc: '2.0', id: 1, method: 'ping', result: {} }, undefined],
    ['a request that fails', { jsonrpc: '2.0', id: 1, method: 'ping', error: {} }, undefined],
    ['both outcomes', { jsonrpc: '2.0', id: 1, result: {}, error: {} }, undefined],
    ['no outcome', { jsonrpc: '2.0', id: 1 }, undefined],
    ['a result of nothing', { jsonrpc: '2.0', result: {} }, undefined],
  ])('takes %s for what it is', (_what, frame, kind) => {
    expect(kindOf(frame)).toBe(kind)
  })
})

describe('the body of a message', () => {
  test('is what is on the wire', () => {
    const params = { when: new Date(0), list: [undefined] }
    expect(bodyOf({ method: 'x', params }, judged)).toEqual({
      when: '1970-01-01T00:00:00.000Z',
      list: [null],
    })
    expect(bodyOf({ method: 'x', params }, quiet)).toBe(params)
    expect(bodyOf({ method: 'x' }, judged)).toEqual({})
  })

  test('is refused where nobody could see all of it', () => {
    const loop: Record<string, unknown> = {}
    loop['again'] = loop
    let deep: unknown = 'the end'
    for (let level = 0; level < 100; level += 1) deep = [deep]
    for (const params of [loop, { big: 1n }, { deep }])
      expect(() => bodyOf({ method: 'x', params }, judged)).toThrow(UnjudgeableError)
  })

  test('takes the place of another, and leaves the rest', () => {
    const frame = { jsonrpc: '2.0', id: 7, method: 'x', params: { a: 1 } }
    expect(withBody(frame, { a: 1 })).toBe(frame)
    expect(withBody(frame, { a: 2 })).toEqual({ ...frame, params: { a: 2 } })
    expect(withBody({ id: 7, error: { code: 1, message: 'a' } }, { code: 2, message: 'b' })).toEqual({
      id: 7,
      error: { code: 2, message: 'b' },
    })
  })

  test('stays an object, and an error an error', () => {
    for (const body of [undefined, null, 'text', [1]]) expect(bodyProblem('params')(body)).toContain('object')
    expect(bodyProblem('result')({})).toBeUndefined()
    expect(bodyProblem('error')({ code: 1 })).toContain('a code and a message')
    expect(bodyProblem('error')({ code: 1, message: 'no' })).toBeUndefined()
  })
})

test('members are own ones', () => {
  expect(memberOf({ a: { b: 1 } }, 'a', 'b')).toBe(1)
  expect(memberOf({}, '__proto__', 'polluted')).toBeUndefined()
  expect(memberOf(JSON.parse('{"__proto__":{"name":"x"}}'), '__proto__', 'name')).toBe('x')
  expect(memberOf('text', 'length')).toBeUndefined()
})

test.each([
  ['tools/call', { name: 'read' }, 'read'],
  ['prompts/get', { name: 'greet' }, 'greet'],
  ['resources/read', { uri: 'file:///a' }, 'file:///a'],
  ['notifications/resources/updated', { uri: 'file:///a' }, 'file:///a'],
  ['completion/complete', { ref: { type: 'ref/prompt', name: 'greet' } }, 'greet'],
  ['completion/complete', { ref: { type: 'ref/resource', uri: 'file:///{a}' } }, 'file:///{a}'],
  ['tasks/get', { taskId: 't1' }, 't1'],
  ['tools/call', { name: 'a'.repeat(513) }, undefined],
  ['tools/list', { name: 'read' }, undefined],
])('%s is about what it names', (method, params, target) => {
  expect(targetOf({ method, params })).toBe(target)
})
