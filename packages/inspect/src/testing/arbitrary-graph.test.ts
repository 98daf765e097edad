import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyGraph } from './arbitrary-graph.ts'

test('graphs hold what the graph promises: unique ids, all sorted', () => {
  fc.assert(
    fc.property(anyGraph, ({ entries, agent }) => {
      const ids = entries.map(({ id }) => id)
      expect(ids).toEqual([...new Set(ids)].toSorted())
      for (const { dependsOn } of [agent, ...entries]) expect(dependsOn).toEqual(dependsOn.toSorted())
    }),
  )
})

test('the population has what a format may stumble over', () => {
  const graphs = fc.sample(anyGraph, { numRuns: 300, seed: 7 })
  const entries = graphs.flatMap((graph) => graph.entries)
  const texts = entries.flatMap(({ name, description, endpoint }) => [
    name,
    description ?? '',
    endpoint ?? '',
  ])
  for (const part of ['<', ']]>', '\0', '\ud800', '\u{2028}', '😀', ':secret@', '__proto__']) {
    expect({ part, held: texts.some((text) => text.includes(part)) }).toEqual({ part, held: true })
  }
  expect(texts.filter((text) => text.length > 10_000).length).toBeGreaterThan(0)
  expect(graphs.filter((graph) => graph.entries.length > 100).length).toBeGreaterThan(0)
  expect(new Set(entries.map(({ kind }) => kind)).size).toBe(8)
})
