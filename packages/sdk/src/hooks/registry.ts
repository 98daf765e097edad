import { AosError } from '../errors.ts'
import type { HookAnswer } from './answer.ts'
import type { HookContext } from './hook-context.ts'
import { parseHookName, type HookName } from './hook-names.ts'
import { compileMatch, type ToolMatch } from './match.ts'

/** Judges one operation; see {@link HookAnswer} for what it may return. Throwing ends the run with that error. */
export type HookHandler = (
  context: HookContext,
) => HookAnswer | undefined | void | PromiseLike<HookAnswer | undefined | void>

/** How a handler is registered. */
export interface HookOptions {
  /** Name under which its decisions are recorded; default: the function's name. */
  readonly name?: string
  /** Limits the handler to tools by name or glob (`*` any text, `?` one character). */
  readonly match?: string | readonly string[]
  /** Milliseconds an asynchronous handler may take before its silence is a deny; default 5000. */
  readonly timeoutMs?: number
  /** Makes abstaining a deny. */
  readonly required?: boolean
  /** Evaluates on copies and records, and never changes what happens. */
  readonly shadow?: boolean
  /** Turns this handler's own failure (timeout, malformed answer) into an allow; the reason is recorded each time. */
  readonly failOpen?: { readonly reason: string }
}

/** One handler on one hook. */
export interface Registration {
  readonly hook: HookName
  readonly handler: HookHandler
  readonly name: string
  readonly matches: ToolMatch | undefined
  readonly timeoutMs: number
  readonly required: boolean
  readonly shadow: boolean
  readonly failOpen: string | undefined
  /** The registry it stands in; a thrown error ends the run of that registry's instrument. */
  readonly owner: HookRegistry
}

const NONE: readonly Registration[] = []
const OPTION_KEYS = ['name', 'match', 'timeoutMs', 'required', 'shadow', 'failOpen']

/** The handlers of one instrument, in registration order. */
export class HookRegistry {
  readonly #byHook = new Map<HookName, readonly Registration[]>()
  readonly #defaultTimeoutMs: number
  readonly #onChange: () => void

  constructor(defaultTimeoutMs: number, onChange: () => void) {
    this.#defaultTimeoutMs = defaultTimeoutMs
    this.#onChange = onChange
  }

  /** Adds a handler and returns the function that removes it; throws `unknown_hook` or `invalid_handler`. */
  add(name: unknown, handler: unknown, options: HookOptions = {}): () => void {
    const hook = parseHookName(name)
    if (typeof handler !== 'function')
      throw invalidHandler(hook, `it is ${handler === null ? 'null' : typeof handler}`)
    const registration = this.#register(hook, handler as HookHandler, options)
    this.#byHook.set(hook, [...this.for(hook), registration])
    this.#onChange()
    return () => {
      const kept = this.for(hook).filter((other) => other !== registration)
      if (kept.length === this.for(hook).length) return
      this.#byHook.set(hook, kept)
      this.#onChange()
    }
  }

  for(hook: HookName): readonly Registration[] {
    return this.#byHook.get(hook) ?? NONE
  }

  /** Every registration, for reports. */
  all(): readonly Registration[] {
    return [...this.#byHook.values()].flat()
  }

  /** Whether a handler that can change what happens listens on a hook. */
  guards(hook: HookName): boolean {
    return this.for(hook).some(({ shadow }) => !shadow)
  }

  get empty(): boolean {
    for (const registrations of this.#byHook.values()) if (registrations.length > 0) return false
    return true
  }

  #register(hook: HookName, handler: HookHandler, options: HookOptions): Registration {
    checkOptions(hook, options)
    return {
      hook,
      handler,
      name: options.name ?? (handler.name === '' ? `${hook} handler` : handler.name),
      matches: options.match === undefined ? undefined : compileMatch(options.match),
      timeoutMs: options.timeoutMs ?? this.#defaultTimeoutMs,
      required: options.required ?? false,
      shadow: options.shadow ?? false,
      failOpen: options.failOpen?.reason,
      owner: this,
    }
  }
}

function checkOptions(hook: HookName, options: HookOptions): void {
  if (typeof options !== 'object' || options === null) throw invalidHandler(hook, 'its options are no object')
  const unknown = Object.keys(options).find((key) => !OPTION_KEYS.includes(key))
  if (unknown !== undefined)
    throw invalidHandler(
      hook,
      `option ${JSON.stringify(unknown)} is unknown; known: ${OPTION_KEYS.join(', ')}`,
    )
  const { timeoutMs, failOpen, match, name } = options
  for (const key of ['required', 'shadow'] as const) {
    if (options[key] !== undefined && typeof options[key] !== 'boolean')
      throw invalidHandler(hook, `${key} must be true or false`)
  }
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    throw invalidHandler(hook, 'name must be a text that is not empty')
  if (match !== undefined && [match].flat().length === 0)
    throw invalidHandler(hook, 'match must name at least one tool')
  if (timeoutMs !== undefined && !(Number.isFinite(timeoutMs) && timeoutMs > 0)) {
    throw invalidHandler(hook, 'timeoutMs must be a positive number of milliseconds')
  }
  if (failOpen !== undefined && (typeof failOpen.reason !== 'string' || failOpen.reason.trim() === '')) {
    throw invalidHandler(hook, 'failOpen needs a reason, a text that is recorded each time it is used')
  }
  if (match !== undefined && ![match].flat().every((glob) => typeof glob === 'string' && glob !== '')) {
    throw invalidHandler(hook, 'match must be a tool name or glob, or a list of them')
  }
}

function invalidHandler(hook: HookName, problem: string): AosError {
  return new AosError({
    code: 'invalid_handler',
    message: `The ${hook} handler cannot be registered: ${problem}`,
    why: 'A handler that cannot be called as meant would guard nothing.',
    fix: `Call registerHook('${hook}', async (context) => …, { name, match, timeoutMs, required, shadow, failOpen }).`,
  })
}
