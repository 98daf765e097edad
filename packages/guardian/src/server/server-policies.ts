import { createHash } from 'node:crypto'
import { isPolicySource, type PolicySource } from '../policy/policy-source.ts'
import type { Policy } from '../policy/policy.ts'

/** The policies of a server: those it was given, and those that were registered while it runs. */
export class ServerPolicies implements PolicySource {
  readonly #base: PolicySource | readonly Policy[]
  readonly #fallback: 'allow' | 'deny'
  readonly #listeners = new Set<() => void>()
  readonly #stop: () => void
  #added: readonly Policy[] = []

  constructor(base: PolicySource | readonly Policy[], fallback: 'allow' | 'deny') {
    this.#base = base
    this.#fallback = fallback
    this.#stop = isPolicySource(base) ? base.onChange(() => this.#changed()) : () => undefined
  }

  get policies(): readonly Policy[] {
    const own = isPolicySource(this.#base) ? this.#base.policies : this.#base
    return [...own, ...this.#added]
  }

  get default(): 'allow' | 'deny' {
    return isPolicySource(this.#base) ? this.#base.default : this.#fallback
  }

  get hash(): string {
    const own = isPolicySource(this.#base) ? this.#base.hash : ''
    // a file alone has the digest that its pins and the command line name
    if (own !== '' && this.#added.length === 0) return own
    const names = this.policies.map(({ name }) => name)
    return createHash('sha256')
      .update(JSON.stringify([own, names]))
      .digest('hex')
  }

  /** Adds a policy; one of the same name gives way to it. */
  add(policy: Policy): void {
    this.#added = [...this.#added.filter(({ name }) => name !== policy.name), policy]
    this.#changed()
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#stop()
    const own = isPolicySource(this.#base) ? [] : this.#base
    for (const policy of [...own, ...this.#added]) policy.close?.()
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}
