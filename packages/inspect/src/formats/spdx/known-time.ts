import type { Entry } from '../../graph/agbom-graph.ts'

/**
 * When a part was built or released, as SPDX writes times: as its facts say, or the day at the end of its version or its
 * name: `2026-08-01`, `claude-3-opus-20240229`. Nothing where none of them is a day.
 */
export function knownTime(
  { facts, version = '', name }: Entry,
  fact: 'releaseTime' | 'builtTime',
): string | undefined {
  if (Object.hasOwn(facts, fact)) return timeOf(facts[fact] ?? '')
  return fact === 'releaseTime' ? (dayOf(version) ?? dayOf(name)) : undefined
}

function timeOf(text: string): string | undefined {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return dayOf(text)
  const time = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN
  return Number.isNaN(time) ? undefined : `${new Date(time).toISOString().slice(0, 19)}Z`
}

function dayOf(text: string): string | undefined {
  const [, year, month, day] = /(?<!\d)(20\d\d)(?:-(\d\d)-(\d\d)|(?:\d{4}))$/.exec(text) ?? []
  const date =
    year === undefined ? undefined : `${year}-${month ?? text.slice(-4, -2)}-${day ?? text.slice(-2)}`
  const time = Date.parse(`${date}T00:00:00Z`)
  // a day that a month has not would be one of the next
  if (date === undefined || Number.isNaN(time) || !new Date(time).toISOString().startsWith(date))
    return undefined
  return `${date}T00:00:00Z`
}
