import type { AgentRun, Step } from '@agent-run/types'
import { labelOf, stateOf, timesOf } from '../src/view/run-facts.ts'
import { STEP_ICONS } from './icons.ts'
import { stepDetails, type Known } from './step-details.ts'
import { Waterfall, type WaterfallRow } from './waterfall.ts'

/** The steps of a run beside their times. */
export function createSteps(
  run: AgentRun,
  {
    known,
    ...given
  }: {
    readonly chosen: string | undefined
    readonly onChoose: (id: string | undefined) => void
    readonly known: Known
  },
): Waterfall {
  return new Waterfall({
    name: 'step',
    label: 'Step',
    rows: run.steps.map((step) => rowOf(step, known)),
    ...given,
  })
}

function rowOf(step: Step, known: Known): WaterfallRow {
  return {
    id: step.id,
    label: labelOf(step),
    icon: STEP_ICONS[step.type],
    kind: step.type,
    state: stateOf(step),
    depth: 0,
    ...timesOf(step),
    details: () => stepDetails(step, known),
  }
}
