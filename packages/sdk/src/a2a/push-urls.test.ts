import { describe, expect, test } from 'vitest'
import { isAosError } from '../errors.ts'
import { allowedPushUrls } from './push-urls.ts'

const allows = allowedPushUrls([
  'https://hooks.example',
  'https://bücher.example/a2a/',
  'https://tenants.example:8443/t/*/push',
  'http://127.0.0.1:9000/in',
])

describe('push URLs that are listed', () => {
  for (const url of [
    'https://hooks.example',
    'https://hooks.example/',
    'https://HOOKS.example:443/any/path?task=1#x',
    'https://xn--bcher-kva.example/a2a',
    'https://bücher.example/a2a/more',
    'https://tenants.example:8443/t/one/push',
    'https://tenants.example:8443/t/one/push/two?x=1',
    'http://127.0.0.1:9000/in',
  ])
    test(`${url} passes`, () => {
      expect(allows(url)).toBe(true)
    })
})

describe('push URLs that only look like it', () => {
  for (const url of [
    'http://hooks.example/',
    'https://hooks.example.',
    'https://hooks.example.evil.example/',
    'https://evil.example/https://hooks.example',
    'https://hooks.example@evil.example/',
    'https://evil.example@hooks.example/',
    'https://@hooks.example/',
    'https://hooks.example:8443/',
    'https:hooks.example/',
    'https:\\\\hooks.example/',
    'https://evil.example\\@hooks.example/',
    'https://hooks.example\t/',
    ' https://hooks.example/',
    'https://hooks.exam\nple/',
    'https://hооks.example/',
    '//hooks.example/',
    'ftp://hooks.example/',
    'javascript:alert(1)',
    'https://bücher.example/a2aevil',
    'https://bücher.example/a2a/../other',
    'https://bücher.example/a2a/%2e%2e/other',
    'https://bücher.example/a2a/..%2fother',
    'https://bücher.example/a2a/..%5cother',
    'https://tenants.example/t/one/push',
    'https://tenants.example:8443/t//push',
    'https://tenants.example:8443/t/one/two/push',
    'http://127.0.0.1:9001/in',
    'http://127.0.0.1:9000/inside',
    'http://localhost:9000/in',
    'https://127.0.0.1:9000/in',
    `https://hooks.example/${'a'.repeat(3000)}`,
    '',
    undefined,
    null,
    42,
    { toString: () => 'https://hooks.example/' },
  ])
    test(`${JSON.stringify(url)?.slice(0, 60)} is refused`, () => {
      expect(allows(url)).toBe(false)
    })
})

test('nothing passes an empty list', () => {
  expect(allowedPushUrls([])('https://hooks.example/')).toBe(false)
})

describe('an entry that means nothing', () => {
  for (const entry of [
    'hooks.example',
    'http://hooks.example',
    'https://*.example',
    'https://user@hooks.example',
    'https://hooks.example/?a=1',
    'https://hooks.example/#a',
    'https://hooks.example/a*',
    7,
  ])
    test(`${JSON.stringify(entry)} is named in the error`, () => {
      let thrown: unknown
      try {
        allowedPushUrls([entry as string])
      } catch (error) {
        thrown = error
      }
      expect(isAosError(thrown, 'invalid_options')).toBe(true)
      expect(String(thrown)).toContain(String(entry))
    })

  test('is a list that is none', () => {
    expect(() => allowedPushUrls('https://hooks.example' as unknown as string[])).toThrow('must be a list')
  })
})
