import { invalidOption, knownOptions, textList } from './policy-options.ts'
import type { LocalTime } from './time-window-zone.ts'

/** Hours of certain days. One whose end is before its begin goes on after midnight of the day that it begins. */
export interface TimeWindow {
  /** `mon` to `sun`, or a range such as `mon-fri`. Default every day. */
  readonly days?: string | readonly string[] | undefined
  /** `HH:MM`, when it begins. Default `00:00`. */
  readonly from?: string | undefined
  /** `HH:MM`, before which it ends. Default `24:00`. */
  readonly to?: string | undefined
}

/** Says whether a time is meant. */
export type TimeTest = (time: LocalTime) => boolean

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/
const MIDNIGHT = 24 * 60

/** Compiles windows into one test. */
export function compileWindows(policy: string, option: string, given: unknown): TimeTest | undefined {
  if (given === undefined) return undefined
  const list: readonly unknown[] = Array.isArray(given) ? given : [given]
  if (list.length === 0)
    throw invalidOption(policy, {
      option,
      problem: 'names no window',
      fix: `Leave ${option} out, or name one.`,
    })
  const tests = list.map((window) => compileWindow(policy, option, window))
  return (time) => tests.some((test) => test(time))
}

function compileWindow(policy: string, option: string, given: unknown): TimeTest {
  const window: TimeWindow = knownOptions(policy, given, ['days', 'from', 'to'])
  const days = readDays(policy, `${option}.days`, window.days)
  const from = readTime(policy, `${option}.from`, window.from) ?? 0
  const to = readTime(policy, `${option}.to`, window.to) ?? MIDNIGHT
  if (from === to || from === MIDNIGHT)
    throw invalidOption(policy, {
      option: `${option}.from`,
      problem: 'makes an empty window',
      fix: 'Let it begin before it ends, or leave out both for the whole day.',
    })
  if (from < to) return ({ day, minute }) => days.has(day) && minute >= from && minute < to
  return ({ day, minute }) => (days.has(day) && minute >= from) || (days.has((day + 6) % 7) && minute < to)
}

function readTime(policy: string, option: string, given: unknown): number | undefined {
  if (given === undefined) return undefined
  if (given === '24:00') return MIDNIGHT
  const match = typeof given === 'string' ? TIME.exec(given) : null
  if (match !== null) return Number(match[1]) * 60 + Number(match[2])
  throw invalidOption(policy, {
    option,
    problem: 'is no time of day',
    fix: 'Write it in quotes as "HH:MM", such as "09:00" or "17:30".',
  })
}

function readDays(policy: string, option: string, given: unknown): ReadonlySet<number> {
  const words = textList(policy, option, given)
  if (words === undefined) return new Set(DAYS.keys())
  const days = new Set<number>()
  for (const word of words) {
    const [first = -1, last = first, ...more] = word
      .toLowerCase()
      .split('-')
      .map((name) => DAYS.indexOf(name))
    if (first < 0 || last < 0 || more.length > 0)
      throw invalidOption(policy, {
        option,
        problem: 'names an unknown day',
        fix: `Use ${DAYS.join(', ')}, or a range such as mon-fri.`,
      })
    for (let day = first; ; day = (day + 1) % 7) {
      days.add(day)
      if (day === last) break
    }
  }
  if (days.size > 0) return days
  throw invalidOption(policy, { option, problem: 'names no day', fix: 'Name a day, or leave it out.' })
}
