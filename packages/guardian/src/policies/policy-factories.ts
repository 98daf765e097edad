import type { Policy } from '../policy/policy.ts'
import { dataProtection } from './data-protection.ts'
import { injectionLabels } from './injection.ts'
import { taint } from './taint.ts'

/** Makes a policy of options as a policy file says them; each factory checks them itself. */
type Make = (options: Readonly<Record<string, unknown>>) => Policy

/** The built-in policies, by the name a policy file calls them. */
export const POLICY_FACTORIES: ReadonlyMap<string, Make> = new Map<string, Make>([
  ['data-protection', dataProtection as Make],
  ['injection', injectionLabels as Make],
  ['taint', taint as Make],
])
