import { expect, test } from 'vitest'
import { ManualClock } from '../../../../test/support/manual-clock.ts'
import { CallQueue } from './call-queue.ts'
import { CallScope } from './call-scope.ts'

test('is over at its deadline, and tells so once', () => {
  const clock = new ManualClock()
  const scope = new CallScope({ clock, timeoutMs: 100 })
  const told: string[] = []
  scope.onEnd((ending) => told.push(ending))
  const stop = scope.onEnd(() => told.push('never'))
  stop()
  clock.advance(99)
  expect([scope.ending, scope.remainingMs()]).toEqual([undefined, 1])
  clock.advance(1000)
  scope.onEnd((ending) => told.push(`then ${ending}`))
  expect([told, scope.settle(), clock.pending]).toEqual([['timeout', 'then timeout'], false, 0])
})

test('is over when aborted, before or after it began', () => {
  const clock = new ManualClock()
  const controller = new AbortController()
  const scope = new CallScope({ clock, timeoutMs: 100, signal: controller.signal })
  controller.abort()
  const late = new CallScope({ clock, timeoutMs: 100, signal: controller.signal })
  expect([scope.ending, late.ending, clock.pending]).toEqual(['aborted', 'aborted', 0])
})

test('settles once, and not after a deadline for which no timer has had its turn', () => {
  const clock = new ManualClock()
  const inTime = new CallScope({ clock, timeoutMs: 100 })
  const late = new CallScope({ clock, timeoutMs: 50 })
  let told: string | undefined
  late.onEnd((ending) => (told = ending))
  clock.block(60)
  expect([inTime.settle(), inTime.settle(), inTime.ending]).toEqual([true, false, undefined])
  expect([late.settle(), told, clock.pending]).toEqual([false, 'timeout', 0])
})

test('waits no longer than its time', async () => {
  const clock = new ManualClock()
  const scope = new CallScope({ clock, timeoutMs: 100 })
  const short = scope.wait(50)
  const long = scope.wait(500)
  clock.advance(100)
  expect([await short, await long, clock.pending]).toEqual([true, false, 0])
})

test('a queue gives places first come first served, and none to whose time is over', async () => {
  const clock = new ManualClock()
  const queue = new CallQueue(1, 2)
  const scope = (timeoutMs = 1000): CallScope => new CallScope({ clock, timeoutMs })
  expect(queue.enter(scope())).toBe('entered')
  const order: string[] = []
  const impatient = queue.enter(scope(10))
  const patient = queue.enter(scope())
  expect([queue.enter(scope()), queue.waiting]).toEqual(['full', 2])
  clock.advance(10)
  expect(await impatient).toBe(false)
  const last = queue.enter(scope())
  void Promise.resolve(patient).then(() => order.push('patient'))
  void Promise.resolve(last).then(() => order.push('last'))
  queue.leave()
  expect(await patient).toBe(true)
  queue.leave()
  expect(await last).toBe(true)
  expect([order, queue.inFlight, queue.waiting]).toEqual([['patient', 'last'], 1, 0])
  queue.leave()
  expect([queue.inFlight, queue.enter(scope())]).toEqual([0, 'entered'])
})
