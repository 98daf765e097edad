import { describe, expect, it } from 'vitest'
import { createRedactor } from './redact.ts'

const redactor = createRedactor()

describe('redactText', () => {
  const units = [
    'a',
    '1',
    '@',
    'a@',
    ':',
    '=',
    '"',
    '\\',
    '-',
    ' ',
    '\\"',
    '\\\\"',
    'eyJ',
    'eyJ-',
    '.eyJ-a.',
    'sk-',
    'sk-a-',
    'xoxb-',
    'AKIA',
    '-----BEGIN ',
    '-----BEGIN PRIVATE KEY-----.',
    '-----END ',
    '-----BEGIN RSA PRIVATE KEY-----\n-----END ',
    'password',
    'password=',
    'password:"',
    "token='",
    'password:a.',
    'token=a,',
    'cookie:',
    'cookie=a ',
    '--password ',
    '<password>',
    '"value":',
    '"name":"password",',
    '://',
    '://a:',
    'a://b:c@',
    '%40',
    '4111 ',
    '4111-',
    '1 1',
    '+1',
    '+1 (',
    '(4',
    '415-',
    '078-',
    'DE89',
    'DE89 3704 ',
    'Basic ',
    'Bearer a',
    'authorization: a ',
    '.',
    ',',
    ',a',
    '>',
    'hooks.slack.com/services/',
    'glpat-a-',
    'é',
    '🎉',
  ]

  const text = (unit: string, size: number): string => unit.repeat(Math.ceil(size / unit.length))

  function time(given: string): number {
    const begun = performance.now()
    redactor.redactText(given)
    return performance.now() - begun
  }

  it.each(units)('grows in proportion to a text of %j', (unit) => {
    const growth = (): number => time(text(unit, 2 ** 18)) / Math.max(1, time(text(unit, 2 ** 14)))
    // 16 times the text: quadratic time would be 256 times as long; another program may take the processor once
    const first = growth()
    expect(first < 100 ? first : growth()).toBeLessThan(100)
  })

  it('grows in proportion to a text of all of them, up to a megabyte', () => {
    const mixture = (size: number): string => units.map((unit) => text(unit, size / units.length)).join('')
    const growth = (): number => time(mixture(2 ** 20)) / Math.max(1, time(mixture(2 ** 16)))
    const first = growth()
    expect(first < 100 ? first : growth()).toBeLessThan(100)
  })
})
