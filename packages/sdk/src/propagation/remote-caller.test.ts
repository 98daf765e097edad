import fc from 'fast-check'
import { deepEqual, equal } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { remoteCaller } from './remote-caller.ts'

const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
const hash = '0f'.repeat(32)

describe('remoteCaller', () => {
  test('reads trace context and lineage, whatever else the baggage has', () => {
    const baggage = `tenant=7;ttl=1, aos.run.id=run-1 ,aos.lineage=${hash}.${hash};p`
    deepEqual(remoteCaller({ traceparent, tracestate: 'x=1', baggage }), {
      traceparent,
      tracestate: 'x=1',
      runId: 'run-1',
      lineage: [hash, hash],
    })
  })

  test.each([
    ['nothing', undefined],
    ['a text', traceparent],
    ['no members', {}],
    ['an inherited member', Object.create({ traceparent }) as object],
    ['a list', { traceparent: [traceparent] }],
    ['version ff', { traceparent: traceparent.replace('00-', 'ff-') }],
    ['a trace id of zeros', { traceparent: `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01` }],
    ['a span id of zeros', { traceparent: `00-${'a'.repeat(32)}-${'0'.repeat(16)}-01` }],
    ['capitals', { traceparent: traceparent.toUpperCase() }],
    ['a trace state without a parent', { tracestate: 'x=1' }],
    ['a lineage without a run', { baggage: `aos.lineage=${hash}` }],
    ['a run id with blanks', { baggage: 'aos.run.id=a b' }],
    ['an endless run id', { baggage: `aos.run.id=${'a'.repeat(129)}` }],
    ['endless baggage', { baggage: `aos.run.id=run-1,${'a'.repeat(9000)}` }],
  ])('takes %s for nobody', (_what, carrier) => {
    equal(remoteCaller(carrier), undefined)
  })

  test('believes no lineage that is not one of hashes, or that is endless', () => {
    const lineages = ['', 'abc', `${hash}.`, hash.toUpperCase(), Array(65).fill(hash).join('.')]
    for (const lineage of lineages)
      deepEqual(remoteCaller({ baggage: `aos.run.id=r,aos.lineage=${lineage}` }), { runId: 'r' })
  })

  test('believes the first of two members of one name', () => {
    deepEqual(remoteCaller({ baggage: 'aos.run.id=first,aos.run.id=second' }), { runId: 'first' })
  })

  test('never throws, and gives only well-formed texts', () => {
    const carrier = fc.record(
      { traceparent: fc.anything(), tracestate: fc.anything(), baggage: fc.anything() },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(carrier, (given) => {
        const caller = remoteCaller(given)
        return caller === undefined || Object.values(caller).every((value) => value !== '')
      }),
    )
  })
})
