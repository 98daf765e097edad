/** A clock that stands still while a decision is made that a journal keeps, or that is made again from one. */
export interface HeldClock {
  (): number
  /** Holds a time, by default the present one, and gives it. */
  readonly hold: (at?: number) => number
  readonly release: () => void
}

/** Makes a clock that can be held of one that cannot. */
export function heldClock(clock: () => number): HeldClock {
  let held: number | undefined
  const now = (): number => held ?? clock()
  return Object.assign(now, {
    hold: (at: number = clock()): number => (held = at),
    release: (): void => {
      held = undefined
    },
  })
}
