import { describe, expect, it } from 'vitest'
import { bodyOf, divideItem, eventsIn, itemOf, joinItems } from './event-items.ts'
import { truncateEvent } from './truncate-event.ts'

const lineOf = (id: number, text = ''): string => JSON.stringify({ id, text })

describe('items of events', () => {
  it('say how many they are, also one that an earlier version has kept', () => {
    const item = itemOf([lineOf(1), lineOf(2)])
    expect(eventsIn(item)).toBe(2)
    expect(eventsIn({ ...item, id: '0b54b5a5-0a5f-4c0b-8e55-6c4f5a0a5f4c' })).toBe(1)
    expect(eventsIn({ ...item, id: '-3.x' })).toBe(1)
  })

  it('are joined in their order, and divided into halves that are the same events', () => {
    const joined = joinItems([itemOf([lineOf(1), lineOf(2)]), itemOf([lineOf(3)])])
    expect(eventsIn(joined)).toBe(3)
    expect(JSON.parse(bodyOf(joined, 'json'))).toMatchObject([{ id: 1 }, { id: 2 }, { id: 3 }])
    const halves = divideItem(joined)
    expect(halves.map(eventsIn)).toEqual([2, 1])
    expect(halves.map((half) => bodyOf(half, 'ndjson')).join('')).toBe(bodyOf(joined, 'ndjson'))
  })

  it('of one event lose its longest texts, and cannot be made smaller without end', () => {
    let item = itemOf([lineOf(1, 'é'.repeat(5_000))])
    const sizes = [item.body.byteLength]
    for (let [part] = divideItem(item); part !== undefined; [part] = divideItem(item)) {
      expect(part.body.byteLength).toBeLessThan(item.body.byteLength)
      item = part
      sizes.push(item.body.byteLength)
    }
    expect(sizes.length).toBeGreaterThan(3)
    const [event] = JSON.parse(bodyOf(item, 'json')) as [{ id: number; unmapped: unknown }]
    expect(event.id).toBe(1)
    expect(JSON.stringify(event.unmapped)).toMatch(/"truncated":\["text 10000 sha256:[0-9a-f]{64}"\]/)
  })
})

describe('truncateEvent', () => {
  it('keeps what it does not cut, and what is in unmapped.aos', () => {
    const event = {
      class_uid: 6003,
      message: 'x'.repeat(2_000),
      resources: [{ name: 'y'.repeat(2_000), type: 'Tool' }],
      unmapped: { aos: { run: { id: 'r-1' } }, other: 1 },
    }
    const line = JSON.stringify(event)
    const cut = JSON.parse(truncateEvent(line, 3_000) ?? '{}') as typeof event
    expect(cut).toMatchObject({ class_uid: 6003, unmapped: { aos: { run: { id: 'r-1' } }, other: 1 } })
    expect(cut.message.length).toBeLessThan(2_000)
    expect(cut.resources[0]?.type).toBe('Tool')
    expect(
      (cut.unmapped.aos as { truncated?: string[] }).truncated?.map((entry) => entry.split(' ')[0]),
    ).toEqual(['message', 'resources.name'])
  })

  it.each([
    ['nothing that could be cut', JSON.stringify({ list: Array(500).fill('short') })],
    ['no JSON', 'x'.repeat(1_000)],
    ['a list', JSON.stringify(['x'.repeat(1_000)])],
  ])('gives up on %s', (_what, line) => {
    expect(truncateEvent(line, 10)).toBeUndefined()
  })
})
