import type { AiVersion } from '../../compat/ai-namespace.ts'
import { createNormaliser, type Plain } from './normalise.ts'
import { perform, type Mode, type Scenario } from './scenario.ts'
import { createWorld, settle, type World, type Wrap } from './world.ts'

/** Everything a user can see of one run. */
export interface Observation {
  /** What the call returned, or what it threw. */
  readonly outcome: Plain
  /** Callbacks, tool executions and notes, in their order. */
  readonly log: readonly { lane: string; event: string; details: Plain }[]
  /** What each model was asked, and what became of its answer. */
  readonly modelCalls: Plain
  readonly console: Plain
  readonly unhandled: Plain
}

/** Runs a scenario in a world of its own and records all that a user can see of it. */
export async function observe(
  scenario: Scenario,
  way: Mode | 'act',
  place: { version: AiVersion; wrap: Wrap },
): Promise<Observation> {
  const normalise = createNormaliser()
  const world = createWorld(place.version, place.wrap, normalise)
  const watch = watchProcess()
  try {
    const outcome = await perform(scenario, way, world).then(
      (returned) => ({ returned: normalise(returned) }),
      (thrown: unknown) => ({ thrown: normalise(thrown) }),
    )
    await settle()
    return {
      outcome,
      log: world.log,
      modelCalls: normalise(callsOf(world)),
      console: normalise(watch.printed),
      unhandled: normalise(watch.unhandled),
    }
  } finally {
    watch.stop()
  }
}

/** The same log by lane: for wrappers that take time of their own, where parallel lanes may interleave anew. */
export function byLane(observation: Observation): Observation {
  const lanes = [...new Set(observation.log.map((entry) => entry.lane))].sort()
  return {
    ...observation,
    log: lanes.flatMap((lane) => observation.log.filter((entry) => entry.lane === lane)),
  }
}

/** What a scenario is meant to show and its record does not; alternatives are parted by a bar. */
export function missingFrom(observation: Observation, { shows = [] }: Scenario): string[] {
  const record = JSON.stringify(observation)
  // what is looked for may be JSON itself, or lie inside of a string of the record
  const has = (text: string): boolean =>
    record.includes(text) || record.includes(JSON.stringify(text).slice(1, -1))
  return shows.filter((wanted) => !wanted.split('|').some(has))
}

function callsOf(world: World): unknown {
  return world.models.map(({ modelId, calls }) => ({
    modelId,
    calls: calls.map(({ mode, options, state, partsRead }) => ({ mode, options, state, partsRead })),
  }))
}

interface Watch {
  readonly printed: unknown[]
  readonly unhandled: unknown[]
  stop(): void
}

/** Catches what would reach the terminal, and rejections nobody handles. */
function watchProcess(): Watch {
  const printed: unknown[] = []
  const unhandled: unknown[] = []
  const listeners = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (reason) => unhandled.push(reason))
  const { console } = globalThis
  const original = {
    error: Reflect.get(console, 'error') as unknown,
    warn: Reflect.get(console, 'warn') as unknown,
  }
  Object.assign(console, {
    error: (...said: unknown[]) => printed.push(['error', ...said]),
    warn: (...said: unknown[]) => printed.push(['warn', ...said]),
  })
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: (warning: unknown) => printed.push(['warning', warning]) })
  return {
    printed,
    unhandled,
    stop() {
      Object.assign(console, original)
      process.removeAllListeners('unhandledRejection')
      for (const listener of listeners) process.on('unhandledRejection', listener)
    },
  }
}
