import { hasOwnFunctions, hasPrivateMembers } from '../../instrument/private-members.ts'
import { answeringFor, isFixed, shadowOf } from '../../instrument/shadow.ts'
import { asItIs, showing } from './agent-overlay.ts'
import type { AgentShape, Bag } from './shapes.ts'

/** The settings an agent was made with; `ToolLoopAgent` keeps them in `settings` in every supported version. */
export function settingsOf(agent: object): Bag | undefined {
  // another class may keep something else under this name, and would not look there for its model and tools
  if (typeof Reflect.get(agent, 'prepareCall') !== 'function') return undefined
  const settings: unknown = asItIs(agent, () => Reflect.get(agent, 'settings') as unknown)
  return typeof settings === 'object' && settings !== null ? (settings as Bag) : undefined
}

/** Whether an agent is of AI SDK 7, whose constructor always sets `onEnd` and whose methods take it. */
export function isVersion7(agent: object, settings: Bag): boolean {
  if (!Object.hasOwn(settings, 'onEnd')) return false
  // AI SDK 6 keeps every setting, also those of another version; names of options outlive bundlers
  const source = sourceOfStream(agent)
  return source.includes('onEnd') || !source.includes('abortSignal')
}

/** What the class of the framework itself says, below all classes derived from it. */
function sourceOfStream(agent: object): string {
  let stream: unknown
  for (let at: object | null = agent; at !== null; at = Reflect.getPrototypeOf(at))
    stream = Reflect.getOwnPropertyDescriptor(at, 'stream')?.value ?? stream
  return typeof stream === 'function' ? Function.prototype.toString.call(stream) : ''
}

/** Whether methods of an agent may reach the agent itself where they are called on a proxy of it. */
export function reachesItself(agent: object): boolean {
  return hasPrivateMembers(agent) || hasOwnFunctions(agent)
}

/** Calls a method of an agent so that it finds other settings, for this call only. */
export function callWithSettings(
  agent: AgentShape,
  settings: Bag,
  call: { readonly method: 'generate' | 'stream'; readonly options: Bag },
): PromiseLike<unknown> {
  const { method, options } = call
  if (reachesItself(agent)) return showing(agent, { settings }, () => agent[method](options))
  return withMembers(agent, { settings })[method](options)
}

/** The same object with other members, which it shows in place of its own. */
export function withMembers<T extends object>(object: T, members: Readonly<Record<string, unknown>>): T {
  const fixed = isFixed(object)
  return new Proxy(fixed ? shadowOf(object) : object, {
    ...(fixed ? answeringFor(object) : {}),
    get: (_target, key, receiver) =>
      typeof key === 'string' && Object.hasOwn(members, key)
        ? members[key]
        : (Reflect.get(object, key, receiver) as unknown),
  })
}
