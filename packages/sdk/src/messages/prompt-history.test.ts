import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isDeepStrictEqual } from '../values/deep-equal.ts'
import { PromptHistory } from './prompt-history.ts'

const message = (content: unknown) => ({ role: 'user', content })

it('finds what two prompts begin with, whoever made the messages', () => {
  const history = new PromptHistory()
  expect(history.next([message('a'), message('b')], 's1')).toBeUndefined()
  expect(history.next([message('a'), message('b'), message('c')], 's2')).toEqual({ count: 2, stepId: 's1' })
  expect(history.next([message('a'), message('x')], 's3')).toEqual({ count: 1, stepId: 's2' })
  expect(history.next([message('b')], 's4')).toBeUndefined()
  expect(history.next([message('b')], 's5')).toEqual({ count: 1, stepId: 's4' })
})

it('sees what was changed in place', () => {
  const history = new PromptHistory()
  const kept = message([{ type: 'text', text: 'before' }])
  history.next([kept], 's1')
  kept.content = [{ type: 'text', text: 'after' }]
  expect(history.next([kept], 's2')).toBeUndefined()
})

it('takes no two different messages for one', () => {
  const leaf = fc.oneof(fc.string({ maxLength: 2 }), fc.integer({ min: 0, max: 2 }), fc.constant(null))
  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      leaf,
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b'), tie('node')),
    ),
  })).node
  fc.assert(
    fc.property(value, value, (left, right) => {
      const history = new PromptHistory()
      history.next([left], 's1')
      const found = history.next([right], 's2') !== undefined
      // an empty list and an empty object are the same to it, and say the same: nothing
      const same = (given: unknown): unknown =>
        JSON.parse(JSON.stringify(given).replaceAll('[]', '{}')) as unknown
      if (found) expect(isDeepStrictEqual(asEntries(same(left)), asEntries(same(right)))).toBe(true)
      if (isDeepStrictEqual(left, right)) expect(found).toBe(true)
    }),
  )
})

// a list and an object with its indexes as keys hold the same
function asEntries(value: unknown): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).map(([key, member]) => [key, asEntries(member)])
    : value
}

it('survives rings and enormous messages, as new ones', () => {
  const ring: Record<string, unknown> = { role: 'user' }
  ring['self'] = ring
  const huge = message(Array.from({ length: 30_000 }, (_, index) => index))
  const history = new PromptHistory()
  history.next([huge, ring], 's1')
  expect(history.next([huge, ring], 's2')).toBeUndefined()
})
