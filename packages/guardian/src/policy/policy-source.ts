import type { Policy } from './policy.ts'

/** Where a guardian's policies come from when they can change while it runs. */
export interface PolicySource {
  /** The policies that hold now; one whose definition has not changed is the same object, with its state. */
  readonly policies: readonly Policy[]
  /** What becomes of a step on which every policy abstains. */
  readonly default: 'allow' | 'deny'
  /** SHA-256 of the definition that holds now, in hexadecimal. */
  readonly hash: string
  /** Calls back after each change; returns the function that stops it. */
  onChange(listener: () => void): () => void
  close(): void
}

/** Whether something given as policies is a source of them. */
export function isPolicySource(given: unknown): given is PolicySource {
  return typeof given === 'object' && given !== null && typeof Reflect.get(given, 'onChange') === 'function'
}
