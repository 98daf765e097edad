import { GuardianAgent, PolicySet, type Policy, type PolicyContext } from '@aos/guardian'
import { allow, deny } from '@aos/sdk'
import { stepOf } from '../support/policy-step.ts'
import type { Variant } from './interleave.ts'

const DECISIONS = 2000

const step = stepOf({ toolName: 'send_email', value: { to: 'ada@example.com', subject: 'hello' } })
const denied = deny('mail stays in the house')
const allowed = allow()

/** The rule that every engine here is asked about: mail goes to example.com only. */
function staysInHouse({ value }: PolicyContext): typeof denied | undefined {
  return String(Reflect.get(value as object, 'to')).endsWith('@example.com') ? undefined : denied
}

const rule = (name: string, match: string): Policy => ({
  name,
  hooks: ['toolCallRequest'],
  match,
  evaluate: staysInHouse,
})

function chain(length: number): readonly Policy[] {
  return Array.from({ length }, (_, at) => rule(`rule ${at}`, 'send_*'))
}

/** One decision of compiled policies against the bare function that decides it. */
export function policyVariants(): readonly Variant[] {
  const hundred = [
    ...Array.from({ length: 99 }, (_, at) => rule(`rule ${at}`, `tool_${at}`)),
    rule('mail', 'send_*'),
  ]
  const asynchronous: Policy = { ...rule('later', 'send_*'), evaluate: async () => allowed }
  const guardian = new GuardianAgent({ policies: chain(1) })
  return [
    { name: 'bare function', once: () => repeat(() => staysInHouse(step)) },
    decided('one rule', chain(1)),
    decided('chain of 3', chain(3)),
    decided('100 rules over 100 tools', hundred),
    decided('one rule that denies', [{ ...rule('never', 'send_*'), evaluate: () => denied }]),
    decidedLater('chain of 3, one asynchronous', [...chain(2), asynchronous]),
    { name: 'guardian.evaluate()', once: () => repeatLater(() => guardian.evaluate(EVALUATE)) },
  ]
}

const EVALUATE = {
  hook: 'toolCallRequest',
  tool: 'send_email',
  parameters: { to: 'ada@example.com', subject: 'hello' },
  session: 'sess_1',
} as const

function decided(name: string, policies: readonly Policy[]): Variant {
  const set = new PolicySet(policies)
  return { name, once: () => repeat(() => set.decide(step)) }
}

function decidedLater(name: string, policies: readonly Policy[]): Variant {
  const set = new PolicySet(policies)
  return { name, once: () => repeatLater(() => set.decide(step)) }
}

function repeat(decide: () => unknown): unknown {
  let last: unknown
  for (let count = 0; count < DECISIONS; count++) last = decide()
  return last
}

async function repeatLater(decide: () => unknown): Promise<void> {
  for (let count = 0; count < DECISIONS; count++) await decide()
}
