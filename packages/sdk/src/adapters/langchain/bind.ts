import { AosError } from '../../errors.ts'
import type { AdapterHost, BoundAgent } from '../../instrument/adapter.ts'
import { gatedExecutor, inputKeyOf } from './executor.ts'
import { gatedGraph } from './graph-gate.ts'
import { gatedAgent, synchronize } from './react-agent.ts'
import { carrying, EntryCall } from './run-scope.ts'
import {
  callIfFunction,
  isBag,
  isMessage,
  type ExecutorShape,
  type GraphShape,
  type Method,
  type ReactAgentShape,
} from './shapes.ts'

const ENTRIES = ['invoke', 'stream', 'streamEvents'] as const

/** The gated form of an agent of `createAgent`. */
export function bindAgent(agent: ReactAgentShape, host: AdapterHost): BoundAgent {
  const built = gatedAgent(agent, host)
  const before = (): void => synchronize(built, agent)
  return { ...boundTo(built, host, before), members: { ...members(built, host, before), graph: built.graph } }
}

/** The gated form of a compiled graph. */
export function bindGraph(graph: GraphShape, host: AdapterHost): BoundAgent {
  const built = gatedGraph(graph, host)
  const before = (): void => {
    built.checkpointer = graph.checkpointer
    built.store = graph.store
  }
  return { ...boundTo(built, host, before), members: members(built, host, before) }
}

/** The gated form of a classic executor. */
export function bindExecutor(executor: ExecutorShape, host: AdapterHost): BoundAgent {
  const built = gatedExecutor(executor, host)
  const before = (): void => undefined
  const given = (input: unknown): unknown =>
    typeof input === 'string' ? { [inputKeyOf(executor, undefined)]: input } : input
  const { run } = boundTo(built, host, before)
  return { run: (input, options) => run(given(input), options), members: members(built, host, before) }
}

function boundTo(built: object, host: AdapterHost, before: () => void): Pick<BoundAgent, 'run'> {
  return {
    run: async (input, { signal, session, user, trigger, threadId, remote, ...config }) => {
      before()
      const call = { session, user, trigger, remote, ...(threadId === undefined ? {} : { threadId }) }
      const given = { ...config, ...(signal === undefined ? {} : { signal }) }
      return invoke(built, 'invoke', [inputOf(input), carrying(given, new EntryCall(host, given, call))])
    },
  }
}

// its methods reach members that are private to the object itself
function members(built: object, host: AdapterHost, before: () => void): Record<string, Method> {
  const methods: Record<string, Method> = {}
  for (const name of methodNames(built)) methods[name] = (...args) => invoke(built, name, args)
  for (const name of ENTRIES) {
    methods[name] = (input, config, ...rest) => {
      before()
      return invoke(built, name, [input, carrying(config, new EntryCall(host, config)), ...rest])
    }
  }
  return methods
}

function methodNames(built: object): ReadonlySet<string> {
  const names = new Set<string>()
  for (
    let at: object | null = built;
    at !== null && at !== Object.prototype;
    at = Reflect.getPrototypeOf(at)
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at)))
      if (name !== 'constructor' && typeof value === 'function') names.add(name)
  }
  return names
}

function invoke(built: object, name: string, args: readonly unknown[]): unknown {
  return callIfFunction(Reflect.get(built, name), built, args)
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
