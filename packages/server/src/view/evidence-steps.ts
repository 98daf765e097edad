import type { AgentRun, Step } from '@agent-run/types'
import { decisionIdsOf, labelOf, member, textIn } from './run-facts.ts'

/** Finds the steps of a run that references are about: ids, `urn:aos:…`, `urn:otel:span:…`. */
export interface StepFinder {
  (...references: readonly unknown[]): readonly string[]
  readonly stepOf: (id: string | undefined) => Step | undefined
}

const OF_STEP = /^urn:aos:(?:step|result|answer|decision):([^#]+)/
const OF_SPAN = /^urn:otel:span:[^:]*:([\da-f]+)/

/** Creates a finder for a run: a decision or a span is that of its step. */
export function createStepFinder({ steps }: AgentRun): StepFinder {
  const known = new Map<string, string>()
  for (const step of steps) {
    const span = textIn(member(step.metadata, 'aos', 'trace', 'spanId'))
    for (const id of [...decisionIdsOf(step), ...(span === undefined ? [] : [span])]) known.set(id, step.id)
  }
  // a step is known by its own id before anything else
  for (const { id } of steps) known.set(id, id)
  const find = (...references: readonly unknown[]): readonly string[] => {
    const found = references.flatMap((reference) => {
      const text = textIn(reference)
      return text === undefined ? [] : (known.get(idIn(text)) ?? [])
    })
    return [...new Set(found)]
  }
  const byId = new Map(steps.map((step) => [step.id, step]))
  return Object.assign(find, { stepOf: (id: string | undefined) => byId.get(id ?? '') })
}

const WHAT: readonly (readonly [RegExp, string])[] = [
  [/^urn:aos:decision:/, 'decision on'],
  [/^urn:aos:result:/, 'result of'],
  [/^urn:aos:step:/, 'record of'],
  [/^urn:otel:span:/, 'span of'],
]

/** What a reference to a part of a run is called: `decision on send-email`; nothing where it is to something else. */
export function nameOfReference(reference: string | undefined, step: Step | undefined): string | undefined {
  const what = WHAT.find(([pattern]) => reference !== undefined && pattern.test(reference))?.[1]
  return what === undefined || step === undefined ? undefined : `${what} ${labelOf(step)}`
}

/** The operation that a step tells of: the result of a call is a step of its own. */
export function operationOf(stepId: string): string {
  return stepId.replace(/:result$/, '')
}

function idIn(reference: string): string {
  const id = OF_STEP.exec(reference)?.[1]
  if (id === undefined) return OF_SPAN.exec(reference)?.[1] ?? reference
  try {
    return decodeURIComponent(id)
  } catch {
    // not encoded by us
    return id
  }
}
