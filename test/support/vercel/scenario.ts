import type { ScriptStep } from '@aos/sdk/testing'

import type { AgentLike, AiVersion, Bag } from '../../compat/ai-namespace.ts'
import { notingCallbacks } from './callbacks.ts'
import { fieldsOf, readStream, type Reading } from './read-stream.ts'
import type { World } from './world.ts'

/** The four ways to make the same call. */
export type Mode = 'agent.generate' | 'agent.stream' | 'generateText' | 'streamText'

/** Every way to make a call. */
export const everyMode: readonly Mode[] = ['agent.generate', 'agent.stream', 'generateText', 'streamText']

/** One thing a user does with the AI SDK, told as data. */
export interface Scenario {
  readonly name: string
  /** What the main model answers. */
  readonly script?: readonly ScriptStep[]
  /** What the agent is made of, beside model and callbacks. */
  readonly settings?: (world: World) => Bag
  /** What is passed with the call; a prompt by default. */
  readonly call?: (world: World) => Bag
  readonly modes?: readonly Mode[]
  readonly reading?: Reading
  /** Without lifecycle callbacks, as most users write it. */
  readonly bare?: boolean
  /** Something else than one call of one agent; what it returns is observed. */
  readonly act?: (world: World) => Promise<unknown>
  /** Must turn up in the record, or the scenario shows nothing. */
  readonly shows?: readonly string[]
  /** Why a stream of it looks different once a sink observes or a handler judges. */
  readonly differs?: { readonly observed?: string; readonly judged?: string }
  /** Why a version cannot do this. */
  readonly unsupported?: (version: AiVersion) => string | undefined
}

/** The ways a scenario is run: `act`, or the modes it is told for. */
export function waysOf(scenario: Scenario): readonly (Mode | 'act')[] {
  return scenario.act === undefined ? (scenario.modes ?? everyMode) : ['act']
}

/** Runs a scenario in one way and returns what its caller gets. */
export async function perform(scenario: Scenario, way: Mode | 'act', world: World): Promise<unknown> {
  if (way === 'act') return await scenario.act?.(world)
  const reading = scenario.reading ?? 'all'
  const settings = settingsOf(scenario, world)
  const call = scenario.call?.(world) ?? { prompt: 'go' }
  const agent = (): AgentLike => world.agent(settings)
  const flat = (): Bag => plainOptions(world, { ...settings, ...call })
  switch (way) {
    case 'agent.generate':
      return fieldsOf(await agent().generate(call))
    case 'generateText':
      return fieldsOf(await world.ai.generateText(flat()))
    case 'agent.stream':
      return await readStream(world, await agent().stream(call), reading)
    case 'streamText':
      return await readStream(world, world.ai.streamText(flat()), reading)
  }
}

function settingsOf(scenario: Scenario, world: World): Bag {
  return {
    ...(scenario.script === undefined ? {} : { model: world.model(scenario.script) }),
    stopWhen: world.version.ai.stepCountIs(6),
    ...(scenario.bare === true ? {} : notingCallbacks(world)),
    ...scenario.settings?.(world),
  }
}

/** The functions of version 6 call instructions `system`. */
function plainOptions(world: World, options: Bag): Bag {
  const { instructions, ...rest } = options
  if (instructions === undefined) return rest
  return world.version.major < 7 ? { ...rest, system: instructions } : options
}
