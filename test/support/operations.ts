import type { GuardedRun, HookHandler, HookNameInput, HookOptions, AOSOptions } from '@aos/sdk'
import { deepEqual } from 'node:assert/strict'
import { guardedAgent, outcomeOf, type GuardedAgent, type Outcome } from './guarded-agent.ts'

type Perform = (aos: GuardedRun, effects: unknown[]) => Promise<unknown>

const protocol =
  (name: 'mcp' | 'a2a', direction: 'outbound' | 'inbound'): Perform =>
  (aos, effects) => {
    const method = name === 'mcp' ? 'tools/call' : 'message/send'
    return aos.protocol({ protocol: name, direction, method, message: { text: 'hi' } }, (message) => {
      effects.push(message)
      return 'forwarded'
    })
  }

/** Names of {@link OPERATIONS}. */
export type OperationName =
  | 'toolCall'
  | 'knowledge'
  | 'memoryStore'
  | 'memoryContext'
  | 'mcpOutbound'
  | 'mcpInbound'
  | 'a2aOutbound'
  | 'a2aInbound'

/** One operation of each kind a hand-written agent has; `effects` tells what reached the world. */
export const OPERATIONS: Readonly<Record<OperationName, Perform>> = {
  toolCall: (aos, effects) =>
    aos.toolCall({ toolName: 'search', parameters: { query: 'x' } }, (parameters: unknown) => {
      effects.push(parameters)
      return { found: 'papers' }
    }),
  knowledge: (aos, effects) =>
    aos.knowledge({ query: 'q', keywords: ['k'] }, () => {
      effects.push('retrieved')
      return [{ id: 'doc-1', content: 'papers' }]
    }),
  memoryStore: (aos, effects) =>
    aos.memoryStore(['note'], (items) => {
      effects.push(items)
      return 'stored'
    }),
  memoryContext: (aos, effects) =>
    aos.memoryContext(() => {
      effects.push('loaded')
      return ['note']
    }),
  mcpOutbound: protocol('mcp', 'outbound'),
  mcpInbound: protocol('mcp', 'inbound'),
  a2aOutbound: protocol('a2a', 'outbound'),
  a2aInbound: protocol('a2a', 'inbound'),
}

/** What became of an operation and of the run around it. */
export interface Performed extends GuardedAgent {
  /** What the operation gave to the agent; absent where the agent was never asked. */
  readonly operation: Outcome | undefined
  readonly run: Outcome
  readonly effects: readonly unknown[]
}

/** Performs one operation under one handler. */
export async function perform(
  kind: OperationName,
  hook: HookNameInput,
  setup: { readonly handler: HookHandler; readonly hookOptions?: HookOptions; readonly options?: AOSOptions },
): Promise<Performed> {
  const effects: unknown[] = []
  let operation: Outcome | undefined
  const guarded = guardedAgent(async (aos) => {
    operation = await outcomeOf(OPERATIONS[kind](aos, effects))
    return 'done'
  }, setup.options)
  guarded.agent.registerHook(hook, setup.handler, setup.hookOptions)
  const run = await outcomeOf(guarded.agent.run('go'))
  return { ...guarded, operation, run, effects }
}

/** Fails unless the operation was denied with a reason and nothing, or only `effects`, happened. */
export function assertDenied(performed: Performed, reason: string, effects: readonly unknown[] = []): void {
  const { operation } = performed
  const error: unknown = operation !== undefined && 'error' in operation ? operation.error : undefined
  deepEqual([String(error), performed.effects], [`AOSDeniedError: Denied: ${reason}`, effects])
  deepEqual(performed.run, { value: 'done' })
}
