import type { HookName } from '@aos/sdk'
import { compileMatch } from '@aos/sdk/adapter'
import type { Policy } from './policy.ts'
import { isOfTools } from './tool-name-of.ts'

const MAX_TOOLS = 1000

/** The policies of one hook, by tool. */
export class HookPolicies {
  readonly #all: readonly {
    readonly policy: Policy
    readonly fits: ((tool: string) => boolean) | undefined
  }[]
  readonly #byTool = new Map<string | undefined, ToolPolicies>()

  constructor(hook: HookName, policies: readonly Policy[]) {
    const ofTool = isOfTools(hook)
    this.#all = policies
      .filter(({ hooks }) => hooks.includes(hook))
      .map((policy) => ({
        policy,
        fits: policy.match === undefined || !ofTool ? undefined : compileMatch(policy.match),
      }))
  }

  get empty(): boolean {
    return this.#all.length === 0
  }

  /** Those that mean a tool; where a message names none, all of them. */
  for(toolName: string | undefined): ToolPolicies | undefined {
    if (this.#all.length === 0) return undefined
    const known = this.#byTool.get(toolName)
    if (known !== undefined) return known
    const fitting = this.#all
      .filter(({ fits }) => toolName === undefined || (fits?.(toolName) ?? true))
      .map(({ policy }) => policy)
    const made = {
      deciding: fitting.filter(({ shadow }) => shadow !== true),
      shadows: fitting.filter(({ shadow }) => shadow === true),
    }
    // names can be the model's invention
    if (this.#byTool.size < MAX_TOOLS) this.#byTool.set(toolName, made)
    return made
  }
}

interface ToolPolicies {
  readonly deciding: readonly Policy[]
  readonly shadows: readonly Policy[]
}
