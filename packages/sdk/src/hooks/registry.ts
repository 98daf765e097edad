import { AosError } from '../errors.ts'
import { deny, type HookAnswer } from './answer.ts'
import type { HookContext } from './hook-context.ts'
import { parseHookName, type HookName } from './hook-names.ts'
import { compileMatch, type ToolMatch } from './match.ts'

/** Judges one operation; see {@link HookAnswer} for what it may return. Throwing ends the run with that error. */
export interface HookHandler {
  (context: HookContext): HookAnswer | undefined | void | PromiseLike<HookAnswer | undefined | void>
  /**
   * Asked in its place about a message of MCP that a tool call is made of which this handler has judged: for what it has to
   * say of messages and not of calls. Without it such a message is not asked at all.
   */
  readonly besideToolCalls?: HookHandler | undefined
}

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

/** A hook that is to be handled, and has no handler that could judge. */
export interface UnhandledHook {
  readonly hook: HookName
  /** Whether everything there is denied `hook_unhandled` until somebody judges it. */
  readonly required: boolean
}

/** The handlers of one instrument, in registration order. */
export class HookRegistry {
  readonly #registered = new Map<HookName, readonly Registration[]>()
  /** The same, with what stands in for missing handlers. */
  readonly #byHook = new Map<HookName, readonly Registration[]>()
  readonly #expected = new Map<HookName, { readonly required: boolean }>()
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
    this.#set(hook, [...this.#own(hook), registration])
    return () => {
      const kept = this.#own(hook).filter((other) => other !== registration)
      if (kept.length !== this.#own(hook).length) this.#set(hook, kept)
    }
  }

  /** Notes that a hook is to be handled; with `required`, what no handler here judges is denied `hook_unhandled`. */
  expect(hook: HookName, required: boolean): void {
    this.#expected.set(hook, { required: required || this.#expected.get(hook)?.required === true })
    this.#set(hook, this.#own(hook))
  }

  /** Hooks that are to be handled and that no handler judges; shadow handlers judge nothing. */
  unhandled(): readonly UnhandledHook[] {
    return [...this.#expected]
      .filter(([hook]) => this.#own(hook).every(({ shadow }) => shadow))
      .map(([hook, { required }]) => ({ hook, required }))
  }

  for(hook: HookName): readonly Registration[] {
    return this.#byHook.get(hook) ?? NONE
  }

  /** Every registration, for reports. */
  all(): readonly Registration[] {
    return [...this.#registered.values()].flat()
  }

  /** Whether a handler that can change what happens listens on a hook. */
  guards(hook: HookName): boolean {
    return this.for(hook).some(({ shadow }) => !shadow)
  }

  get empty(): boolean {
    for (const registrations of this.#byHook.values()) if (registrations.length > 0) return false
    return true
  }

  #own(hook: HookName): readonly Registration[] {
    return this.#registered.get(hook) ?? NONE
  }

  #set(hook: HookName, own: readonly Registration[]): void {
    this.#registered.set(hook, own)
    const standIn = this.#expected.get(hook)?.required === true ? this.#standIn(hook, own) : undefined
    this.#byHook.set(hook, standIn === undefined ? own : [...own, standIn])
    this.#onChange()
  }

  /** What denies at a required hook in place of a missing handler; nothing where a handler judges everything. */
  #standIn(hook: HookName, own: readonly Registration[]): Registration | undefined {
    const judging = own.filter(({ shadow }) => !shadow)
    if (judging.some(({ matches }) => matches === undefined)) return undefined
    return {
      hook,
      handler: () => deny(`no handler judges this, and ${hook} is required`, 'hook_unhandled'),
      name: 'aos.required',
      matches: judging.length === 0 ? undefined : (name) => !judging.some(({ matches }) => matches?.(name)),
      timeoutMs: this.#defaultTimeoutMs,
      required: true,
      shadow: false,
      failOpen: undefined,
      owner: this,
    }
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
