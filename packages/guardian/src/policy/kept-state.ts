import type { JournalSheet } from '@aos/sdk'
import type { Policy, PolicyQuestion } from './policy.ts'

/** Asks a policy with its state kept in a decision journal, or taken back from one, where there is one. */
export function withKeptState<T>(
  { name, state }: Policy,
  question: PolicyQuestion & { readonly journal?: JournalSheet | undefined },
  ask: () => T,
): T {
  const { journal } = question
  if (journal === undefined || state === undefined) return ask()
  journal.keep(`policy.${name}`, {
    save: () => state.save(question),
    restore: (kept) => state.restore(question, kept),
  })
  try {
    return ask()
  } finally {
    state.release?.()
  }
}

/** Whether a question is about a step, and not about what wants to start. */
export function isStep(question: PolicyQuestion): question is Extract<PolicyQuestion, { hook: unknown }> {
  return 'hook' in question
}

/** Reads a member of a state that was kept. */
export function kept(state: unknown, key: string): unknown {
  return typeof state === 'object' && state !== null ? Reflect.get(state, key) : undefined
}
