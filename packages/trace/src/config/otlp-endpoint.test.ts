import { describe, expect, it } from 'vitest'
import { parseBaseEndpoint, parseEndpoint, parseTracesEndpoint } from './otlp-endpoint.ts'

describe('parseEndpoint', () => {
  it.each([
    ['https://telemetry.example.com', 'https://telemetry.example.com/v1/traces'],
    ['https://telemetry.example.com/', 'https://telemetry.example.com/v1/traces'],
    ['http://localhost:4318?tenant=a', 'http://localhost:4318/v1/traces?tenant=a'],
    ['https://observability.example.com/v1/traces', 'https://observability.example.com/v1/traces'],
    ['https://example.com/api/public/otel', 'https://example.com/api/public/otel'],
  ])('%s is posted to %s', (endpoint, url) => {
    expect(parseEndpoint(endpoint)).toEqual({ ok: true, url })
    expect(parseEndpoint(new URL(endpoint))).toEqual({ ok: true, url })
  })

  it.each([
    '',
    'telemetry.example.com',
    'localhost:4318',
    'grpc://example.com',
    'https://user:secret@example.com',
  ])('refuses %j', (endpoint) => {
    expect(parseEndpoint(endpoint)).toMatchObject({ ok: false })
    expect(JSON.stringify(parseEndpoint(endpoint))).not.toContain('secret')
  })
})

describe('the endpoints of the environment', () => {
  it('takes the general one as a base and the one for traces as it is', () => {
    expect(parseBaseEndpoint('https://example.com/otlp/')).toEqual({
      ok: true,
      url: 'https://example.com/otlp/v1/traces',
    })
    expect(parseTracesEndpoint('https://example.com')).toEqual({ ok: true, url: 'https://example.com/' })
  })
})
