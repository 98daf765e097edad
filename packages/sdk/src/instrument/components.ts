import { settleWithin } from '../hooks/deadline.ts'
import { AosError } from '../errors.ts'
import type { Component } from '../events/event.ts'
import type { ComponentDefinition } from '../inventory/component-definition.ts'
import type { ComponentSource } from '../inventory/component-source.ts'
import { Definitions, type ListedTools } from '../inventory/definitions.ts'
import { withOffered, type InventoryItem } from '../inventory/inventory.ts'
import type { Run } from '../run/run.ts'
import { isDeepStrictEqual } from '../values/deep-equal.ts'

/** How a component changed. */
export interface ComponentChange {
  readonly change: 'ADDED' | 'REMOVED' | 'CHANGED' | 'DISABLED' | 'ENABLED'
  readonly component: Component
}

/** Hears of changes; for `ADDED` it is awaited, with a deadline, before the component is first used. */
export type ComponentListener = (change: ComponentChange) => void | PromiseLike<void>

/** What may be used without anybody looking. */
type NotedType = 'tool' | 'model' | 'knowledge' | 'memory'

// a model can make up names without end
const MAX_UNDECLARED = 1000
const MAX_ID_LENGTH = 512
const MAX_NAMED_IN_ERROR = 20
const FULL_ID = /^(tool|model|mcp|agent|knowledge|memory):(.+)$/s

