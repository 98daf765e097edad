import type { AgentRun, Step } from '@agent-run/types'
import { isModified, member } from './run-facts.ts'

/** What a model asked for, and what was executed in its place. */
export interface Change {
  readonly asked: unknown
  readonly executed: unknown
}

/**
 * What was changed in a tool call. A record holds only what was executed; what was asked for stands in the answer of
 * the model before it, where its preview was not cut.
 */
export function changeOfCall(run: AgentRun, step: Step): Change | undefined {
  if (step.type !== 'tool_call' || !isModified(step)) return undefined
  const executed = parse(step.input_preview)
  if (executed === undefined) return undefined
  const before = run.steps.slice(0, run.steps.indexOf(step)).filter(({ type }) => type === 'reasoning')
  const id = member(step.metadata, 'aos', 'execution_id')
  const calls = before.flatMap(({ output_preview: output }) => callsIn(parse(output)))
  const call =
    calls.find((one) => id !== undefined && member(one, 'id') === id) ??
    calls.findLast((one) => member(one, 'name') === step.tool_name)
  const given = member(call, 'arguments')
  const asked = typeof given === 'string' ? parse(given) : given
  return asked === undefined ? undefined : { asked, executed }
}

function callsIn(messages: unknown): readonly unknown[] {
  const list: readonly unknown[] = Array.isArray(messages) ? messages : [messages]
  return list
    .flatMap((message): readonly unknown[] => {
      const parts = member(message, 'parts')
      return Array.isArray(parts) ? parts : [message]
    })
    .filter((part) => member(part, 'type') === 'tool_call')
}

function parse(text: string | null | undefined): unknown {
  try {
    return typeof text === 'string' ? (JSON.parse(text) as unknown) : undefined
  } catch {
    // a preview that was cut is no JSON any more
    return undefined
  }
}
