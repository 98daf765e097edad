import { modelSource, toolSource } from '../../inventory/component-source.ts'
import { AosError } from '../../errors.ts'
import type { Component } from '../../events/event.ts'
import type {
  Adapter,
  AdapterHost,
  AgentDescription,
  BoundAgent,
  Coverage,
} from '../../instrument/adapter.ts'
import type { RunCall } from '../../instrument/core.ts'
import { callAgent } from './agent-call.ts'
import { showing } from './agent-overlay.ts'
import { isVersion7, reachesItself, settingsOf } from './agent-settings.ts'
import { ImplicitUse } from './implicit-use.ts'
import { bindNamespace, isNamespace } from './namespace.ts'
import { isBag, type AgentShape, type Bag } from './shapes.ts'

const SUPPORTED = 'AI SDK 6 and 7 (ai ^6.0.0 || ^7.0.0)'

/** Instruments AI SDK 6 and 7: agents with `generate` and `stream`, and the functions of the `ai` module. */
export const vercelAiAdapter: Adapter = {
  name: 'Vercel AI SDK',
  recognises: (agent) => isNamespace(agent) || isAgent(agent),
  describe: (agent) => (isNamespace(agent) ? describeNamespace() : describeAgent(agent as AgentShape)),
  bind: (agent, host) =>
    isNamespace(agent) ? bindNamespace(agent, host) : bindAgent(agent as AgentShape, host),
}

function isAgent(agent: object): boolean {
  const generates = typeof Reflect.get(agent, 'generate') === 'function'
  const streams = typeof Reflect.get(agent, 'stream') === 'function'
  if (!streams || (!generates && !('constructor' in agent && agent.constructor.name === 'WorkflowAgent')))
    return false
  const version: unknown = Reflect.get(agent, 'version')
  if (version === 'agent-v1') return true
  if (
    typeof version !== 'string' &&
    Reflect.get(agent, 'settings') === undefined &&
    agent.constructor.name !== 'WorkflowAgent'
  )
    return false
  throw new AosError({
    code: 'unsupported_version',
    message: `This ${agent.constructor.name} is not an agent of ${SUPPORTED}`,
    why: `Its interface version is ${JSON.stringify(version) ?? 'missing'}, not "agent-v1", so its model and tools could not be gated.`,
    fix: `Use a ToolLoopAgent of ${SUPPORTED}; AI SDK 5 and durable WorkflowAgents are not supported.`,
  })
}

function bindAgent(agent: AgentShape, host: AdapterHost): BoundAgent {
  const call = (method: 'generate' | 'stream', options: Bag, run?: RunCall): Promise<unknown> =>
    callAgent(host, { agent, method, options, run })
  const implicit = new ImplicitUse(agent, host)
  const entries = {
    generate: (options: Bag) => call('generate', options),
    stream: (options: Bag) => call('stream', options),
    get tools(): unknown {
      return implicit.tools
    },
  }
  const members =
    settingsOf(agent) === undefined
      ? entries
      : Object.defineProperties({} as Bag, {
          ...Object.getOwnPropertyDescriptors(entries),
          settings: { get: () => implicit.settings },
        })
  return {
    members,
    inside: (work) => showing(agent, members, work),
    run: (input, { signal, session, user, trigger, threadId, remote, ...options }) =>
      call(
        'generate',
        { ...options, ...(signal === undefined ? {} : { abortSignal: signal }), ...inputOf(input) },
        { session, user, trigger, threadId, remote },
      ),
  }
}

/** `run` takes a text, messages, or the options of `generate` itself. */
export function inputOf(input: unknown): Bag {
  if (typeof input === 'string') return { prompt: input }
  if (Array.isArray(input)) return { messages: input }
  if (isBag(input)) return input
  throw new AosError({
    code: 'invalid_options',
    message: `run(input) got ${input === null ? 'null' : typeof input}`,
    fix: "Pass a text, a list of messages, or the options of generate: run('Find …').",
  })
}

function describeAgent(agent: AgentShape): AgentDescription {
  const settings = settingsOf(agent)
  if (settings === undefined) {
    return { framework: 'ai', id: agent.id, name: agent.id, components: [], coverage: [OPAQUE] }
  }
  const tools = isBag(settings['tools']) ? Object.entries(settings['tools']) : []
  const model = settings['model']
  const modelId =
    typeof model === 'string'
      ? model
      : isBag(model) && typeof model['modelId'] === 'string'
        ? model['modelId']
        : undefined
  return {
    framework: 'ai',
    frameworkVersion: isVersion7(agent, settings) ? '7' : '6',
    id: agent.id,
    name: agent.id,
    sources: [
      ...tools.flatMap(([name, tool]) => (isBag(tool) ? [toolSource(name, tool)] : [])),
      ...(modelId === undefined ? [] : [modelSource(modelId, isBag(model) ? model : {}, settings)]),
    ],
    components: [
      ...tools.map(([name, tool]) => toolComponent(name, tool)),
      ...(modelId === undefined ? [] : [modelComponent(modelId)]),
    ],
    coverage: [
      { component: 'agent', enforcement: 'bound' },
      ...methodCoverage(agent),
      ...tools.map(([name, tool]) => toolCoverage(name, tool)),
      ...(modelId === undefined ? [] : [{ component: `model:${modelId}`, enforcement: 'bound' as const }]),
    ],
  }
}

const OPAQUE: Coverage = {
  component: 'agent',
  enforcement: 'observed',
  note: 'the agent hides its model and tools: its input and final answer are judged, nothing in between',
}

function methodCoverage(agent: object): readonly Coverage[] {
  return reachesItself(agent) ? [METHODS] : []
}

const METHODS: Coverage = {
  component: 'agent methods',
  enforcement: 'ambient',
  note: 'they reach the agent itself: gated in the calls made through the instrument and in all they leave behind, not in a callback that somebody else calls',
}

function describeNamespace(): AgentDescription {
  return {
    framework: 'ai',
    name: 'ai',
    components: [],
    coverage: [
      { component: 'generateText, streamText', enforcement: 'bound' },
      { component: 'generateObject, streamObject, embed, embedMany', enforcement: 'bound' },
      {
        component: 'ToolLoopAgent',
        enforcement: 'observed',
        note: 'agents are gated by wrapping them: new AOSInstrument(agent)',
      },
      {
        component: 'image, speech, transcription, realtime and batch calls',
        enforcement: 'observed',
        note: 'not gated',
      },
    ],
  }
}

function toolComponent(name: string, tool: unknown): Component {
  const description = isBag(tool) && typeof tool['description'] === 'string' ? tool['description'] : undefined
  return { id: `tool:${name}`, type: 'tool', name, description }
}

function modelComponent(name: string): Component {
  return { id: `model:${name}`, type: 'model', name }
}

function toolCoverage(name: string, tool: unknown): Coverage {
  const component = `tool:${name}`
  if (
    isBag(tool) &&
    (tool['type'] === 'provider' || tool['type'] === 'provider-defined') &&
    typeof tool['execute'] !== 'function'
  ) {
    return {
      component,
      enforcement: 'observed',
      note: "the provider executes it: a deny ends the run; providerTools: 'remove' prevents it",
    }
  }
  if (isBag(tool) && typeof tool['execute'] !== 'function')
    return {
      component,
      enforcement: 'bound',
      note: 'executed by the client: a denied call does not reach it',
    }
  return { component, enforcement: 'bound' }
}
