import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyUrl } from '../testing/hostile-text.ts'
import { plainEndpoint, plainFact, plainUrl } from './plain-url.ts'

test.each([
  ['https://user:secret@mcp.example.com/crm?token=secret#x', 'https://mcp.example.com/crm'],
  ['http://[::1]:8080/a b|c[0]', 'http://[::1]:8080/a%20b%7Cc%5B0%5D'],
  ['wss://例え.example/%zz', 'wss://xn--r8jz45g.example/%25zz'],
  ['pg://user:secret@db/name', 'pg://db/name'],
  ['stdio', undefined],
  ['file:///usr/bin/server', undefined],
  ['C:\\server.exe', undefined],
])('%s is the address %s', (text, address) => {
  expect(plainUrl(text)).toBe(address)
})

test.each([
  ['npx -y @scope/server --flag', 'npx -y @scope/server --flag'],
  ['//user:secret@host/path?q=secret', '//host/path'],
  ['user:secret@host', 'host'],
  ['user:sec@ret@host', 'host'],
  ['https://user:se cret@ho st/?secret', 'https://ho st/'],
])('%s is told as %s', (text, told) => {
  expect(plainEndpoint(text)).toBe(told)
})

test('a fact that is an address loses what is secret, another text nothing', () => {
  expect(plainFact('https://a:b@example.com/?key=1')).toBe('https://example.com/')
  expect(plainFact('what? #1')).toBe('what? #1')
})

test('no address tells a password or a query, and each is plain ASCII', () => {
  fc.assert(
    fc.property(anyUrl, (text) => {
      expect(plainEndpoint(text)).not.toContain(':secret@')
      expect(plainEndpoint(text)).not.toContain('=secret')
      expect(plainUrl(text) ?? '').toMatch(/^[!-~]*$/)
    }),
  )
})
