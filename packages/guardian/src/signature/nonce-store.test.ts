import { describe, expect, test } from 'vitest'
import { NonceStore } from './nonce-store.ts'

function storeWith(capacity: number): { store: NonceStore; time: { now: number } } {
  const time = { now: 0 }
  return { store: new NonceStore({ capacity, keepMs: 100, now: () => time.now }), time }
}

describe('a nonce store', () => {
  test('takes a nonce once for each key', () => {
    const { store } = storeWith(10)
    expect(store.use({ keyId: 'a', nonce: 'n', created: 1 })).toBeUndefined()
    expect(store.use({ keyId: 'a', nonce: 'n', created: 1 })).toBe('replayed')
    expect(store.use({ keyId: 'b', nonce: 'n', created: 1 })).toBeUndefined()
  })

  test('refuses where it is full, for that key alone, and forgets nothing to make room', () => {
    const { store, time } = storeWith(2)
    for (const nonce of ['1', '2']) expect(store.use({ keyId: 'a', nonce, created: 1 })).toBeUndefined()
    expect(store.use({ keyId: 'a', nonce: '3', created: 1 })).toBe('full')
    expect(store.use({ keyId: 'a', nonce: '1', created: 1 })).toBe('replayed')
    expect(store.use({ keyId: 'b', nonce: '3', created: 1 })).toBeUndefined()
    expect(store.size).toBe(3)
    time.now = 100
    expect(store.use({ keyId: 'a', nonce: '3', created: 2 })).toBeUndefined()
    expect(store.size).toBe(2)
  })

  test('believes no message that may be one of those it has forgotten', () => {
    const { store, time } = storeWith(10)
    store.use({ keyId: 'a', nonce: '1', created: 50 })
    time.now = 100
    expect(store.use({ keyId: 'a', nonce: '1', created: 50 })).toBe('replayed')
    expect(store.use({ keyId: 'a', nonce: '2', created: 49 })).toBe('replayed')
    expect(store.use({ keyId: 'a', nonce: '2', created: 51 })).toBeUndefined()
  })

  test('does not grow with the messages of long ago', () => {
    const { store, time } = storeWith(1000)
    for (let at = 0; at < 50_000; at++) {
      time.now = at
      expect(store.use({ keyId: 'a', nonce: String(at), created: at })).toBeUndefined()
    }
    expect(store.size).toBe(100)
  })
})
