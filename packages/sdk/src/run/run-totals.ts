import type { DecisionRecord, RunEnd, TokenUsage } from '../events/event.ts'
import type { InstrumentCore } from '../instrument/core.ts'
import type { Spending } from './admission-guard.ts'
import type { Step } from './step.ts'

/** What was spent, whoever it was. */
export type Spent = Pick<Spending, 'kind' | 'name' | 'calls' | 'tokens' | 'costUsd'>

/** What a run adds up to. */
export class RunTotals {
  reasoningSteps = 0
  denials = 0
  readonly #tools = new Set<string>()
  #modelCalls = 0
  #toolCalls = 0
  #usage: Record<keyof TokenUsage, number | undefined> = {
    inputTokens: undefined,
    outputTokens: undefined,
    cacheReadTokens: undefined,
    cacheWriteTokens: undefined,
    reasoningTokens: undefined,
  }
  #cost: number | undefined
  #costUnknown = false
  readonly #outer: RunTotals | undefined
  readonly #spent = { modelCalls: 0, toolCalls: 0, tokens: 0 }

  constructor(outer?: RunTotals) {
    this.#outer = outer
  }

  /** Names of the tools called, in the order of their first call. */
  get toolsCalled(): readonly string[] {
    return [...this.#tools]
  }

  /** What limits count: this run and all runs inside of it. */
  get spent(): { readonly modelCalls: number; readonly toolCalls: number; readonly tokens: number } {
    return this.#spent
  }

  starting(kind: 'modelCall' | 'toolCall', name: string): void {
    this.#spend(kind === 'modelCall' ? 'modelCalls' : 'toolCalls', 1)
    if (kind === 'modelCall') this.#modelCalls++
    else {
      this.#toolCalls++
      this.#tools.add(name)
    }
  }

  /** Takes back what was counted for an operation that begins anew another time. */
  paused(kind: 'modelCall' | 'toolCall'): void {
    this.#spend(kind === 'modelCall' ? 'modelCalls' : 'toolCalls', -1)
    if (kind === 'modelCall') this.#modelCalls--
    else this.#toolCalls--
  }

  decided(enforced: DecisionRecord['enforced']): void {
    if (enforced === 'denied' || enforced === 'withheld') this.denials++
  }

  /** Adds what a model call has used; gives it where it is known. */
  stepEnded(step: Step, core: InstrumentCore): Spent | undefined {
    const { kind } = step
    if (kind !== 'modelCall' && kind !== 'embedding') return undefined
    const { usage, model } = step.facts
    if (usage === undefined) {
      if (step.executing) this.#costUnknown = true
      return undefined
    }
    for (const key of USAGE_KEYS) {
      const tokens = usage[key]
      if (tokens !== undefined) this.#usage[key] = (this.#usage[key] ?? 0) + tokens
    }
    const tokens = (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0)
    this.#spend('tokens', tokens)
    const name = model?.actual ?? model?.requested ?? ''
    const cost = core.priceOf(model?.provider, name, usage)
    if (cost === undefined) this.#costUnknown = true
    else this.#cost = (this.#cost ?? 0) + cost
    return { kind, name, calls: 0, tokens, costUsd: cost }
  }

  #spend(what: 'modelCalls' | 'toolCalls' | 'tokens', amount: number): void {
    this.#spent[what] += amount
    if (this.#outer !== undefined) this.#outer.#spend(what, amount)
  }

  summary(): Pick<RunEnd, 'usage' | 'costUsd' | 'modelCalls' | 'toolCalls' | 'denials'> {
    return {
      usage: { ...this.#usage },
      costUsd: this.#costUnknown ? undefined : this.#cost,
      modelCalls: this.#modelCalls,
      toolCalls: this.#toolCalls,
      denials: this.denials,
    }
  }
}

const USAGE_KEYS: readonly (keyof TokenUsage)[] = [
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'reasoningTokens',
]
