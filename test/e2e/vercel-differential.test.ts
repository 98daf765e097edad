import { allow, AOSInstrument, HOOK_NAMES, type AOSOptions } from '@aos/sdk'
import { instrumentAI } from '@aos/sdk/vercel-ai'
import { describe, expect, it } from 'vitest'

import type { AgentLike, AiNamespace, AiVersion } from '../compat/ai-namespace.ts'
import { aiVersions } from '../compat/versions.ts'
import { scenarios } from '../support/vercel/agents.ts'
import { differences } from '../support/vercel/differences.ts'
import { byLane, missingFrom, observe, type Observation } from '../support/vercel/observe.ts'
import { waysOf, type Mode, type Scenario } from '../support/vercel/scenario.ts'
import { identity, type Wrap } from '../support/vercel/world.ts'

// instrumenting an agent must not show: whatever a user can see of a run is the same with it and without it

function wrapWith(options: () => AOSOptions): Wrap {
  return {
    agent: <A extends AgentLike>(agent: A): A => new AOSInstrument(agent, options()),
    namespace: (ai: AiNamespace): AiNamespace => instrumentAI(ai, options()),
  }
}

const allowEverything = Object.fromEntries(HOOK_NAMES.map((name) => [name, () => allow()]))

type Variant = 'bare' | 'observed' | 'judged'
const wraps: Record<Variant, Wrap> = {
  bare: wrapWith(() => ({})),
  observed: wrapWith(() => ({ sinks: [{ name: 'silent', accept: () => undefined }] })),
  judged: wrapWith(() => ({ hooks: allowEverything })),
}

const variants = aiVersions.flatMap((version) => [
  { version, variant: 'bare' as const, name: `ai ${version.version} instrumented` },
  { version, variant: 'observed' as const, name: `ai ${version.version} observed by a sink` },
  { version, variant: 'judged' as const, name: `ai ${version.version} judged by handlers that allow` },
])

interface SeenAlone {
  readonly before: Observation
  readonly missing: readonly string[]
}

const seenAlone = new Map<string, Promise<SeenAlone>>()

/** How a scenario looks without instrumentation; looked at once for all variants. */
async function alone(version: AiVersion, scenario: Scenario, way: Mode | 'act'): Promise<SeenAlone> {
  const look = async (): Promise<SeenAlone> => {
    const before = await observe(scenario, way, { version, wrap: identity })
    return { before, missing: missingFrom(before, scenario) }
  }
  const key = `${version.folder} ${scenario.name} ${way}`
  const seen = seenAlone.get(key) ?? look()
  seenAlone.set(key, seen)
  return await seen
}

/** The ways in which a scenario is to look the same; what a sink alone changes is the same for functions and agents. */
function comparedWays(scenario: Scenario, variant: Variant): readonly (Mode | 'act')[] {
  const differs = variant === 'bare' ? undefined : scenario.differs?.[variant]
  return waysOf(scenario)
    .filter((way) => variant !== 'observed' || way === 'act' || way.startsWith('agent.'))
    .filter((way) => differs === undefined || (way !== 'act' && !way.toLowerCase().includes('stream')))
}

describe.each(variants)('$name', ({ version, variant }) => {
  const supported = scenarios.filter((scenario) => scenario.unsupported?.(version) === undefined)

  it.each(supported)('$name', async (scenario) => {
    for (const way of comparedWays(scenario, variant)) {
      const { before, missing } = await alone(version, scenario, way)
      const after = await observe(scenario, way, { version, wrap: wraps[variant] })
      const same =
        variant === 'bare' ? differences(before, after) : differences(byLane(before), byLane(after))
      expect({ way, missing, differences: same }).toEqual({
        way,
        missing: [],
        differences: [],
      })
    }
  })
})

describe.each(aiVersions)('ai $version cannot', (version) => {
  const unsupported = scenarios.flatMap(({ name, unsupported: why }) => {
    const reason = why?.(version)
    return reason === undefined ? [] : [{ name, reason }]
  })

  it.for(unsupported)('$name: $reason', ({ reason }, { skip }) => skip(reason))
})
