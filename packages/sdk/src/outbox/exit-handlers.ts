import type { EventEmitter } from 'node:events'
import { isMainThread } from 'node:worker_threads'

/** Something that must not lose data when the process ends; an `Outbox` is one. */
export interface ExitFlusher {
  /** Says, before the flush, that the process ends of itself or by a signal: what is not finished will hardly be. */
  ending?(): unknown
  flush(deadlineMs: number): Promise<unknown>
  /** Saves what is left before it returns. */
  spoolSync(): unknown
  /** How much is left; without it a natural end flushes only once. */
  pending?(): number
}

/** The part of `process` that exit handling uses. */
export type ProcessLike = EventEmitter & Pick<NodeJS.Process, 'pid' | 'kill' | 'emitWarning'>

/** What {@link installExitHandlers} takes. */
export interface ExitHandlerOptions {
  readonly flushers: readonly ExitFlusher[]
  /** Longest time a natural end or a signal waits for the flushers. */
  readonly deadlineMs: number
  readonly process?: ProcessLike | undefined
}

type Signal = 'SIGTERM' | 'SIGINT'

interface ExitHook {
  add(registration: Registration): void
  /** Removes a registration and returns whether it was the last one. */
  remove(registration: Registration): boolean
}

interface Registration {
  readonly flushers: readonly ExitFlusher[]
  readonly deadlineMs: number
}

const SIGNALS: readonly Signal[] = ['SIGTERM', 'SIGINT']
const REGISTRY = Symbol.for('aos.sdk.exit-handlers.v1')

/**
 * Flushes at a natural end, SIGTERM and SIGINT, and saves synchronously at `exit` and uncaught errors; how the process
 * ends stays as it was. Returns how to undo it. All installed copies of the package share one set of listeners.
 */
export function installExitHandlers(options: ExitHandlerOptions): () => void {
  const target = options.process ?? process
  const registration: Registration = { flushers: options.flushers, deadlineMs: options.deadlineMs }
  const hooks = sharedHooks()
  const hook = hooks.get(target) ?? createExitHook(target)
  hooks.set(target, hook)
  hook.add(registration)
  return () => {
    if (hook.remove(registration)) hooks.delete(target)
  }
}

function sharedHooks(): WeakMap<ProcessLike, ExitHook> {
  const existing: unknown = Reflect.get(globalThis, REGISTRY)
  if (existing instanceof WeakMap) return existing as WeakMap<ProcessLike, ExitHook>
  const created = new WeakMap<ProcessLike, ExitHook>()
  Object.defineProperty(globalThis, REGISTRY, { value: created })
  return created
}

function createExitHook(target: ProcessLike): ExitHook {
  const registrations = new Set<Registration>()
  const listeners = exitListeners(target, registrations)
  return {
    add(registration) {
      if (registrations.size === 0) {
        // a signal's own `once` listeners must still be registered when ours counts them
        for (const [event, listener] of listeners) target.prependListener(event, listener)
      }
      registrations.add(registration)
    },
    remove(registration) {
      if (!registrations.delete(registration) || registrations.size > 0) return false
      for (const [event, listener] of listeners) target.removeListener(event, listener)
      return true
    },
  }
}

function exitListeners(
  target: ProcessLike,
  registrations: ReadonlySet<Registration>,
): Map<string, () => void> {
  const saveNow = (): void => saveAll(target, registrations)
  let gaveUp = false
  let flushedOnce = false
  const onBeforeExit = (): void => {
    if (gaveUp || (flushedOnce && !hasPending(registrations))) return
    if (!flushedOnce) tellAll(target, registrations, (flusher) => flusher.ending?.())
    flushedOnce = true
    void flushAll(registrations).then((inTime) => {
      gaveUp = !inTime
      // also ends the attempts that would hold the process open
      if (gaveUp) saveNow()
    })
  }
  const onUncaught = (): void => {
    if (!survivesUncaught(target)) saveNow()
  }
  const listeners = new Map<string, () => void>([
    ['beforeExit', onBeforeExit],
    ['exit', saveNow],
    ['uncaughtExceptionMonitor', onUncaught],
  ])
  // signals reach the main thread only
  if (isMainThread)
    for (const signal of SIGNALS) listeners.set(signal, createSignalListener(target, signal, registrations))
  return listeners
}

function createSignalListener(
  target: ProcessLike,
  signal: Signal,
  registrations: ReadonlySet<Registration>,
): () => void {
  let state: 'idle' | 'flushing' | 'ended' = 'idle'
  const end = (): void => {
    if (state === 'ended') return
    state = 'ended'
    saveAll(target, registrations)
    target.removeListener(signal, onSignal)
    target.kill(target.pid, signal)
  }
  const onSignal = (): void => {
    // a second signal does not wait
    if (state === 'flushing') return end()
    const userDecides = target.listenerCount(signal) > 1
    if (!userDecides) {
      state = 'flushing'
      tellAll(target, registrations, (flusher) => flusher.ending?.())
    }
    void flushAll(registrations).then(() => (userDecides ? undefined : end()))
  }
  return onSignal
}

function survivesUncaught(target: ProcessLike): boolean {
  if (target.listenerCount('uncaughtException') > 0) return true
  return target === process && process.hasUncaughtExceptionCaptureCallback()
}

function hasPending(registrations: ReadonlySet<Registration>): boolean {
  return [...registrations].some(({ flushers }) => flushers.some((flusher) => (flusher.pending?.() ?? 0) > 0))
}

/** Flushes each flusher once, with its longest deadline; resolves with whether all answered in time. */
async function flushAll(registrations: ReadonlySet<Registration>): Promise<boolean> {
  const deadlines = new Map<ExitFlusher, number>()
  for (const { flushers, deadlineMs } of registrations) {
    for (const flusher of flushers) deadlines.set(flusher, Math.max(deadlineMs, deadlines.get(flusher) ?? 0))
  }
  const { promise: late, cancel } = timer(Math.max(0, ...deadlines.values()))
  const all = Promise.allSettled(
    [...deadlines].map(async ([flusher, deadlineMs]) => flusher.flush(deadlineMs)),
  )
  const inTime = await Promise.race([all.then(() => true), late])
  cancel()
  return inTime && !hasPending(registrations)
}

function timer(delayMs: number): { promise: Promise<false>; cancel: () => void } {
  let cancel = (): void => undefined
  const promise = new Promise<false>((resolve) => {
    const handle = setTimeout(() => resolve(false), delayMs)
    cancel = () => clearTimeout(handle)
  })
  return { promise, cancel }
}

function saveAll(target: ProcessLike, registrations: ReadonlySet<Registration>): void {
  tellAll(target, registrations, (flusher) => flusher.spoolSync())
}

function tellAll(
  target: ProcessLike,
  registrations: ReadonlySet<Registration>,
  tell: (flusher: ExitFlusher) => unknown,
): void {
  for (const flusher of new Set([...registrations].flatMap(({ flushers }) => flushers))) {
    try {
      tell(flusher)
    } catch (error) {
      target.emitWarning(error instanceof Error ? error : String(error), 'AosExitWarning')
    }
  }
}
