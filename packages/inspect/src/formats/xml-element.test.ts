import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { expect, test } from 'vitest'
import { anyText } from '../testing/hostile-text.ts'
import { element, listElement, textElement, xmlDocument } from './xml-element.ts'

test('elements are written with their attributes, texts and children', () => {
  const root = element(
    'root',
    [textElement('a', 'x < y'), textElement('b', undefined), element('c', ''), listElement('d')],
    { id: 'say "so"', none: undefined },
  )
  expect(xmlDocument(root)).toBe(
    `<?xml version="1.0" encoding="UTF-8"?>
<root id="say &quot;so&quot;">
  <a>x &lt; y</a>
  <c/>
</root>
`,
  )
})

const isForbidden = (code: number): boolean =>
  (code < 32 && !'\t\n\r'.includes(String.fromCodePoint(code))) ||
  (code >= 0xd800 && code <= 0xdfff) ||
  code === 0xfffe ||
  code === 0xffff

test('every text comes back from a parser, but for what XML cannot hold', () => {
  fc.assert(
    fc.property(anyText, anyText, (text, attribute) => {
      const seen: string[] = []
      const parser = new SaxesParser()
      parser.on('text', (part) => seen.push(part))
      parser.on('opentag', (tag) => seen.push(tag.attributes['a'] ?? ''))
      parser.write(xmlDocument(element('root', text, { a: attribute }))).close()
      const held = (given: string): string =>
        Array.from(given, (mark) => (isForbidden(mark.codePointAt(0) ?? 0) ? '\u{fffd}' : mark)).join('')
      expect(seen.map((part) => part.trimEnd()).filter(Boolean)).toEqual(
        [held(attribute), held(text)].map((part) => part.trimEnd()).filter(Boolean),
      )
    }),
  )
})
