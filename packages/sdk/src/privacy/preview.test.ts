import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { preview } from './preview.ts'
import { createRedactor, DROPPED } from './redact.ts'

const redactor = createRedactor()
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const DIGITS = '0123456789'
const ALNUM = `${UPPER + UPPER.toLowerCase() + DIGITS}`

/** A text as it may stand in a value, and the part of it that must not get out. */
interface Canary {
  readonly text: string
  readonly secret: string
}

const random = (characters: string, length: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...characters.split('')), { minLength: length, maxLength: length })
    .map((drawn) => drawn.join(''))

/** Random characters with a letter and a digit in every part, as real ones have. */
const mixed = (length: number): fc.Arbitrary<string> =>
  random(ALNUM, length).map((drawn) => `${drawn.slice(0, 2)}x7Q${drawn.slice(5)}`)

const around = (before: string, secret: fc.Arbitrary<string>, after = ''): fc.Arbitrary<Canary> =>
  secret.map((drawn) => ({ text: before + drawn + after, secret: drawn }))

const prefixed = (prefix: string, body: fc.Arbitrary<string>): fc.Arbitrary<Canary> =>
  body.map((drawn) => ({ text: prefix + drawn, secret: drawn }))

const luhnDigit = (digits: string): string => {
  const sum = digits
    .split('')
    .reverse()
    .reduce((total, digit, index) => {
      const weighted = index % 2 === 0 ? Number(digit) * 2 : Number(digit)
      return total + (weighted > 9 ? weighted - 9 : weighted)
    }, 0)
  return String((10 - (sum % 10)) % 10)
}
const card = random(DIGITS, 14).map((drawn) => `4${drawn}${luhnDigit(`4${drawn}`)}`)
const inGroups = (text: string, separator: string): string => text.replace(/.{4}(?=.)/g, `$&${separator}`)
const iban = random(DIGITS, 18).map((account) => {
  const check = 98n - (BigInt(`${account}131400`) % 97n)
  return `DE${String(check).padStart(2, '0')}${account}`
})
const ssn = fc
  .tuple(
    fc.integer({ min: 100, max: 665 }),
    fc.integer({ min: 10, max: 99 }),
    fc.integer({ min: 1000, max: 9999 }),
  )
  .map((parts) => parts.join('-'))
const b64url = (text: string): string =>
  btoa(text).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_')
const pem = fc.array(mixed(64), { minLength: 3, maxLength: 20 }).map((lines): Canary => {
  const label = 'PRIVATE KEY-----'
  return {
    text: `-----BEGIN RSA ${label}\n${lines.join('\n')}\n-----END RSA ${label}`,
    secret: lines.join('\n'),
  }
})

const CANARIES: Readonly<Record<string, fc.Arbitrary<Canary>>> = {
  openai: prefixed('sk-proj-', mixed(48)),
  anthropic: prefixed('sk-ant-', mixed(90)),
  aws: prefixed('AKIA', random(UPPER + DIGITS, 16)),
  google: prefixed('AIza', mixed(35)),
  github: prefixed('ghp_', mixed(36)),
  gitlab: prefixed('glpat-', mixed(20)),
  slack: prefixed('xoxb-', mixed(40)),
  webhook: prefixed('https://hooks.slack.com/services/T0/B0/', mixed(24)),
  stripe: prefixed('sk_live_', mixed(24)),
  npm: prefixed('npm_', mixed(36)),
  pypi: prefixed('pypi-', mixed(90)),
  jwt: fc.tuple(mixed(30), mixed(43)).map(([claim, signature]): Canary => {
    const body = b64url(JSON.stringify({ sub: claim }))
    return { text: `${b64url('{"alg":"HS256"}')}.${body}.${signature}`, secret: `${body}.${signature}` }
  }),
  pem,
  bearer: around('Authorization: Bearer ', mixed(40)),
  basic: mixed(24).map((drawn): Canary => ({
    text: `Basic ${btoa(`u:${drawn}`)}`,
    secret: btoa(`u:${drawn}`),
  })),
  url: around('postgres://admin:', mixed(20), '@localhost:5432/app'),
  connection: around('Server=db;Password=', mixed(20), ';Encrypt=true'),
  json: around('{"user":"x","password":"', mixed(14), '","ok":true}'),
  phrase: around('{"passphrase": "', fc.constant('zebra violin quantum harbour'), '"}'),
  query: around('/callback?state=1&access_token=', mixed(20), '&x=1'),
  variable: around('DB_PASSWORD=', mixed(12)),
  header: around('X-Api-Key: ', mixed(32)),
  email: around(
    '',
    mixed(12).map((drawn) => `${drawn}@${drawn.slice(3)}.example.com`),
  ),
  card: around('', card),
  spacedCard: around(
    '',
    card.map((drawn) => inGroups(drawn, ' ')),
  ),
  iban: around('', iban),
  spacedIban: around(
    '',
    iban.map((drawn) => inGroups(drawn, ' ')),
  ),
  ssn: around('', ssn),
  phone: around(
    '',
    random('23456789', 10).map((drawn) => `+1 (${drawn.slice(0, 3)}) ${drawn.slice(3, 6)}-${drawn.slice(6)}`),
  ),
}

type Place = (text: string) => unknown

