import { describe, expect, test } from 'vitest'
import { changeOf, copyForHandler, judgedValue } from './judged-value.ts'

/** A value in which each level refers twice to the one below: small to hold, huge to write out. */
function shared(leaf: unknown, levels: number): unknown {
  let value = leaf
  for (let level = 0; level < levels; level++) value = { left: value, right: value }
  return value
}

function nodesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce<number>((sum, member) => sum + nodesOf(member), 1)
}

describe('the copy of what JSON cannot hold', () => {
  test.each<[string, unknown]>([
    ['cannot be cloned', () => 1],
    ['can be cloned', new Map([['a', 1]])],
  ])('is bounded as a whole where references are shared and the value %s', (_name, leaf) => {
    const copy = copyForHandler(judgedValue(shared(leaf, 30)))
    expect(nodesOf(copy)).toBeLessThan(200_000)
    expect(JSON.stringify(copy)).toContain('[too large]')
  })

  test('is compared in bounded time with what the handler left', () => {
    const value = judgedValue(shared(new Map([['a', 1]]), 30))
    const left = copyForHandler(value)
    expect(changeOf(value, left)).toBeUndefined()
    Object.assign(Object(left), { left: 'other' })
    expect(changeOf(value, left)?.kind).toBe('json')
  })

  test('says where a long list was cut', () => {
    const items = [() => 1, ...Array.from({ length: 150_000 }, (_, index) => index)]
    const copy = copyForHandler(judgedValue(items)) as readonly unknown[]
    expect([copy[0], copy[1], copy.length, copy.at(-1)]).toEqual(['[function]', 0, 100_000, '[too large]'])
  })

  test('keeps what is small as it is', () => {
    const circular: Record<string, unknown> = { at: new Date(0), map: new Map([['a', 1]]) }
    circular['self'] = circular
    expect(copyForHandler(judgedValue(circular))).toEqual(circular)
    expect(copyForHandler(judgedValue({ call: () => 1, list: [1n, Number.NaN], none: undefined }))).toEqual({
      call: '[function]',
      list: ['[bigint]', 'NaN'],
      none: null,
    })
  })
})
