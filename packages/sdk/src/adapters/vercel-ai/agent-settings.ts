import { AsyncLocalStorage } from 'node:async_hooks'
import { AosError } from '../../errors.ts'
import type { AgentShape, Bag } from './shapes.ts'

/** The settings an agent was made with; `ToolLoopAgent` keeps them in `settings` in every supported version. */
export function settingsOf(agent: object): Bag | undefined {
  // another class may keep something else under this name, and would not look there for its model and tools
  if (typeof Reflect.get(agent, 'prepareCall') !== 'function') return undefined
  const settings: unknown = Reflect.get(agent, 'settings')
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

/** Calls a method of an agent so that it finds other settings, for this call only. */
export function callWithSettings(
  agent: AgentShape,
  settings: Bag,
  call: { readonly method: 'generate' | 'stream'; readonly options: Bag },
): PromiseLike<unknown> {
  const { method, options } = call
  if (isStock(agent)) {
    const view = new Proxy(agent, {
      get: (target, key, receiver) =>
        key === 'settings' ? settings : (Reflect.get(target, key, receiver) as unknown),
    })
    return view[method](options)
  }
  installAccessor(agent)
  return SWAPPED.run({ agent, settings }, () => agent[method](options))
}

// a subclass may keep #private members, which no proxy can read: there the settings member itself looks up the call
function isStock(agent: object): boolean {
  const prototype = Reflect.getPrototypeOf(agent)
  const above = prototype === null ? null : Reflect.getPrototypeOf(prototype)
  return above === Object.prototype
}

const SWAPPED = new AsyncLocalStorage<{ readonly agent: object; readonly settings: Bag }>()
const INSTALLED = new WeakSet<object>()

function installAccessor(agent: object): void {
  if (INSTALLED.has(agent)) return
  const descriptor = Reflect.getOwnPropertyDescriptor(agent, 'settings')
  if (descriptor === undefined || descriptor.configurable !== true || !('value' in descriptor))
    throw notReachable()
  const own: unknown = descriptor.value
  Object.defineProperty(agent, 'settings', {
    configurable: true,
    enumerable: descriptor.enumerable ?? true,
    get: () => {
      const swapped = SWAPPED.getStore()
      return swapped?.agent === agent ? swapped.settings : own
    },
  })
  INSTALLED.add(agent)
}

function notReachable(): AosError {
  return new AosError({
    code: 'unsupported_agent',
    message: 'The settings of this agent cannot be reached',
    why: 'It is a subclass whose settings are frozen, so its model and tools could not be gated.',
    fix: 'Leave the agent unfrozen, or wrap the functions instead: instrumentAI(ai).',
  })
}
