import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'vitest'
import { stepOf } from '../../../../test/support/policy-step.ts'
import { SessionTaint, TaintState } from './taint-state.ts'

const inSession = (id: string) => stepOf({ session: { id, generated: false } })

test('sessions share one bound on what is kept; the one in use stays', () => {
  const state = new TaintState(100, 30)
  const learn = (id: string, text: string): void =>
    state.update(inSession(id), (session) => session.trusted.learn(text))
  const kept = (): readonly boolean[] => ['a', 'b', 'c'].map((id) => state.of(inSession(id)) !== undefined)
  for (const id of ['a', 'b', 'c']) learn(id, 'one two three four five')
  deepEqual(kept(), [true, true, true])
  learn('a', 'six seven eight')
  deepEqual(kept(), [true, false, true])
  learn('c', Array.from({ length: 100 }, (_, at) => `word${at}`).join(' '))
  deepEqual(kept(), [false, false, true])
})

test('of turns that no person has started, the oldest are forgotten', () => {
  const session = new SessionTaint()
  for (let turn = 0; turn < 1200; turn++) session.markAutonomous(`turn_${turn}`)
  equal(session.autonomousTurns.size, 1000)
  deepEqual([session.autonomousTurns.has('turn_0'), session.autonomousTurns.has('turn_1199')], [false, true])
})
