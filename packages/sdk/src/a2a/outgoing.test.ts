import { describe, expect, test } from 'vitest'
import { extensionMethod, methodOf } from './methods.ts'
import { withOnward } from './outgoing.ts'

const links = { traceparent: '00-new', baggage: 'aos.run.id=r' }
const newer = methodOf('sendMessage', '1.0') ?? extensionMethod('none', '1.0')
const older = methodOf('sendMessage', '0.3') ?? extensionMethod('none', '0.3')

describe('what a request is sent on with', () => {
  test('is what it was, where there is nothing to add', () => {
    const sent = { params: {}, options: undefined }
    expect(withOnward(older, sent, { links: {}, signal: undefined })).toEqual(sent)
  })

  test('goes into the headers, and in 0.3 into the metadata', () => {
    const params = { message: {}, metadata: { own: 1 } }
    const onward = { links, signal: undefined }
    expect(withOnward(newer, { params, options: undefined }, onward)).toEqual({
      params,
      options: { serviceParameters: links },
    })
    expect(withOnward(older, { params, options: { context: 1 } }, onward)).toEqual({
      params: { message: {}, metadata: { own: 1, ...links } },
      options: { context: 1, serviceParameters: links },
    })
    expect(params.metadata).toEqual({ own: 1 })
  })

  test('takes the place of an older trace, and stands beside the baggage of the caller', () => {
    const serviceParameters = { Traceparent: '00-old', Baggage: 'a=1', 'x-own': 'kept' }
    expect(
      withOnward(newer, { params: {}, options: { serviceParameters } }, { links, signal: undefined }).options,
    ).toEqual({
      serviceParameters: { 'x-own': 'kept', traceparent: '00-new', baggage: 'a=1,aos.run.id=r' },
    })
  })

  test('is aborted by whoever aborts first', () => {
    const [own, other] = [new AbortController(), new AbortController()]
    const { options } = withOnward(
      newer,
      { params: {}, options: { signal: own.signal } },
      { links: {}, signal: other.signal },
    )
    const { signal } = options as { readonly signal: AbortSignal }
    expect(signal.aborted).toBe(false)
    own.abort()
    expect(signal.aborted).toBe(true)
  })
})
