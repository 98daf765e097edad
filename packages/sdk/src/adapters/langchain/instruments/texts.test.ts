import { describe, expect, test } from 'vitest'
import { placed, textOf } from './texts.ts'

describe('the text of a value', () => {
  test('is a text as it is, and JSON otherwise', () => {
    expect(textOf('a')).toBe('a')
    expect(textOf({ a: [1, null] })).toBe('{"a":[1,null]}')
    expect(textOf(undefined)).toBe('')
  })

  test('holds what JSON cannot', () => {
    const circular: Record<string, unknown> = { big: 12n, shared: [{ x: 1 }] }
    circular['self'] = circular
    circular['again'] = circular['shared']
    expect(textOf(circular)).toBe('{"big":"12","shared":[{"x":1}],"self":"[circular]","again":[{"x":1}]}')
  })
})

describe('a decided list', () => {
  const texts = ['a', 'b', 'a']

  test('of the same length changes items in their places', () => {
    expect(placed(texts, ['a', 'x', ''])).toEqual([
      { index: 0, text: 'a' },
      { index: 1, text: 'x' },
      { index: 2, text: '' },
    ])
  })

  test('that is shorter leaves items out', () => {
    expect(placed(texts, ['b', 'a'])).toEqual([
      { index: 1, text: 'b' },
      { index: 2, text: 'a' },
    ])
    expect(placed(texts, [])).toEqual([])
  })

  test('of which it cannot be told what it stands for is refused', () => {
    expect(placed(texts, ['x'])).toContain('unchanged and in order')
    expect(placed(texts, ['b', 'b'])).toContain('unchanged and in order')
    expect(placed(texts, ['a', 'b', 'a', 'c'])).toContain('unchanged and in order')
    expect(placed(texts, 'a')).toBe('memory is a list of texts')
    expect(placed(texts, ['a', 1, 'a'])).toBe('memory is a list of texts')
  })
})
