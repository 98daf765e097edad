/** One way of doing the same work. */
export interface Variant {
  readonly name: string
  /** Does the work once. */
  once(): unknown
  /** What has to be finished before the clock stops, such as an export. */
  settle?(): Promise<void>
}

/** What one variant cost: median over the rounds of its ratio to the first variant in the same round. */
export interface Ratio {
  readonly name: string
  /** Processor time. */
  readonly cpu: number
  /** Time by the clock. */
  readonly wall: number
}

/** What doing something once took. */
export interface Cost {
  readonly cpu: number
  readonly wall: number
}

/** Runs variants in turn, round by round, so that whatever else the machine does hits all of them. */
export async function interleave(
  variants: readonly Variant[],
  { rounds, times }: { readonly rounds: number; readonly times: number },
): Promise<readonly Ratio[]> {
  return compare(variants, rounds, (variant) => measure(variant, times))
}

/** Takes the costs of variants in turn, round by round. */
export async function compare<V extends { readonly name: string }>(
  variants: readonly V[],
  rounds: number,
  measureOnce: (variant: V) => Promise<Cost>,
): Promise<readonly Ratio[]> {
  const costs = await costsOf(variants, rounds, measureOnce)
  const base = costs.get(variants[0]?.name ?? '') ?? []
  return variants.map(({ name }) => ({
    name,
    cpu: ratio(costs.get(name), base, ({ cpu }) => cpu),
    wall: ratio(costs.get(name), base, ({ wall }) => wall),
  }))
}

/** What each variant cost in each round that counts, taken in turn. */
export async function costsOf<V extends { readonly name: string }, C>(
  variants: readonly V[],
  rounds: number,
  measureOnce: (variant: V) => Promise<C>,
): Promise<ReadonlyMap<string, readonly C[]>> {
  const costs = new Map<string, C[]>(variants.map(({ name }) => [name, []]))
  const warmUp = Math.ceil(rounds / 4)
  for (let round = 0; round < rounds + warmUp; round++) {
    // the order turns with each round, so that no variant always follows the same one
    for (let turn = 0; turn < variants.length; turn++) {
      const variant = variants[(turn + round) % variants.length]
      if (variant === undefined) continue
      const cost = await measureOnce(variant)
      if (round >= warmUp) costs.get(variant.name)?.push(cost)
    }
  }
  return costs
}

async function measure(variant: Variant, times: number): Promise<Cost> {
  // no collection is forced before: it would take with it what the engine has learnt of the code
  const cpu = process.cpuUsage()
  const wall = performance.now()
  for (let index = 0; index < times; index++) await variant.once()
  await variant.settle?.()
  const used = process.cpuUsage(cpu)
  return { cpu: used.user + used.system, wall: performance.now() - wall }
}

/** The median over the rounds of one cost against another. */
export function ratio<C>(
  costs: readonly C[] = [],
  base: readonly C[],
  amountOf: (cost: C) => number,
): number {
  return median(
    costs.map((cost, round) => {
      const other = base[round]
      return amountOf(cost) / (other === undefined ? Number.NaN : amountOf(other))
    }),
  )
}

/** The middle one of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
