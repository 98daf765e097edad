import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ownBase, ownForm, readOwnSignature, writeOwnInput, writeOwnMember } from './own-form.ts'
import { requestValues, signatureBase } from './signature-base.ts'
import { covers } from './signed-message.ts'
import { parseNameMembers } from './structured-field.ts'

const form = ownForm(['@method', '@target-uri', 'content-digest', 'content-type'].map((name) => covers(name)))
const request = {
  method: 'POST',
  targetUri: 'https://guardian.example/',
  headers: { 'content-digest': 'sha-256=:AAAA:', 'content-type': 'application/json' },
}
const claims = {
  created: 1_700_000_000,
  expires: 1_700_000_060,
  nonce: 'AAECAwQFBgcICQoLDA0ODw',
  keyId: 'agent 1, of ours',
  algorithm: 'hmac-sha256',
}
const input = writeOwnInput(form, claims)
const headers = {
  'signature-input': writeOwnMember(input),
  signature: writeOwnMember(Buffer.from('a signature of thirty-two bytes!')),
}

describe('our form of a signature', () => {
  test('is read as it was written', () => {
    const read = readOwnSignature(headers, form)
    expect(read?.claims).toStrictEqual(claims)
    expect(read?.input).toBe(input)
    expect(read?.signature.toString()).toBe('a signature of thirty-two bytes!')
  })

  test('has the base that the strict reader finds', () => {
    const covered = parseNameMembers(headers['signature-input'])?.get('aos')
    if (covered === undefined) throw new Error('the strict reader refuses our form')
    const values = requestValues(request)
    expect(ownBase(form, input, values)).toBe(signatureBase(covered, values))
  })

  test('has no base where something that it covers is absent', () => {
    expect(ownBase(form, input, requestValues({ ...request, headers: {} }))).toBeUndefined()
  })

  test.each([
    ['another label', { ...headers, 'signature-input': `sig=${input}` }],
    ['a second signature', { ...headers, 'signature-input': `aos=${input}, sig=${input}` }],
    [
      'another order',
      {
        ...headers,
        'signature-input': `aos=${input.replace('"@method" "@target-uri"', '"@target-uri" "@method"')}`,
      },
    ],
    [
      'a time with zeros before it',
      { ...headers, 'signature-input': `aos=${input.replace('created=', 'created=0')}` },
    ],
    ['a parameter more', { ...headers, 'signature-input': `aos=${input};more` }],
    ['another tag', { ...headers, 'signature-input': `aos=${input.replace('aos-guardian', 'other')}` }],
    [
      'an escaped key id',
      { ...headers, 'signature-input': `aos=${input.replace('agent 1', String.raw`agent\"1`)}` },
    ],
    ['base64 with bits left over', { ...headers, signature: 'aos=:AB==:' }],
    ['no signature', { 'signature-input': headers['signature-input'] }],
    ['nothing', {}],
  ])('leaves %s to the strict reader', (_, given) => {
    expect(readOwnSignature(given, form)).toBeUndefined()
  })

  test('is whatever reads as such, and the strict reader says the same of it', () => {
    const position = fc.nat(headers['signature-input'].length)
    const property = fc.property(position, fc.string({ maxLength: 3 }), fc.nat(3), (at, put, cut) => {
      const text = headers['signature-input']
      const field = text.slice(0, at) + put + text.slice(at + cut)
      const read = readOwnSignature({ ...headers, 'signature-input': field }, form)
      if (read === undefined) return
      const parameters = parseNameMembers(field)?.get('aos')?.parameters
      expect(writeOwnInput(form, read.claims)).toBe(read.input)
      expect(parameters?.get('created')).toBe(read.claims.created)
      expect(parameters?.get('nonce')).toBe(read.claims.nonce)
      expect(parameters?.get('keyid')).toBe(read.claims.keyId)
    })
    fc.assert(property, { numRuns: 500 })
  })
})
