import { canonicalJson, sha256Hex } from '@agent-run/types'
import fc from 'fast-check'
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { arbitraryEvents } from '../testing/arbitrary-run.ts'
import { collectRun } from './collect-run.ts'
import { decisionDigest, decisionDocument } from './decision-record.ts'
import { wellFormed } from './well-formed.ts'

describe('the digest of a decision', () => {
  test('is that of the RFC 8785 text of its document, whatever is in it', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        for (const step of collectRun(events)?.steps ?? [])
          for (const decision of step.decisions) {
            const text = canonicalJson(wellFormed(decisionDocument(step, decision)))
            equal(decisionDigest(step, decision), `sha256:${sha256Hex(text)}`)
          }
      }),
    )
  })
})

describe('a value with valid texts only', () => {
  test('is the same one where all are valid, and differs in those that are not', () => {
    const fine = { a: ['x', { b: '😀' }], c: null, d: 1 }
    ok(wellFormed(fine) === fine)
    const half = { a: ['x', { b: '\ud800!' }], c: fine }
    deepEqual(wellFormed(half), { a: ['x', { b: '\ufffd!' }], c: fine })
    ok(wellFormed(half).c === fine)
    match(half.a[1] === undefined ? '' : JSON.stringify(half), /ud800/)
  })
})
