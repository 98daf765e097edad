import { describe, expect, test } from 'vitest'
import { withKeptMembers } from './kept-members.ts'

const VERSION = 'io.modelcontextprotocol/protocolVersion'

describe('a body that takes the place of another', () => {
  const params = { key: 'params', method: 'tools/call' } as const
  const result = { key: 'result', method: undefined } as const

  test('keeps what the protocol has put into _meta, and nothing else of it', () => {
    const before = { name: 'read', _meta: { [VERSION]: '2026-07-28', progressToken: 1, mine: 'old' } }
    const kept = { [VERSION]: '2026-07-28', progressToken: 1 }
    expect(withKeptMembers({ name: 'list' }, before, params)).toEqual({ name: 'list', _meta: kept })
    expect(withKeptMembers({ name: 'list', _meta: { mine: 'new' } }, before, params)).toEqual({
      name: 'list',
      _meta: { ...kept, mine: 'new' },
    })
    const own = { name: 'list', _meta: { ...kept, progressToken: 2 } }
    expect(withKeptMembers(own, before, params)).toBe(own)
  })

  test('is about the same request', () => {
    expect(
      withKeptMembers(
        { progress: 3 },
        { progress: 1, progressToken: 'a' },
        { key: 'params', method: 'notifications/progress' },
      ),
    ).toEqual({ progress: 3, progressToken: 'a' })
    expect(
      withKeptMembers(
        {},
        { requestId: 7, reason: 'r' },
        { key: 'params', method: 'notifications/cancelled' },
      ),
    ).toEqual({ requestId: 7 })
    expect(withKeptMembers({}, { requestId: 7 }, params)).toEqual({})
  })

  test('is the kind of result it was, or complete where it asks for nothing any more', () => {
    expect(withKeptMembers({ content: [] }, { content: [1], resultType: 'complete' }, result)).toEqual({
      content: [],
      resultType: 'complete',
    })
    const asking = { resultType: 'input_required', inputRequests: { a: {} } }
    expect(withKeptMembers({ inputRequests: {} }, asking, result)).toEqual({
      inputRequests: {},
      resultType: 'input_required',
    })
    expect(withKeptMembers({ content: [] }, asking, result)).toEqual({ content: [], resultType: 'complete' })
    expect(withKeptMembers({ tools: [] }, { tools: [1], ttlMs: 5, cacheScope: 'private' }, result)).toEqual({
      tools: [],
      ttlMs: 5,
      cacheScope: 'private',
    })
    expect(withKeptMembers({ tools: [] }, { tools: [1] }, result)).toEqual({ tools: [] })
  })

  test('is left alone where it is an error, or no object', () => {
    const error = { code: 1, message: 'm' }
    expect(withKeptMembers(error, { _meta: { [VERSION]: 'v' } }, { key: 'error', method: undefined })).toBe(
      error,
    )
    expect(withKeptMembers([], { _meta: { [VERSION]: 'v' } }, params)).toEqual([])
    expect(withKeptMembers({ a: 1 }, undefined, params)).toEqual({ a: 1 })
  })
})
