import { createHash } from 'node:crypto'
import type { JsonObject, StoredEvent } from '../store/trace-store.ts'

// no Date holds a later one
const LAST_MOMENT = 8.64e15

/**
 * Reads an entry of a guardian's audit ledger: a line of its file, sealed as it is there, or what a line tells of. A line is
 * known by its seal and a decision by its id; other facts are known by their content.
 */
export function toAuditEvent(given: JsonObject, now: number): StoredEvent {
  const isLine = isObject(given['entry']) && typeof given['seal'] === 'string'
  const facts = isLine && isObject(given['entry']) ? given['entry'] : given
  const decision = isObject(facts['decision']) ? facts['decision'] : {}
  const step = isObject(facts['step']) ? facts['step'] : {}
  const trace = isObject(step['trace']) ? step['trace'] : {}
  return {
    kind: 'audit',
    id: textIn(given, 'seal') ?? decisionId(facts, decision) ?? digestOf(given),
    runId: textIn(facts, 'runId', 'run_id'),
    traceId: textIn(trace, 'traceId') ?? textIn(facts, 'traceId', 'trace_id'),
    at: numberIn(decision, 'at') ?? numberIn(given, 'at') ?? now,
    content: given,
  }
}

// a decision is made once for each run and phase
function decisionId(facts: JsonObject, decision: JsonObject): string | undefined {
  const id = textIn(decision, 'decisionId')
  return id === undefined
    ? undefined
    : [textIn(facts, 'runId') ?? '', id, textIn(decision, 'phase') ?? ''].join('/')
}

function digestOf(content: JsonObject): string {
  return `sha256:${createHash('sha256').update(JSON.stringify(content)).digest('hex')}`
}

function textIn(holder: JsonObject, ...names: readonly string[]): string | undefined {
  const found = names.map((name) => holder[name]).find((value) => typeof value === 'string' && value !== '')
  return typeof found === 'string' ? found : undefined
}

function numberIn(holder: JsonObject, name: string): number | undefined {
  const value = holder[name]
  return typeof value === 'number' && Math.abs(value) <= LAST_MOMENT ? Math.trunc(value) : undefined
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