/** The parts an agent is made of, which of them are disabled, and who wants to know of changes. */
export class ComponentTable {
  readonly #known = new Map<string, Component>()
  readonly #noted: Readonly<Record<NotedType, Set<string>>> = {
    tool: new Set(),
    model: new Set(),
    knowledge: new Set(),
    memory: new Set(),
  }
  readonly #disabled = new Map<string, Component>()
  readonly #listeners = new Set<ComponentListener>()
  readonly #admissions = new Map<string, Promise<string | undefined>>()
  readonly #deadlineMs: number
  readonly #onChange: (change: ComponentChange, run: Run | undefined) => void
  readonly #definitions = new Definitions()
  readonly #declared = new Set<string>()
  /** What says something else of itself than when it was last admitted. */
  readonly #redefined = new Set<string>()
  #undeclared = 0
  #dropped = 0

  constructor(deadlineMs: number, onChange: (change: ComponentChange, run: Run | undefined) => void) {
    this.#deadlineMs = deadlineMs
    this.#onChange = onChange
  }

  /** Whether any operation has to be looked at here. */
  get idle(): boolean {
    return this.#disabled.size === 0 && this.#listeners.size === 0
  }

  /** Uses of undeclared components that found no room here; they are judged and admitted like all others. */
  get dropped(): number {
    return this.#dropped
  }

  /** Takes up what the agent declares, which needs no admission. */
  declare(components: readonly Component[]): void {
    for (const component of components) {
      this.#known.set(component.id, component)
      this.#declared.add(component.id)
    }
  }

  /** Takes up the object that a component is read from when somebody asks; a change of what it says is admitted anew. */
  define({ component: { id, name }, source, read }: ComponentSource): void {
    if (this.#definitions.define(id, { name, source, read }, this.#listeners.size > 0))
      this.#redefined.add(id)
  }

  /** Takes up what was seen of a component in use, for who asks what the agent is made of. */
  observe(id: string, seen: Pick<ComponentDefinition, 'version' | 'provider' | 'facts'>): void {
    this.#definitions.observe(id, seen)
  }

  /** Takes up the tools that an MCP server lists; what it changed of one is admitted anew. */
  offer(listed: ListedTools, run: Run): void {
    for (const { change, tool } of this.#definitions.offer(listed)) {
      const id = `tool:${tool.name}`
      if (change === 'CHANGED') this.#redefine(id, listed.server)
      if (change === 'ADDED' && this.#known.has(id)) continue
      const { description } = tool.definition
      const component: Component = { id, type: 'tool', name: tool.name, ...defined({ description }) }
      this.#onChange({ change, component }, run)
    }
  }

  /** Has components admitted anew at their next use, as if they had changed. */
  readmit(ids: readonly string[]): void {
    for (const id of ids) this.#redefined.add(id)
  }

  #redefine(...ids: readonly string[]): void {
    if (this.#listeners.size > 0) for (const id of ids) this.#redefined.add(id)
  }

  /** All that is known of what the agent is made of, read now. */
  inventory(): readonly InventoryItem[] {
    const known = this.known().map((component) => ({
      ...component,
      declared: this.#declared.has(component.id),
      disabled: this.#disabled.has(component.id),
      definition: this.#definitions.of(component.id) ?? {},
    }))
    return withOffered(known, this.#definitions.offered(), (id) => this.#disabled.has(id))
  }

  known(): readonly Component[] {
    return [...this.#known.values()]
  }

  /** Ids that are disabled and that the agent has neither declared nor used. */
  disabledUnseen(): readonly string[] {
    return [...this.#disabled.keys()].filter((id) => !this.#known.has(id))
  }

  /** Takes up what was used without anybody looking, so that it can be disabled and listed from then on. */
  note(type: NotedType, name: string): void {
    const names = this.#noted[type]
    if (names.has(name)) return
    const component: Component = { id: `${type}:${name}`, type, name }
    if (this.#known.has(component.id) || this.#keep(component)) names.add(name)
  }

  isDisabled(id: string): boolean {
    return this.#disabled.has(id)
  }

  listen(listener: ComponentListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Disables a component, by its full id also before its first use; throws `unknown_component` for a name nobody has. */
  disable(id: string): void {
    const component = this.#require(id)
    if (this.#disabled.has(component.id)) return
    this.#disabled.set(component.id, component)
    this.#onChange({ change: 'DISABLED', component }, undefined)
  }

  enable(id: string): void {
    const component = this.#require(id)
    if (this.#disabled.delete(component.id)) this.#onChange({ change: 'ENABLED', component }, undefined)
  }

  /** Takes up a component that is in use without anybody looking, with what is known of it. */
  takeUp(component: Component): void {
    if (!this.#known.has(component.id)) this.#keep(component)
  }

  /** Takes up what is learnt of a component that is in use: its version, address, what it offers. */
  learn(component: Component, run: Run | undefined): void {
    const known = this.#known.get(component.id)
    if (known === undefined) return
    const learnt: Component = { ...known, ...defined(component) }
    if (isDeepStrictEqual(known, learnt)) return
    this.#known.set(component.id, learnt)
    this.#onChange({ change: 'CHANGED', component: learnt }, run)
  }

  /** Admits the first use of a component; a text says why it may not be used. */
  admit(component: Component, run: Run): Promise<string | undefined> | undefined {
    const { id } = component
    if (this.#admissions.has(id)) return this.#admissions.get(id)
    const known = this.#known.get(id)
    if (known !== undefined) return this.#redefined.has(id) ? this.#admitAgain(known, run) : undefined
    const change: ComponentChange = { change: 'ADDED', component: this.#described(component) }
    // what finds no room is not announced each time it is used, yet whoever admits components is asked each time
    if (this.#keep(change.component)) this.#onChange(change, run)
    if (this.#listeners.size === 0) return undefined
    return this.#asked(change, () => this.#forget(id))
  }

  // what is refused stays redefined, so that it is asked about at its next use as well
  #admitAgain(component: Component, run: Run): Promise<string | undefined> | undefined {
    const { id } = component
    this.#redefined.delete(id)
    const described = this.#described(component)
    this.#known.set(id, described)
    const change: ComponentChange = { change: 'CHANGED', component: described }
    this.#onChange(change, run)
    if (this.#listeners.size === 0) return undefined
    return this.#asked(change, () => this.#redefined.add(id))
  }

  #described(component: Component): Component {
    if (this.#listeners.size === 0) return component
    const { version, description } = this.#definitions.of(component.id) ?? {}
    return { ...component, ...defined({ version, description }) }
  }

  #asked(change: ComponentChange, refused: () => void): Promise<string | undefined> {
    const { id } = change.component
    const admission = this.#askListeners(change)
      .then((problem) => {
        if (problem !== undefined) refused()
        return problem
      })
      .finally(() => this.#admissions.delete(id))
    this.#admissions.set(id, admission)
    return admission
  }

  async #askListeners(change: ComponentChange): Promise<string | undefined> {
    const { id } = change.component
    try {
      const answers = Promise.all([...this.#listeners].map(async (listener) => listener(change)))
      const settled = await settleWithin(answers, this.#deadlineMs, () => undefined)
      if (!settled.timedOut) return undefined
    } catch (error) {
      return `admitting ${id} failed: ${error instanceof Error ? error.message : 'unknown error'}`
    }
    const what = change.change === 'CHANGED' ? 'has changed' : 'is new'
    return `${id} ${what} and was not admitted within ${this.#deadlineMs} ms`
  }

  #keep(component: Component): boolean {
    if (this.#undeclared >= MAX_UNDECLARED || component.id.length > MAX_ID_LENGTH) {
      this.#dropped++
      return false
    }
    this.#undeclared++
    this.#known.set(component.id, component)
    return true
  }

  #forget(id: string): void {
    if (this.#known.delete(id)) this.#undeclared--
  }

  #require(id: string): Component {
    const component = this.#known.get(id) ?? this.#byName(id) ?? componentOf(id)
    if (component !== undefined) return component
    const known = [...this.#known.keys()].slice(0, MAX_NAMED_IN_ERROR)
    throw new AosError({
      code: 'unknown_component',
      message: `Unknown component ${JSON.stringify(id)}`,
      why: 'No component has this name, or several of different types have it.',
      fix: `Use a full id: ${known.join(', ') || 'tool:<name>, model:<name>, …'}; what has not been used yet can be named too.`,
    })
  }

  #byName(name: string): Component | undefined {
    const named = new Map<string, Component>()
    for (const component of [...this.#known.values(), ...this.#disabled.values()])
      if (component.name === name) named.set(component.id, component)
    return named.size === 1 ? [...named.values()][0] : undefined
  }
}

function defined<T extends object>(members: T): T {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as T
}

function componentOf(id: string): Component | undefined {
  const [, type, name] = FULL_ID.exec(id) ?? []
  return type === undefined || name === undefined ? undefined : { id, type, name }
}
