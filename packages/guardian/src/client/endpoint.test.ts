import { isAosError } from '@aos/sdk'
import { expect, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { parseEndpoint, targetOf } from './endpoint.ts'

const refused: Record<string, unknown[]> = {
  'no endpoint at all': [undefined],
  'no URL': ['guardian'],
  'an empty text': [''],
  'no text': [42],
  'another scheme': ['ftp://guardian.example.com'],
  'a file': ['file:///etc/passwd'],
  'http to elsewhere': ['http://guardian.example.com'],
  'http to a private address': ['http://10.0.0.1'],
  'http to what only begins like this machine': ['http://localhost.example.com'],
  'a user in the URL': ['https://user@guardian.example.com'],
  'a password in the URL': ['https://:secret@guardian.example.com'],
  'the metadata service': ['https://169.254.169.254/latest'],
  'the metadata service as a number': ['https://2852039166/'],
  'the metadata service in hex': ['https://0xa9fea9fe/'],
  'the metadata service, mapped': ['https://[::ffff:169.254.169.254]/'],
  'the unspecified address': ['http://0.0.0.0:8080'],
  'the unspecified address of IPv6': ['https://[::]/'],
  'a multicast address': ['https://224.0.0.1/'],
  'a socket that is no absolute path': [undefined, 'guardian.sock'],
  'a socket with a zero in its path': [undefined, '/run/a\0b'],
  'a socket that is no text': [undefined, 1],
}

for (const [what, [url, socket]] of Object.entries(refused)) {
  verifies('guardian.client.endpoint', `refuses ${what}`, () => {
    let thrown: unknown
    try {
      parseEndpoint(url, socket)
    } catch (error) {
      thrown = error
    }
    expect(isAosError(thrown, 'invalid_endpoint')).toBe(true)
    expect(String(thrown)).not.toContain('secret')
    expect(thrown).toMatchObject({ fix: expect.any(String) as string })
  })
}

test.each([
  ['https://guardian.example.com/aos', { tls: true, loopbackOnly: false }],
  ['https://10.0.0.1:8443', { tls: true, loopbackOnly: false }],
  ['http://localhost:8080', { tls: false, loopbackOnly: true }],
  ['http://guardian.localhost', { tls: false, loopbackOnly: true }],
  ['http://127.1', { tls: false, loopbackOnly: true }],
  ['http://[::1]:8080', { tls: false, loopbackOnly: true }],
])('takes %s', (url, endpoint) => {
  expect(parseEndpoint(url)).toMatchObject({ ...endpoint, socketPath: undefined })
  expect(parseEndpoint(new URL(url))).toMatchObject(endpoint)
})

test('takes a socket with or without a URL', () => {
  expect(parseEndpoint(undefined, '/run/guardian.sock')).toMatchObject({
    socketPath: '/run/guardian.sock',
    loopbackOnly: false,
  })
  expect(parseEndpoint('http://guardian.example.com/aos', '/run/guardian.sock').url.pathname).toBe('/aos')
})

test('appends /evaluate for the landing dialect where the URL has no path', () => {
  expect(targetOf(parseEndpoint('https://g.example.com'), true).href).toBe('https://g.example.com/evaluate')
  expect(targetOf(parseEndpoint('https://g.example.com?v=1#x'), true).href).toBe(
    'https://g.example.com/evaluate?v=1',
  )
  expect(targetOf(parseEndpoint('https://g.example.com/aos'), true).href).toBe('https://g.example.com/aos')
  expect(targetOf(parseEndpoint('https://g.example.com'), false).href).toBe('https://g.example.com/')
})
