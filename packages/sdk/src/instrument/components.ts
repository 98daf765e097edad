import { settleWithin } from '../hooks/deadline.ts'
import { AosError } from '../errors.ts'
import type { Component } from '../events/event.ts'
import type { Run } from '../run/run.ts'

/** How a component changed. */
export interface ComponentChange {
  readonly change: 'ADDED' | 'REMOVED' | 'CHANGED' | 'DISABLED' | 'ENABLED'
  readonly component: Component
}

/** Hears of changes; for `ADDED` it is awaited, with a deadline, before the component is first used. */
export type ComponentListener = (change: ComponentChange) => void | PromiseLike<void>

/** The parts an agent is made of, which of them are disabled, and who wants to know of changes. */
export class ComponentTable {
  readonly #known = new Map<string, Component>()
  readonly #notedTools = new Set<string>()
  readonly #disabled = new Set<string>()
  readonly #listeners = new Set<ComponentListener>()
  readonly #admissions = new Map<string, Promise<string | undefined>>()
  readonly #deadlineMs: number
  readonly #onChange: (change: ComponentChange, run: Run | undefined) => void

  constructor(deadlineMs: number, onChange: (change: ComponentChange, run: Run | undefined) => void) {
    this.#deadlineMs = deadlineMs
    this.#onChange = onChange
  }

  /** Whether any operation has to be looked at here. */
  get idle(): boolean {
    return this.#disabled.size === 0 && this.#listeners.size === 0
  }

  /** Takes up what the agent declares, which needs no admission. */
  declare(components: readonly Component[]): void {
    for (const component of components) this.#known.set(component.id, component)
  }

  known(): readonly Component[] {
    return [...this.#known.values()]
  }

  /** Takes up a tool that was used without anybody looking, so that it can be disabled from then on. */
  noteTool(name: string): void {
    if (this.#notedTools.has(name)) return
    this.#notedTools.add(name)
    const component: Component = { id: `tool:${name}`, type: 'tool', name }
    if (!this.#known.has(component.id)) this.#known.set(component.id, component)
  }

  isDisabled(id: string): boolean {
    return this.#disabled.has(id)
  }

  listen(listener: ComponentListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Disables a component; throws `unknown_component`, naming the known ones. */
  disable(id: string): void {
    const component = this.#require(id)
    if (this.#disabled.has(component.id)) return
    this.#disabled.add(component.id)
    this.#onChange({ change: 'DISABLED', component }, undefined)
  }

  enable(id: string): void {
    const component = this.#require(id)
    if (this.#disabled.delete(component.id)) this.#onChange({ change: 'ENABLED', component }, undefined)
  }

  /** Admits the first use of a component; a text says why it may not be used. */
  admit(component: Component, run: Run): Promise<string | undefined> | undefined {
    if (this.#known.has(component.id)) return this.#admissions.get(component.id)
    this.#known.set(component.id, component)
    const change: ComponentChange = { change: 'ADDED', component }
    this.#onChange(change, run)
    if (this.#listeners.size === 0) return undefined
    const admission = this.#askListeners(change).finally(() => this.#admissions.delete(component.id))
    this.#admissions.set(component.id, admission)
    return admission
  }

  async #askListeners(change: ComponentChange): Promise<string | undefined> {
    const { id } = change.component
    try {
      const answers = Promise.all([...this.#listeners].map(async (listener) => listener(change)))
      const settled = await settleWithin(answers, this.#deadlineMs, () => undefined)
      if (!settled.timedOut) return undefined
    } catch (error) {
      this.#known.delete(id)
      return `admitting ${id} failed: ${error instanceof Error ? error.message : 'unknown error'}`
    }
    this.#known.delete(id)
    return `${id} is new and was not admitted within ${this.#deadlineMs} ms`
  }

  #require(id: string): Component {
    const component = this.#known.get(id) ?? this.#byName(id)
    if (component !== undefined) return component
    throw new AosError({
      code: 'unknown_component',
      message: `Unknown component ${JSON.stringify(id)}`,
      why: 'Disabling something that does not exist would guard nothing.',
      fix: `Use one of: ${[...this.#known.keys()].join(', ') || '(this agent has declared none yet)'}`,
    })
  }

  #byName(name: string): Component | undefined {
    const named = this.known().filter((component) => component.name === name)
    return named.length === 1 ? named[0] : undefined
  }
}
