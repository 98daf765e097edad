import fc from 'fast-check'

const marks = [
  '"',
  "'",
  '<',
  '>',
  '&',
  '\\',
  ']]>',
  '</text>',
  '<!--',
  '-->',
  '&amp;',
  '\n',
  '\r\n',
  '\t',
  '\0',
  '\u{1}',
  '\u{b}',
  '\u{1b}[31m',
  '\u{7f}',
  '\u{85}',
  '\u{2028}',
  '\u{202e}',
  '\u{feff}',
  '\u{fffe}',
  '\u{ffff}',
  '\ud800',
  '\udfff',
  '😀',
  '𝒳',
  'é',
  '漢',
  ' ',
  '..',
  '/',
  '%',
  '%zz',
  '#',
  '?',
  ':',
  '@',
]

const words = ['a', 'search', 'Files', '-', '_', '.', '1.0.0', ...marks]

/** Texts of those who mean harm, and of those who only write as people do. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 18, arbitrary: fc.array(fc.constantFrom(...words), { maxLength: 6 }).map((all) => all.join('')) },
  { weight: 9, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 6, arbitrary: fc.string({ maxLength: 20 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...marks).map((mark) => mark.repeat(Math.ceil(10_240 / mark.length))),
  },
)

/** Names of parts: plain ones, hostile ones, and ones that are equal once they are escaped. */
export const anyName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('a b', 'a_b', 'a/b', 'a-b', 'a.b', 'A B', 'AB', 'aB', 'a', ' a', '', '-', '日本', '日 本'),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'DOCUMENT', 'Agent', 'web-search', 'gpt-4'),
  anyText,
)

/** Addresses: of services, with credentials, and what is none. */
export const anyUrl: fc.Arbitrary<string> = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.constantFrom(
    'https://user:secret@mcp.example.com/crm?token=secret#secret',
    'http://user:secret@[::1]:8080/a b',
    'wss://example.com/stream',
    'stdio',
    'npx -y @scope/server --flag',
    'pg://user:secret@db/name',
    'https://',
    'http://[',
    'mailto:user@example.com',
    'C:\\Program Files\\server.exe',
    '/usr/bin/server',
    '//user:secret@host/path?q=secret',
    'user:secret@host',
    'https://user:se cret@host/<>"{}|^`',
  ),
  anyText,
)
