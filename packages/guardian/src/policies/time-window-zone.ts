import { invalidOption } from './policy-options.ts'

/** The time that a wall clock shows. */
export interface LocalTime {
  /** 0 is Sunday. */
  readonly day: number
  /** Minutes since midnight. */
  readonly minute: number
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** Gives the function that shows an instant as the wall clock of a time zone does, `undefined` where it is no instant. */
export function zoneClock(policy: string, zone: unknown): (now: number) => LocalTime | undefined {
  const format = formatFor(policy, zone)
  let minuteOf: number | undefined
  let shown: LocalTime | undefined
  return (now) => {
    const minute = Math.floor(now / 60_000)
    // zones differ from UTC by whole minutes
    if (minute !== minuteOf) {
      shown = read(format, now)
      minuteOf = minute
    }
    return shown
  }
}

function read(format: Intl.DateTimeFormat, now: number): LocalTime | undefined {
  if (!Number.isFinite(now) || Math.abs(now) > 8.64e15) return undefined
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]))
  const day = DAYS.indexOf(parts.get('weekday') ?? '')
  const minute = Number(parts.get('hour')) * 60 + Number(parts.get('minute'))
  return day < 0 || !Number.isInteger(minute) ? undefined : { day, minute }
}

function formatFor(policy: string, zone: unknown): Intl.DateTimeFormat {
  const options = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  try {
    if (typeof zone === 'string' && zone !== '')
      return new Intl.DateTimeFormat('en-US', { ...options, timeZone: zone })
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
  }
  throw invalidOption(policy, {
    option: 'zone',
    problem: zone === undefined ? 'is missing' : 'is no time zone',
    fix: 'Name an IANA time zone, such as Europe/Berlin or UTC.',
  })
}
