import { approvalScenarios } from './agents-approval.ts'
import { loopScenarios } from './agents-loop.ts'
import { specialScenarios } from './agents-special.ts'
import { streamScenarios } from './agents-streams.ts'
import { toolScenarios } from './agents-tools.ts'
import type { Scenario } from './scenario.ts'

/** Everything the differential test does with the AI SDK, once by itself and once instrumented. */
export const scenarios: readonly Scenario[] = [
  ...loopScenarios,
  ...toolScenarios,
  ...approvalScenarios,
  ...streamScenarios,
  ...specialScenarios,
]