const PLACES: Readonly<Record<string, Place>> = {
  text: (text) => text,
  sentence: (text) => `Please use ${text} for it.`,
  line: (text) => `first\n${text}\nlast`,
  quoted: (text) => `it is "${text}"`,
  member: (text) => ({ a: 1, note: text, z: [true] }),
  key: (text) => ({ [text]: 1 }),
  array: (text) => [1, 'x', text, 'y'],
  deep: (text) => ({ a: [{ b: { c: [[text]] } }] }),
  json: (text) => JSON.stringify({ note: text, list: [text] }),
  jsonInJson: (text) => ({ body: JSON.stringify({ body: JSON.stringify({ note: text }) }) }),
  jsonThreeDeep: (text) => JSON.stringify({ a: JSON.stringify({ b: JSON.stringify([text]) }) }),
  map: (text) => new Map([['note', text]]),
  mapKey: (text) => new Map([[text, 1]]),
  set: (text) => new Set(['x', text]),
  error: (text) => new Error(`failed with ${text}`),
  instance: (text) =>
    new (class Note {
      readonly note = text
    })(),
  symbol: (text) => Symbol(text),
  telling: (text) => ({ apiKey: text, nested: { password: { value: text } } }),
  pair: (text) => [['authorization', text]],
}

/** Eight characters in a row are enough to recognise a secret by. */
function leakOf(output: string, secret: string): string | undefined {
  for (let index = 0; index + 8 <= secret.length; index++) {
    const part = secret.slice(index, index + 8)
    if (output.includes(part) || output.includes(JSON.stringify(part).slice(1, -1))) return part
  }
  return undefined
}

const canary = fc.constantFrom(...Object.keys(CANARIES)).chain((kind) => {
  const drawn = CANARIES[kind]
  if (drawn === undefined) throw new Error(`no canary ${kind}`)
  return drawn.map((made) => ({ kind, ...made }))
})
const place = fc.constantFrom(...Object.keys(PLACES))

function put(name: string, text: string): unknown {
  const made = PLACES[name]
  if (made === undefined) throw new Error(`no place ${name}`)
  return made(text)
}

describe('preview', () => {
  it('shows a string as it is and other values as JSON', () => {
    expect(preview('hello', redactor)).toEqual({ text: 'hello', truncated: false, redactions: [] })
    expect(preview({ a: [1, 'x'] }, redactor).text).toBe('{"a":[1,"x"]}')
    expect(preview(undefined, redactor).text).toBe('undefined')
  })

  it('counts what was found by name and in the text', () => {
    const { text, redactions } = preview(
      { password: 'x', ssn: '078-05-1120', note: 'a@example.com {"secret":"y"}' },
      redactor,
    )
    expect(text).toBe(
      '{"password":"[REDACTED:secret]","ssn":"[REDACTED:ssn]","note":"[REDACTED:email] {\\"secret\\":\\"[REDACTED:secret]\\"}"}',
    )
    expect(redactions).toEqual([
      { kind: 'secret', count: 2 },
      { kind: 'ssn', count: 1 },
      { kind: 'email', count: 1 },
    ])
  })

  it('cuts to code points, never inside a surrogate pair', () => {
    const cut = preview('🎉'.repeat(600), redactor)
    expect(Array.from(cut.text)).toHaveLength(500)
    expect(cut.text).not.toMatch(/\p{Surrogate}/u)
    expect(cut.truncated).toBe(true)
    expect(preview('🎉'.repeat(500), redactor).truncated).toBe(false)
  })

  it('looks at no more than its window', () => {
    const own = createRedactor({
      custom: [{ name: 'seen', pattern: (text) => (text.length > 8192 ? [{ start: -1, end: 0 }] : []) }],
    })
    expect(preview(`${'word '.repeat(1_000_000)}`, own).text).not.toBe(DROPPED)
    expect(preview({ a: 'é '.repeat(1_000_000) }, own, { windowBytes: 100 }).text.length).toBeLessThan(100)
  })

  it('drops the content when the redactor fails', () => {
    const own = createRedactor({ custom: [{ name: 'own', pattern: () => JSON.parse('{') as never }] })
    expect(preview({ a: 'x' }, own)).toEqual({
      text: DROPPED,
      truncated: false,
      redactions: [{ kind: 'dropped', count: 1 }],
    })
  })

  it('never shows a canary, wherever in a value it stands', () => {
    fc.assert(
      fc.property(canary, place, (drawn, where) => {
        expect(
          leakOf(preview(put(where, drawn.text), redactor, { maxCodePoints: 8192 }).text, drawn.secret),
        ).toBeUndefined()
      }),
      { numRuns: 3000 },
    )
  })

  it('never shows a part of a canary that the window cuts', () => {
    const filler = fc.constantFrom('word ', 'x,', '{"a":1},', 'a b\n', '"q" ', 'Wörter ', 'AB 12 ')
    fc.assert(
      fc.property(
        canary,
        place,
        fc.record({ filler, shown: fc.nat({ max: 1500 }), ownMember: fc.boolean() }),
        (drawn, where, edge) => {
          const size = 2048 - edge.shown
          const before = `${edge.filler.repeat(Math.ceil(size / edge.filler.length)).slice(0, size)} `
          const value = edge.ownMember
            ? { before, after: put(where, drawn.text) }
            : put(where, `${before}${drawn.text} and more`.padEnd(4096, ' x'))
          const { text } = preview(value, redactor, { windowBytes: 2048, maxCodePoints: 4096 })
          expect(leakOf(text, drawn.secret)).toBeUndefined()
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('never throws, whatever the value', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withMap: true,
          withSet: true,
          withSparseArray: true,
          withTypedArray: true,
          withDate: true,
          withNullPrototype: true,
        }),
        (value) => {
          const { text, truncated } = preview(value, redactor)
          expect(Array.from(text).length).toBeLessThanOrEqual(500)
          expect(truncated).toBeTypeOf('boolean')
        },
      ),
    )
  })
})
