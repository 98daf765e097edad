import type { Policy } from '../policy/policy.ts'
import { approval } from './approval.ts'
import { argumentConstraints } from './argument-constraints.ts'
import { costControl } from './cost-control.ts'
import { dataProtection } from './data-protection.ts'
import { injectionLabels } from './injection.ts'
import { loopDetection } from './loop-detection.ts'
import { rateLimit } from './rate-limit.ts'
import { taint } from './taint.ts'
import { timeWindow } from './time-window.ts'
import { toolAccess } from './tool-access.ts'

/** Makes a policy of options as a policy file says them; each factory checks them itself. */
type Make = (options: Readonly<Record<string, unknown>>) => Policy

/** The built-in policies, by the name a policy file calls them. */
export const POLICY_FACTORIES: ReadonlyMap<string, Make> = new Map<string, Make>([
  ['approval', fromData(approval)],
  ['argument-constraints', fromData(argumentConstraints)],
  ['cost-control', fromData(costControl)],
  ['data-protection', fromData(dataProtection)],
  ['injection', fromData(injectionLabels)],
  ['loop-detection', fromData(loopDetection)],
  ['rate-limit', fromData(rateLimit)],
  ['taint', fromData(taint)],
  ['time-window', fromData(timeWindow)],
  ['tool-access', fromData(toolAccess)],
])

// a file's options have no type: each factory checks what it is given
function fromData(factory: (options: never) => Policy): Make {
  return factory as Make
}
