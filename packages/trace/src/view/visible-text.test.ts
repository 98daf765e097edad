import { expect, it } from 'vitest'
import { visibleLine, visibleText } from './visible-text.ts'

it.each([
  ['plain äöü 検索 👩‍💻', 'plain äöü 検索 👩‍💻'],
  ['a\tb\r\nc\nd', 'a\tb\nc\nd'],
  ['\u001b[31m', '␛[31m'],
  ['\u0000\u007f\u0085', '␀␡‹U+0085›'],
  ['user\u202egnp.exe', 'user‹U+202E›gnp.exe'],
  ['\u2066x\u2069', '‹U+2066›x‹U+2069›'],
  ['\ud800', '‹U+D800›'],
  ['\u{e0041}', '‹U+E0041›'],
])('%j is shown as %j', (text, shown) => {
  expect(visibleText(text)).toBe(shown)
})

it('makes one line of several', () => {
  expect(visibleLine('  a\n\t b\r\n')).toBe('a b')
})
