import { deepEqual, equal, ok } from 'node:assert/strict'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { addressesIn, pathForm, pathsIn, plainForm } from './provenance-address.ts'
import { KnownText } from './provenance.ts'

const keys = (text: string, loose = false): readonly string[] =>
  addressesIn(plainForm(text), loose).found.map(({ key }) => key)

describe('addresses', () => {
  test.each<[string, readonly string[]]>([
    ['mail Bob.Smith+x@Example.com.', ['bob.smith+x@example.com']],
    ["to 'bob@example.com', (ann@example.org)", ['bob@example.com', 'ann@example.org']],
    ['see https://Example.com/A/?q=1#top, ok', ['example.com/a?q=1']],
    ['https://example.com:8443/', ['example.com:8443']],
    ['https://example.com:443/a/../b', ['example.com/b']],
    ['ftp://files.example.com/x', ['ftp://files.example.com/x']],
    ['https://example.com/?next=https://evil.com/', ['example.com?next=https://evil.com/', 'evil.com']],
    ['https://me:pw@example.com', ['me:pw@example.com', 'pw@example.com']],
    ['go to www.example.net or docs.example/page', ['www.example.net', 'docs.example/page']],
    ['visit example.com!', ['example.com']],
    ['DE89 3704 0044 0532 0130 00', ['de893704004405320130', 'de89370400440532013000']],
    ['account 1234-5678-90', ['1234567890']],
    ['bücher.com', ['xn--bcher-kva.com']],
    ['read report.txt, e.g. v1.2.3 of node.js', []],
    ['on 2026-05-02 at 10:00, 12/31/2026, 100.50 dollars', []],
    ['@alice said: a @ b', []],
  ])('of %j', (text, found) => {
    const all = keys(text)
    for (const key of found) ok(all.includes(key), `${key} in ${all.join(' ')}`)
    if (found.length === 0) deepEqual(all, [])
  })

  test('a host is found by any ending in what a user says', () => {
    deepEqual(keys('open intranet.corp now'), [])
    deepEqual(keys('open intranet.corp now', true), ['intranet.corp'])
  })

  test('paths are compared by where they lead', () => {
    deepEqual(pathsIn('save "./a/b.txt", then c:\\x or ../up and plain.txt'), ['./a/b.txt', 'c:\\x', '../up'])
    equal(pathForm('./a//x/../b.txt'), pathForm('a\\b.txt'))
    ok(pathForm('../a') !== pathForm('a') && pathForm('/a') !== pathForm('a'))
  })
})

const piece = fc.oneof(
  fc.constantFrom(
    'bob@example.com',
    'https://a.example/x?y=1',
    'www.b.com/p',
    'b.org.Then',
    '+1 (415) 555-2671',
  ),
  fc.constantFrom('DE89 3704 0044 0532 0130 00', '://', '@', '.', '/', '<', "'", '\n', '\u200b', '12345678'),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
)
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(' '))

test('whatever is found in a text is known to who has said that text', () => {
  fc.assert(
    fc.property(text, (said) => {
      const known = new KnownText()
      known.learn(said)
      for (const loose of [true, false]) {
        const plain = plainForm(said.replace(/\p{Default_Ignorable_Code_Point}/gu, ''))
        for (const address of addressesIn(plain, loose).found) {
          ok(known.knowsAddress(address), address.key)
          ok(address.start >= 0 && address.start < address.end && address.end <= plain.length)
        }
      }
    }),
    { numRuns: 300 },
  )
})

test('words are known one after the other, not each for itself', () => {
  const known = new KnownText()
  known.learn('Pay Bob for the garden and ask Ann about the house')
  for (const said of ['bob', 'the garden', 'Ask ANN', 'pay bob, for the...'])
    ok(known.knowsPhrase(plainForm(said)), said)
  for (const other of ['', '!!', 'ann for', 'garden the', 'bob ann', 'eve'])
    equal(known.knowsPhrase(other), false, other)
})

test('no more is kept than there is room for', () => {
  const known = new KnownText({ addresses: 2, words: 4 })
  known.learn('a@x.com b@x.com c@x.com one two three four five')
  ok(known.size <= 6)
  const [first, , third] = addressesIn('a@x.com b@x.com c@x.com', true).found
  ok(first !== undefined && third !== undefined)
  deepEqual([known.knowsAddress(first), known.knowsAddress(third)], [true, false])
})
