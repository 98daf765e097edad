import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseByteMembers, parseNameMembers, writeBytes, writeNames } from './structured-field.ts'

const key = fc.stringMatching(/^[a-z*][a-z0-9_\-.*]{0,8}$/)
const text = fc.stringMatching(/^[\x20-\x7e]{0,12}$/)
const parameters = fc.dictionary(
  key,
  fc.oneof(
    text,
    fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 }),
    fc.constant(true as const),
  ),
  { maxKeys: 4 },
)
const names = fc.record({
  names: fc.array(
    fc.record({ name: text, parameters }).map((name) => ({
      name: name.name,
      parameters: new Map(Object.entries(name.parameters)),
    })),
    { maxLength: 5 },
  ),
  parameters: parameters.map((members) => new Map(Object.entries(members))),
})

describe('structured fields', () => {
  test('are read as they were written', () => {
    fc.assert(
      fc.property(names, key, (list, label) => {
        expect(parseNameMembers(`${label}=${writeNames(list)}`)).toEqual(new Map([[label, list]]))
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), key, (bytes, label) => {
        expect(parseByteMembers(`${label}=${writeBytes(bytes)}`)).toEqual(
          new Map([[label, Buffer.from(bytes)]]),
        )
      }),
    )
  })

  test('of several members are read in order', () => {
    const read = parseByteMembers('b=:AQ==: ,\t a=:Ag==:') ?? new Map<string, Buffer>()
    expect([...read.keys()]).toEqual(['b', 'a'])
  })

  test.each([
    '',
    'a',
    'a=',
    'a=()x',
    'a=() b=()',
    'a=(),',
    ',a=()',
    'a=(),a=()',
    'A=()',
    '1=()',
    'a=("b""c")',
    'a=("b"',
    'a=("b)',
    'a=(b)',
    'a=(1)',
    'a=("b";x;x)',
    'a=();x=1;x=2',
    'a=();x=',
    'a=();x=1.5',
    'a=();x=1234567890123456',
    'a=();x=tok',
    'a=();x=?1',
    'a=();x=:AQ==:',
    'a=();X',
    'a=() ;x',
    'a="b"',
    'a=("\\x")',
    'a=("\u00e9")',
    'a=("\n")',
    'a=("\t")',
    `a=("${'x'.repeat(5000)}")`,
  ])('that are not lists of names are refused: %j', (field) =>
    expect(parseNameMembers(field)).toBeUndefined(),
  )

  test.each([
    '',
    'a',
    'a=::x',
    'a=:AQ==',
    'a=:AQ:',
    'a=:AQ=:',
    'a=:AR==:',
    'a=:A-_A:',
    'a=:AQ==:;x',
    'a=:AQ==:,a=:AQ==:',
    'a=:AQ==:,',
    'a=: AQ==:',
    'a=("b")',
  ])('that are not bytes are refused: %j', (field) => expect(parseByteMembers(field)).toBeUndefined())

  test('are never more than refused', () => {
    const piece = fc.constantFrom('a', '=', '(', ')', '"', '\\', ';', ',', ' ', ':', 'AQ==', '1', '-', 'é')
    const field = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(field, (given) => {
        const lists = parseNameMembers(given)
        for (const [label, list] of lists ?? [])
          expect(parseNameMembers(`${label}=${writeNames(list)}`)).toEqual(new Map([[label, list]]))
        parseByteMembers(given)
      }),
    )
  })

  test('are not written where they could not be read', () => {
    const list = (value: string | number): string =>
      writeNames({ names: [], parameters: new Map([['x', value]]) })
    for (const value of ['é', '\n', 1.5, 1e15, Number.NaN]) expect(() => list(value)).toThrow(RangeError)
  })
})
