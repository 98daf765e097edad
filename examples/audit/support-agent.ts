// A support agent whose model tries to export all customers; a guardian's policy says no.
import { GuardianAgent, toolAccess } from '@aos/guardian'
import { AOSInstrument, type AOSOptions } from '@aos/sdk'
import { scriptedModel, toolCall } from '@aos/sdk/testing'
import { ToolLoopAgent, tool, type ToolSet } from 'ai'
import { z } from 'zod'

/** Exports that really took place. */
export const exported: string[] = []

/** The policies in force, as the document that records are bound to. */
export const POLICY: { readonly id: string; readonly version: string; readonly allow: readonly string[] } = {
  id: 'support',
  version: '2026-01-31',
  allow: ['find_customer'],
}

/** Makes the agent and the guardian that protects it. */
export function createSupportAgent(options: AOSOptions): AOSInstrument<ToolLoopAgent<never, ToolSet>> {
  const model = scriptedModel({
    modelId: 'gpt-5.2',
    provider: 'openai',
    steps: [
      toolCall('find_customer', { name: 'ACME' }),
      toolCall('export_customers', { region: 'EU' }),
      'ACME is customer 4711. I may not export the customer list.',
    ],
  })
  const tools = {
    find_customer: tool({
      description: 'Find one customer',
      inputSchema: z.object({ name: z.string() }),
      execute: ({ name }) => `${name} is customer 4711`,
    }),
    export_customers: tool({
      description: 'Export all customers of a region',
      inputSchema: z.object({ region: z.string() }),
      execute: ({ region }) => {
        exported.push(region)
        return 'all of them'
      },
    }),
  }
  const agent = new AOSInstrument(
    new ToolLoopAgent({ id: 'support-bot', model, tools: tools as ToolSet }),
    options,
  )
  const guardian = new GuardianAgent({ name: 'g1', policies: [toolAccess({ allow: POLICY.allow })] })
  guardian.protect(agent)
  return agent
}
