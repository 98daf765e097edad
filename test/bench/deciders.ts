import { compare, type Cost, type Ratio } from './interleave.ts'

/** One way of deciding. */
export interface Decider {
  readonly name: string
  decide(): unknown
}

const ENOUGH_MS = 5
const ROUNDS = 15

/** What one decision costs each way, as ratios to the first: each makes as many as can be timed. */
export async function deciderRatios(deciders: readonly Decider[]): Promise<readonly Ratio[]> {
  const counts = new Map<Decider, number>()
  for (const decider of deciders) counts.set(decider, await enough(decider))
  return compare(deciders, ROUNDS, (decider) => costOf(decider, counts.get(decider) ?? 1))
}

/** Makes decisions one after the other, and gives what one of them cost in milliseconds. */
export async function costOf({ decide }: Pick<Decider, 'decide'>, count: number): Promise<Cost> {
  const cpu = process.cpuUsage()
  const wall = performance.now()
  const first = decide()
  if (first instanceof Promise) {
    await first
    for (let made = 1; made < count; made++) await decide()
  } else {
    for (let made = 1; made < count; made++) decide()
  }
  const used = process.cpuUsage(cpu)
  return { cpu: (used.user + used.system) / 1000 / count, wall: (performance.now() - wall) / count }
}

async function enough(decider: Decider): Promise<number> {
  let count = 16
  while ((await costOf(decider, count)).wall * count < ENOUGH_MS) count *= 2
  return count
}
