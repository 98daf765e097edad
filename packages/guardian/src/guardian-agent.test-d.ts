// The TypeScript sample of the AOS landing page, as it is printed there, must type-check.
import { GuardianAgent, HookContext, type PolicyResponse } from '@aos/guardian'
import { AOSInstrument, type GuardedRun } from '@aos/sdk'

const aosAgent = new AOSInstrument(async (input: string, aos: GuardedRun) =>
  aos.toolCall({ toolName: 'generate_image', parameters: { input } }, () => 'image'),
)

const guardian = new GuardianAgent({
  endpoint: 'https://guardian.example.com',
  policies: ['data-protection', 'cost-control'],
})

aosAgent.registerHook('toolCallRequest', async (context: HookContext) => {
  const response = await guardian.evaluate({
    hook: 'toolCallRequest',
    tool: context.toolName,
    parameters: context.parameters,
    session: context.sessionId,
  })
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the sample's own
  switch (response.action) {
    case 'DENY':
      throw new Error(`Denied: ${response.reason}`)
    case 'MODIFY':
      context.parameters = response.modifications
      break
  }
  return response
})

const off: () => void = aosAgent.registerHook('message', guardian.hook())
const unprotect: () => void = guardian.protect(aosAgent)
const decided: Promise<PolicyResponse> = guardian.evaluate({ hook: 'steps/toolCallRequest', tool: 'search' })

// @ts-expect-error -- not a hook
void guardian.evaluate({ hook: 'toolCalRequest' })
// @ts-expect-error -- not a dialect
new GuardianAgent({ endpoint: 'https://guardian.example.com', codec: 'aos-9' })
// @ts-expect-error -- not a hook
new GuardianAgent({ endpoint: 'https://guardian.example.com', failOpen: { toolCalls: { reason: 'x' } } })

export const kept: readonly unknown[] = [off, unprotect, decided, HookContext]
