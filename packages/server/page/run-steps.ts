import type { AgentRun, Step } from '@agent-run/types'
import { labelOf, stateOf, timesOf } from '../src/view/run-facts.ts'
import { STEP_ICONS } from './icons.ts'
import { stepDetails } from './step-details.ts'
import { Waterfall, type WaterfallRow } from './waterfall.ts'

/** The steps of a run beside their times. */
export function createSteps(
  run: AgentRun,
  given: { readonly chosen: string | undefined; readonly onChoose: (id: string | undefined) => void },
): Waterfall {
  return new Waterfall({
    name: 'step',
    label: 'Step',
    rows: run.steps.map((step) => rowOf(run, step)),
    ...given,
  })
}

function rowOf(run: AgentRun, step: Step): WaterfallRow {
  return {
    id: step.id,
    label: labelOf(step),
    icon: STEP_ICONS[step.type],
    kind: step.type,
    state: stateOf(step),
    depth: 0,
    ...timesOf(step),
    details: () => stepDetails(run, step),
  }
}
