import { describe, expect, it } from 'vitest'

import type { AgentLike, Bag } from '../compat/ai-namespace.ts'
import { aiVersions } from '../compat/versions.ts'
import { scenarios } from '../support/vercel/agents.ts'
import { differences } from '../support/vercel/differences.ts'
import { observe } from '../support/vercel/observe.ts'
import { waysOf } from '../support/vercel/scenario.ts'
import { identity, type Wrap } from '../support/vercel/world.ts'

// the differential test is worth what this one proves: the same run looks the same twice, and looks different through a
// wrapper that changes anything
describe.each(aiVersions)('ai $version by itself', (version) => {
  const place = { version, wrap: identity }
  const supported = scenarios.filter((scenario) => scenario.unsupported?.(version) === undefined)

  it.each(supported)('$name looks the same twice', async (scenario) => {
    const way = waysOf(scenario).at(-1) ?? 'act'
    const once = await observe(scenario, way, place)
    expect(differences(once, await observe(scenario, way, place))).toEqual([])
  })

  it.each(Object.entries(broken))('a wrapper that %s is noticed', async (_, { name, wrap }) => {
    const scenario = scenarios.find((candidate) => candidate.name === name) ?? { name }
    const way = waysOf(scenario)[0] ?? 'act'
    const alone = await observe(scenario, way, { version, wrap: identity })
    expect(differences(alone, await observe(scenario, way, { version, wrap }))).not.toEqual([])
  })
})

interface Fault {
  readonly name: string
  readonly wrap: Wrap
}

/** Replaces how an agent generates. */
function generating(change: (agent: AgentLike, options: Bag) => PromiseLike<Bag>): Wrap {
  const agent = <A extends AgentLike>(original: A): A =>
    new Proxy(original, {
      get: (target, key) => {
        if (key === 'generate') return async (options: Bag) => await change(target, options)
        return Reflect.get(target, key, target) as unknown
      },
    })
  return { ...identity, agent }
}

const settingsOf = (agent: AgentLike): Bag => Reflect.get(agent, 'settings') as Bag

const broken: Record<string, Fault> = {
  'calls the model twice': {
    name: 'a model that refuses',
    wrap: generating(async (agent, options) => {
      await agent.generate(options).then(undefined, () => undefined)
      return await agent.generate(options)
    }),
  },
  'wraps what is thrown': {
    name: 'a model that refuses',
    wrap: generating((agent, options) =>
      agent.generate(options).then(undefined, (cause: unknown) => {
        throw new Error('no', { cause })
      }),
    ),
  },
  'copies the result': {
    name: 'a plain answer',
    wrap: generating(async (agent, options) => ({ ...(await agent.generate(options)) })),
  },
  'loses a callback': {
    name: 'a plain answer',
    wrap: generating((agent, options) => {
      delete settingsOf(agent)['onStepFinish']
      delete settingsOf(agent)['onStepEnd']
      return agent.generate(options)
    }),
  },
  'executes tools with another `this`': {
    name: 'a tool that uses itself',
    wrap: generating((agent, options) => {
      const { t } = agent.tools
      const { execute } = t ?? {}
      if (t !== undefined && typeof execute === 'function') t['execute'] = execute.bind(undefined)
      return agent.generate(options)
    }),
  },
  'leaves a rejection unhandled': {
    name: 'a plain answer',
    wrap: generating((agent, options) => {
      void Promise.reject(new Error('left alone'))
      return agent.generate(options)
    }),
  },
  'is no longer the agent': {
    name: 'an agent looked at from outside',
    wrap: { ...identity, agent: <A extends AgentLike>(agent: A): A => ({ ...agent }) },
  },
}
