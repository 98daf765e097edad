import { AosError, readmitComponents } from '@aos/sdk'
import { AgBOM } from '../agbom.ts'
import { assertAgBOMOptions, type AgBOMOptions } from '../agbom-options.ts'
import { collectGraph, collectPackages } from '../collect/collect-graph.ts'
import type { PackageTree } from '../collect/installed-packages.ts'
import type { AgBOMGraph } from '../graph/agbom-graph.ts'
import { diffGraphs, type EntryChange } from '../graph/diff-graphs.ts'
import { AgBOMEvent } from './agbom-event.ts'

/** Hears of a change; what it throws denies the use of what is new or has changed. */
export type AgBOMListener = (event: AgBOMEvent) => void | PromiseLike<void>

/** How a bill of materials is kept up to date. */
export interface DynamicAgBOMOptions extends AgBOMOptions {
  /** What was approved: whatever differs from it is a change, which is told at its first use. */
  readonly pinned?: AgBOM | AgBOMGraph | undefined
  /** Denies what says something else of itself than before, or than what is pinned, whoever listens. */
  readonly denyChanged?: boolean | undefined
}

interface Component {
  readonly id: string
}

interface Changes {
  on(event: 'component', listener: (change: { component: Component }) => Promise<void>): () => void
  on(event: 'change', listener: (change: { change: string; component: Component }) => void): () => void
}

interface Telling {
  readonly event: AgBOMEvent
  answer: Promise<void>
  /** Whether an admission has waited for the answer. */
  isAwaited: boolean
}

const NO_PACKAGES: PackageTree = { direct: [], packages: [], truncated: false }

/**
 * The bill of materials of an agent while it runs (AOS Inspect). Listeners are awaited before what is new is first used, and
 * before what has changed is used again, within the `admissionTimeoutMs` of the instrument: no answer denies.
 */
export class DynamicAgBOM {
  readonly #agent: object
  readonly #options: AgBOMOptions
  readonly #denyChanged: boolean
  readonly #listeners = new Set<AgBOMListener>()
  readonly #detach: readonly (() => void)[]
  /** What was told of a component and is not answered, or was refused. */
  readonly #told = new Map<string, Telling>()
  #graph: AgBOMGraph
  #packages: Promise<PackageTree> | undefined
  #version = 1

  /** Throws `not_instrumented` and `invalid_options`. */
  constructor(agent: object, { pinned, denyChanged = false, ...options }: DynamicAgBOMOptions = {}) {
    assertAgBOMOptions(options)
    this.#agent = agent
    this.#options = options
    this.#denyChanged = denyChanged
    this.#graph = this.#collect(NO_PACKAGES)
    if (pinned !== undefined) this.#pin(pinned instanceof AgBOM ? pinned.graph : pinned)
    const changes = agent as Changes
    this.#detach = [
      changes.on('component', ({ component }) => this.#admit(component.id)),
      changes.on('change', ({ change, component }) => this.#changed(change, component.id)),
    ]
  }

  /** Calls a listener with each update; gives the function that takes it away. */
  on(event: 'update', listener: AgBOMListener): () => void {
    if (event !== 'update' || typeof listener !== 'function') {
      throw new AosError({
        code: 'invalid_options',
        message: `DynamicAgBOM.on(${JSON.stringify(event)}) is no event with a listener`,
        fix: "Use on('update', (event) => …).",
      })
    }
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The same as `on('update', listener)`, and gives the listener back, as a decorator does. */
  onUpdate<Listener extends AgBOMListener>(listener: Listener): Listener {
    this.on('update', listener)
    return listener
  }

  off(event: 'update', listener: AgBOMListener): void {
    if (event === 'update') this.#listeners.delete(listener)
  }

  /** The bill of materials as it is now. */
  async getCurrent(): Promise<AgBOM> {
    this.#packages ??= collectPackages(this.#options)
    return new AgBOM(this.#collect(await this.#packages), this.#options)
  }

  /** The same, with what is installed read anew. */
  async regenerate(): Promise<AgBOM> {
    this.#packages = undefined
    return this.getCurrent()
  }

  /** Stops following the agent. */
  stop(): void {
    for (const detach of this.#detach) detach()
    this.#listeners.clear()
  }

  #collect(packages: PackageTree): AgBOMGraph {
    return collectGraph(this.#agent, this.#options, { packages, version: this.#version })
  }

  // what differs from what was approved is asked about when it is used
  #pin(pinned: AgBOMGraph): void {
    const now = this.#graph
    this.#graph = { ...pinned, entries: pinned.entries.filter(({ kind }) => kind !== 'package') }
    this.#version = pinned.version
    readmitComponents(
      this.#agent,
      diffGraphs(this.#graph, now).flatMap(({ change, entry }) => (change === 'REMOVED' ? [] : [entry.id])),
    )
  }

  #changed(change: string, id: string): void {
    if (change === 'DISABLED' || change === 'ENABLED') {
      this.#version++
      this.#graph = this.#collect(NO_PACKAGES)
      return
    }
    // who waits for the answer hears of a failure, at the admission
    this.#tell(id).catch(() => undefined)
  }

  async #admit(id: string): Promise<void> {
    this.#tell(id).catch(() => undefined)
    const telling = this.#told.get(id)
    if (telling === undefined) return
    // an admission that waited in vain was a denial, and the next one asks anew
    if (telling.isAwaited) this.#ask(id, telling)
    telling.isAwaited = true
    await telling.answer
  }

  /** Tells listeners what is different of a component since it was last looked at. */
  #tell(id: string): Promise<void> {
    const before = this.#graph
    const now = this.#collect(NO_PACKAGES)
    const change = diffGraphs(before, now).find(({ entry }) => entry.id === id)
    if (change === undefined) return this.#told.get(id)?.answer ?? Promise.resolve()
    this.#version++
    this.#graph = replaced(before, change, this.#version)
    const event = new AgBOMEvent(change, { version: this.#version, timestamp: now.timestamp })
    const telling: Telling = { event, answer: Promise.resolve(), isAwaited: false }
    this.#told.set(id, telling)
    this.#ask(id, telling)
    telling.answer.catch(() => this.#restore(id, before))
    return telling.answer
  }

  #ask(id: string, telling: Telling): void {
    const answer = this.#deliver(telling.event)
    telling.answer = answer
    answer.then(
      () => this.#told.get(id)?.answer === answer && this.#told.delete(id),
      () => undefined,
    )
  }

  // what was refused is told again when it is asked about again
  #restore(id: string, before: AgBOMGraph): void {
    const old = before.entries.find((entry) => entry.id === id)
    const others = this.#graph.entries.filter((entry) => entry.id !== id)
    this.#graph = { ...this.#graph, entries: old === undefined ? others : [...others, old] }
  }

  async #deliver(event: AgBOMEvent): Promise<void> {
    await Promise.all([...this.#listeners].map(async (listener) => listener(event)))
    if (this.#denyChanged && event.changeType === 'CHANGED' && event.severity === 'high') {
      const members = event.members.map(({ member }) => member).join(', ')
      throw new AosError({
        code: 'denied',
        message: `${event.component.id} is not what was approved: ${members} changed`,
        fix: 'Look at the change, and pin what you approve.',
      })
    }
  }
}

function replaced(graph: AgBOMGraph, { change, entry }: EntryChange, version: number): AgBOMGraph {
  const others = graph.entries.filter(({ id }) => id !== entry.id)
  return { ...graph, version, entries: change === 'REMOVED' ? others : [...others, entry] }
}
