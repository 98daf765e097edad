import { deepEqual, ok } from 'node:assert/strict'
import { describe, it } from 'vitest'
import { guardedAgent } from '../../../../test/support/guarded-agent.ts'
import type { GuardedRun, HookContext, HookName } from '../index.ts'

/** Changes an object as a careless or hostile handler would, whether it lets itself be changed or not. */
function change(target: unknown): void {
  if (typeof target !== 'object' || target === null) return
  for (const key of Object.keys(target)) {
    change(Reflect.get(target, key))
    Reflect.set(target, key, 'changed')
  }
  Reflect.set(target, 'added', 'changed')
}

const FACTS = ['agent', 'session', 'user', 'trace', 'keywords', 'protocol'] as const
const HOOKS: readonly HookName[] = ['agentTrigger', 'toolCallRequest', 'knowledgeRetrieval', 'mcp']

function factsOf(context: HookContext): unknown {
  const facts = Object.fromEntries(FACTS.map((name) => [name, context[name]]))
  return structuredClone({ ...facts, event: context.trigger?.event })
}

async function work(aos: GuardedRun, own: { event: unknown; keywords: string[] }): Promise<void> {
  await aos.trigger({ type: 'autonomous', event: own.event, content: 'go' })
  await aos.toolCall({ toolName: 'search', parameters: {} }, () => 'found')
  await aos.knowledge({ query: 'papers', keywords: own.keywords }, () => [])
  await aos.protocol({ protocol: 'mcp', direction: 'outbound', method: 'x', message: {} }, () => 'sent')
}

describe('what handlers are told', () => {
  it('is the same for later handlers, events and runs, whatever a handler does to it', async () => {
    const own = {
      user: { id: 'u1', name: 'Alice', roles: ['reader'] },
      event: { id: 'e1', source: { name: 'cron' } },
      keywords: ['papers', 'safety'],
    }
    const before = structuredClone(own)
    const untouched: unknown[] = []
    const touched: unknown[] = []
    const { agent, recorder } = guardedAgent((aos) => work(aos, own), { user: own.user, session: 's1' })
    for (const hook of HOOKS) {
      agent.registerHook(hook, (context) => {
        untouched.push(factsOf(context))
        for (const name of FACTS) change(context[name])
        change(context.trigger?.event)
      })
      agent.registerHook(hook, (context) => void touched.push(factsOf(context)))
    }
    await agent.run('go')
    ok(touched.length >= HOOKS.length)
    deepEqual(touched, untouched)
    deepEqual(own, before)
    ok(!JSON.stringify(recorder.events).includes('changed'))
    await agent.run('go')
    ok(!JSON.stringify([touched, untouched, recorder.events]).includes('changed'))
  })

  it('leaves the objects of the user as they are, and does not follow them', async () => {
    class Account {
      readonly #id = 'u1'
      get id(): string {
        return this.#id
      }
      get email(): string {
        return 'a@example.com'
      }
      readonly can = (): boolean => true
      limits = { tools: 3 }
    }
    const user = new Account()
    const seen: unknown[] = []
    const { agent } = guardedAgent(
      async (aos) => {
        user.limits.tools = 99
        await aos.toolCall({ toolName: 'search', parameters: {} }, () => 'found')
      },
      { user },
    )
    agent.registerHook('toolCallRequest', ({ user: told }) => {
      const { id, email, limits, can } = told as Account
      seen.push({ id, email, limits: { ...limits }, can: can() })
    })
    await agent.run('go')
    deepEqual(seen, [{ id: 'u1', email: 'a@example.com', limits: { tools: 3 }, can: true }])
    ok(!Object.isFrozen(user) && !Object.isFrozen(user.limits))
  })

  it('shows one copy of the trigger and the keywords to each handler', async () => {
    const same: boolean[] = []
    const { agent } = guardedAgent((aos) => work(aos, { event: { id: 'e1' }, keywords: ['b', 'a'] }))
    agent.registerHook('agentTrigger', (context) => {
      same.push(context.trigger === context.trigger, context.trigger?.event === context.trigger?.event)
    })
    agent.registerHook('knowledgeRetrieval', ({ keywords }) => {
      same.push(keywords?.join() === 'b,a')
    })
    await agent.run('go')
    ok(same.length >= 3 && same.every(Boolean))
  })
})
