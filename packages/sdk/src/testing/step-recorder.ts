import type { AosEvent, DecisionRecord, RunEnd, StepKind, StepRecord } from '../events/event.ts'
import type { Sink } from '../events/sink.ts'

/** A sink that keeps every event, for tests: `new AOSInstrument(agent, { sinks: [recorder] })`. */
export interface StepRecorder extends Sink {
  readonly events: readonly AosEvent[]
  /** Every finished step, in the order in which they ended. */
  steps(kind?: StepKind): readonly StepRecord[]
  decisions(): readonly DecisionRecord[]
  /** How each finished run ended. */
  runs(): readonly RunEnd[]
  /** Resolves once `count` runs have ended. */
  ended(count: number): Promise<void>
  clear(): void
}

/** Makes a {@link StepRecorder}. */
export function stepRecorder(): StepRecorder {
  const events: AosEvent[] = []
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  const runs = (): readonly RunEnd[] =>
    events.flatMap((event) => (event.type === 'run.end' ? [event.end] : []))
  const release = (): void => {
    const { length } = runs()
    for (const waiter of waiting) if (waiter.count <= length) waiter.resolve()
  }
  return {
    name: 'step-recorder',
    events,
    accept(event) {
      events.push(event)
      if (event.type === 'run.end') release()
    },
    steps: (kind) =>
      events.flatMap((event) =>
        event.type === 'step.end' && (kind === undefined || event.step.kind === kind) ? [event.step] : [],
      ),
    decisions: () => events.flatMap((event) => (event.type === 'decision' ? [event.decision] : [])),
    runs,
    ended: (count) =>
      new Promise((resolve) => {
        waiting.push({ count, resolve })
        release()
      }),
    clear: () => {
      events.length = 0
    },
  }
}
