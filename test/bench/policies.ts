import { GuardianAgent, PolicySet, type Policy, type PolicyContext } from '@aos/guardian'
import { allow, deny } from '@aos/sdk'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stepOf } from '../support/policy-step.ts'
import { deciderRatios, type Decider } from './deciders.ts'
import { engines, type LoadJudge } from './guardian-peers/engines.ts'
import type { Ratio } from './interleave.ts'

/** What deciding cost, and which engines could not be measured. */
export interface PolicyRatios {
  readonly ratios: readonly Ratio[]
  readonly notes: readonly string[]
}

const step = stepOf({ toolName: 'send_email', value: { to: 'ada@example.com', subject: 'hello' } })
const denied = deny('mail stays in the house')
const allowed = allow()

/** The rule that every engine here is asked about: mail goes to example.com only. */
function staysInHouse({ value }: PolicyContext): typeof denied | undefined {
  return String(Reflect.get(value as object, 'to')).endsWith('@example.com') ? undefined : denied
}

/** One decision of compiled policies, and of engines that npm has, against the bare function that decides it. */
export async function policyRatios(): Promise<PolicyRatios> {
  const notes = [
    'The conditions of @microsoft/agent-governance-sdk can only compare: it is given the domain.',
  ]
  const peers: Decider[] = []
  for (const [name, load] of Object.entries(engines)) {
    try {
      peers.push(await peer(name, load))
    } catch (error) {
      notes.push(`${name} could not be measured: ${String(error)}`)
    }
  }
  return { ratios: await deciderRatios([...ours(), ...peers]), notes }
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

const EVALUATE = {
  hook: 'toolCallRequest',
  tool: 'send_email',
  parameters: { to: 'ada@example.com', subject: 'hello' },
  session: 'sess_1',
} as const

function ours(): readonly Decider[] {
  const hundred = [
    ...Array.from({ length: 99 }, (_, at) => rule(`rule ${at}`, `tool_${at}`)),
    rule('mail', 'send_*'),
  ]
  const asynchronous: Policy = { ...rule('later', 'send_*'), evaluate: async () => allowed }
  const guardian = new GuardianAgent({ policies: chain(1) })
  return [
    { name: 'bare function', decide: () => staysInHouse(step) },
    decided('one rule', chain(1)),
    decided('chain of 3', chain(3)),
    decided('100 rules over 100 tools', hundred),
    decided('one rule that denies', [{ ...rule('never', 'send_*'), evaluate: () => denied }]),
    decided('chain of 3, one asynchronous', [...chain(2), asynchronous]),
    { name: 'guardian.evaluate()', decide: () => guardian.evaluate(EVALUATE) },
  ]
}

function decided(name: string, policies: readonly Policy[]): Decider {
  const set = new PolicySet(policies)
  return { name, decide: () => set.decide(step) }
}

const inHouse = { tool: 'send_email', to: 'ada@example.com' }
const outside = { tool: 'send_email', to: 'eve@example.net' }

async function peer(name: string, load: LoadJudge): Promise<Decider> {
  const judge = await load()
  if (!(await judge(inHouse)) || (await judge(outside))) throw new Error('it decides otherwise')
  return { name: `${name} ${await versionOf(name)}`, decide: () => judge(inHouse) }
}

async function versionOf(name: string): Promise<string> {
  const file = await readFile(join(import.meta.dirname, 'guardian-peers', 'package.json'), 'utf8')
  const { dependencies } = JSON.parse(file) as { dependencies: Record<string, string> }
  return dependencies[name] ?? ''
}
