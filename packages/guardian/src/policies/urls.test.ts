import { equal, throws } from 'node:assert/strict'
import { isAosError } from '@aos/sdk'
import { describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { compileEmailRule, compileUrlRule, type EmailRule, type UrlRule } from './urls.ts'

const url = (given: UrlRule): ((text: string) => string) => {
  const judge = compileUrlRule('test', 'url', given)
  return (text) => judge(text) ?? 'ok'
}
const email = (given: EmailRule): ((text: string) => string) => {
  const judge = compileEmailRule('test', 'email', given)
  return (text) => judge(text) ?? 'ok'
}

describe('allowed hosts', () => {
  const judge = url({
    allow: ['example.com', '*.example.org', 'localhost:3000', '10.0.0.5', '[::1]:8080', 'bücher.example'],
  })

  test.each([
    'https://example.com/a?b=c@d#e',
    'http://EXAMPLE.com',
    'https://example.com./',
    'https://example.com:443/',
    'https://a.b.example.org',
    'http://localhost:3000/x',
    'http://10.0.0.5/',
    'http://0xa000005/',
    'http://[::1]:8080/',
    'https://xn--bcher-kva.example/',
    'https://BÜCHER.example/',
    'https://ｅxample.com/',
  ])('are reached by %s', (text) => equal(judge(text), 'ok'))

  test.each([
    ['https://evil.com/example.com', 'url_denied'],
    ['https://example.com.evil.com', 'url_denied'],
    ['https://notexample.com', 'url_denied'],
    ['https://sub.example.com', 'url_denied'],
    ['https://example.org', 'url_denied'],
    ['https://exаmple.com/', 'url_denied'],
    ['http://localhost/', 'url_denied'],
    ['http://localhost:3001/', 'url_denied'],
    ['https://example.com:8443/', 'url_port'],
    ['https://example.com@evil.com/', 'url_credentials'],
    ['https://user:pw@example.com/', 'url_credentials'],
    ['https://@example.com/', 'url_credentials'],
    ['ftp://example.com/', 'url_scheme'],
    ['https://example.com\\@evil.com/', 'url_unreadable'],
    ['https://evil.com\\.example.com', 'url_unreadable'],
    ['https:/example.com', 'url_unreadable'],
    ['https:///example.com', 'url_unreadable'],
    ['//example.com', 'url_unreadable'],
    ['example.com', 'url_unreadable'],
    ['javascript:alert(1)//example.com', 'url_unreadable'],
    ['https://example%2ecom/', 'url_unreadable'],
    ['https://evil.com%2f.example.org/', 'url_unreadable'],
    [' https://example.com', 'url_unreadable'],
    ['https://exam\tple.com', 'url_unreadable'],
    ['https://example.com/\n', 'url_unreadable'],
    ['https://exam\u00adple.com', 'url_unreadable'],
    ['https://example.com:99999', 'url_unreadable'],
    ['file:///etc/passwd', 'url_unreadable'],
    ['', 'url_unreadable'],
  ])('are not reached by %j', (text, code) => equal(judge(text), code))
})

describe('without a list', () => {
  const judge = url({})

  test.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://127.0.0.1./',
    'http://１２７.0.0.1/',
    'http://0/',
    'http://10.1.2.3/',
    'http://172.31.0.1/',
    'http://192.168.1.1/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]/',
    'http://[::]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'http://localhost/',
    'http://LOCALHOST./',
    'http://a.localhost/',
    'http://intranet/',
    'http://printer.local/',
    'http://metadata.google.internal/',
    'http://127.0.0.1.nip.io/',
  ])('%s is private', (text) => {
    equal(judge(text), 'url_private')
    equal(url({ private: true })(text), 'ok')
  })

  test('public hosts are fine', () => {
    for (const text of [
      'https://example.com/',
      'http://93.184.216.34/',
      'https://[2606:4700::1111]/',
      'http://172.32.0.1/',
    ])
      equal(judge(text), 'ok', text)
    equal(url({ ports: [8443] })('https://example.com:8443/'), 'ok')
    equal(url({ schemes: 'wss' })('wss://example.com/'), 'ok')
    equal(url({ schemes: 'https' })('http://example.com/'), 'url_scheme')
  })
})

test('a denied host is denied with all below it', () => {
  const judge = url({ deny: ['evil.com', '6.6.6.6'] })
  for (const text of [
    'https://evil.com',
    'https://EVIL.com.',
    'https://a.b.evil.com/',
    'http://6.6.1542/',
    'http://0x6060606/',
  ])
    equal(judge(text), 'url_denied', text)
  equal(judge('https://notevil.com'), 'ok')
  equal(url({ allow: '*.evil.com', deny: 'evil.com' })('https://a.evil.com'), 'url_denied')
})

describe('mail', () => {
  const judge = email({ allow: ['example.com', '*.example.org'] })

  verifies('guardian.policy.urls.allow', 'goes to allowed domains', () => {
    for (const text of [
      'bob@example.com',
      'Bob <bob@EXAMPLE.com>',
      'a+b@x.example.org',
      'a@example.com, B <b@example.com>; c@example.com',
      "o'neil@example.com",
    ])
      equal(judge(text), 'ok', text)
  })

  test.each([
    ['bob@evil.com', 'email_denied'],
    ['bob@example.com.evil.com', 'email_denied'],
    ['bob@notexample.com', 'email_denied'],
    ['bob@example.org', 'email_denied'],
    ['a@example.com, b@evil.com', 'email_denied'],
    ['bob@exаmple.com', 'email_denied'],
    ['bob@example.com <x@evil.com>', 'email_unreadable'],
    ['x@evil.com <bob@example.com>', 'email_unreadable'],
    ['"a@evil.com"@example.com', 'email_unreadable'],
    ['a@evil.com@example.com', 'email_unreadable'],
    ['a%evil.com@example.com', 'email_unreadable'],
    ['evil.com!a@example.com', 'email_unreadable'],
    ['bob@example.com\nBcc: x@evil.com', 'email_unreadable'],
    ['bob@example.com ', 'ok'],
    ['bob@example.com,', 'email_unreadable'],
    ['bob@[127.0.0.1]', 'email_unreadable'],
    ['bob@exam\u200bple.com', 'email_unreadable'],
    ['bob@example.com>', 'email_unreadable'],
    ['', 'email_unreadable'],
    ['bob', 'email_unreadable'],
  ])('%j', (text, code) => equal(judge(text), code))

  test('to a denied domain does not go below it either', () => {
    for (const text of ['a@evil.com', 'a@x.evil.com'])
      equal(email({ deny: 'evil.com' })(text), 'email_denied')
    equal(email({ deny: 'evil.com' })('a@example.com'), 'ok')
  })
})

test('rules that mean nothing are refused by name', () => {
  for (const [work, named] of [
    [() => url({ allow: 'https://example.com' }), /url\.?|host/],
    [() => url({ allow: 'exa mple.com' }), /url/],
    [() => url({ allow: '*' }), /url/],
    [() => url({ ports: [0] }), /ports/],
    [() => url({ schemes: 'javascript' }), /schemes/],
    [() => url({ private: 1 } as never), /private/],
    [() => url({ hosts: [] } as never), /hosts/],
    [() => email({}), /email/],
    [() => email({ allow: 'a@b' }), /email/],
  ] as const)
    throws(work, (error) => isAosError(error, 'invalid_policy') && named.test(error.message))
})
