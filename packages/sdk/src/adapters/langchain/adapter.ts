import { AosError } from '../../errors.ts'
import type { Component } from '../../events/event.ts'
import type {
  Adapter,
  AdapterHost,
  AgentDescription,
  BoundAgent,
  Coverage,
} from '../../instrument/adapter.ts'
import { chatModelOf, namesOf } from './model-facts.ts'
import { gatedAgent, synchronize } from './react-agent.ts'
import { carrying, EntryCall } from './run-scope.ts'
import {
  callIfFunction,
  isBag,
  isMessage,
  isReactAgent,
  isTool,
  type ConfigShape,
  type Method,
  type ReactAgentShape,
  type ToolShape,
} from './shapes.ts'

/** Instruments LangChain: agents of `createAgent`. */
export const langchainAdapter: Adapter = {
  name: 'LangChain',
  recognises: isReactAgent,
  describe: (agent) => describeAgent(agent as ReactAgentShape),
  bind: (agent, host) => bindAgent(agent as ReactAgentShape, host),
}

function bindAgent(agent: ReactAgentShape, host: AdapterHost): BoundAgent {
  const built = gatedAgent(agent, host)
  const enter = (method: string, input: unknown, config: unknown): unknown => {
    synchronize(built, agent)
    return callIfFunction(Reflect.get(built, method), built, [input, config])
  }
  const entry =
    (method: string) =>
    (input: unknown, config?: ConfigShape, ...rest: readonly unknown[]) => {
      synchronize(built, agent)
      return callIfFunction(Reflect.get(built, method), built, [input, entering(config, host), ...rest])
    }
  return {
    members: {
      ...methodsOf(built),
      graph: built.graph,
      invoke: entry('invoke'),
      stream: entry('stream'),
      streamEvents: entry('streamEvents'),
    },
    run: async (input, { signal, session, user, trigger, threadId, ...config }) =>
      enter(
        'invoke',
        inputOf(input),
        carrying(
          { ...config, ...(signal === undefined ? {} : { signal }) },
          new EntryCall(host, config, {
            session,
            user,
            trigger,
            ...(threadId === undefined ? {} : { threadId }),
          }),
        ),
      ),
  }
}

// called from inside of another run, the configuration already says whose child this is
function entering(config: ConfigShape | undefined, host: AdapterHost): ConfigShape {
  return carrying(config, new EntryCall(host, config))
}

// its methods reach members that are private to the object itself
function methodsOf(built: object): Record<string, Method> {
  const methods: Record<string, Method> = {}
  for (
    let prototype: object | null = built;
    prototype !== null && prototype !== Object.prototype;
    prototype = Reflect.getPrototypeOf(prototype)
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (name === 'constructor' || name in methods || typeof value !== 'function') continue
      methods[name] = (...args) => Reflect.apply(value as Method, built, args)
    }
  }
  return methods
}

/** `run` takes a text, a message, a list of them, or the state that `invoke` takes. */
function inputOf(input: unknown): unknown {
  if (typeof input === 'string') return { messages: [{ role: 'user', content: input }] }
  if (Array.isArray(input)) return { messages: input }
  if (isMessage(input)) return { messages: [input] }
  if (isBag(input)) return input
  throw new AosError({
    code: 'invalid_options',
    message: `run(input) got ${input === null ? 'null' : typeof input}`,
    fix: "Pass a text, a list of messages, or the state that invoke takes: run('Find …').",
  })
}

function describeAgent({ options }: ReactAgentShape): AgentDescription {
  const tools = toolsOf(options).filter(isTool)
  const model = modelNameOf(options['model'])
  const name = typeof options.name === 'string' ? options.name : undefined
  return {
    framework: 'langchain',
    name,
    id: name,
    components: [
      ...tools.map(toolComponent),
      ...(model === undefined ? [] : [{ id: `model:${model}`, type: 'model' as const, name: model }]),
    ],
    coverage: [
      { component: 'agent', enforcement: 'bound' },
      ...toolsOf(options).map(toolCoverage),
      ...(model === undefined ? [] : [{ component: `model:${model}`, enforcement: 'bound' as const }]),
    ],
  }
}

function toolsOf(options: ReactAgentShape['options']): readonly unknown[] {
  const added = (options.middleware ?? []).flatMap((middleware) => {
    const tools = isBag(middleware) ? middleware['tools'] : undefined
    return Array.isArray(tools) ? (tools as readonly unknown[]) : []
  })
  return [...(options.tools ?? []), ...added]
}

function modelNameOf(model: unknown): string | undefined {
  if (typeof model === 'string') return model
  return chatModelOf(model) === undefined ? undefined : namesOf(model as object).model
}

function toolComponent({ name, description }: ToolShape): Component {
  return { id: `tool:${name}`, type: 'tool', name, description }
}

function toolCoverage(tool: unknown): Coverage {
  if (isTool(tool)) return { component: `tool:${tool.name}`, enforcement: 'bound' }
  const type = isBag(tool) ? (tool['name'] ?? tool['type']) : undefined
  return {
    component: `tool:${String(type)}`,
    enforcement: 'observed',
    note: "the provider executes it: providerTools: 'remove' prevents it",
  }
}
