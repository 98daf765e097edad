import { deepEqual, equal, notEqual, rejects } from 'node:assert/strict'
import { describe } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { guardedAgent } from '../../../../test/support/guarded-agent.ts'
import { deny } from '../index.ts'

describe('a session', () => {
  verifies('aos-sdk.session.precedence', 'call, view, instrument, thread, generated', async () => {
    const seen: unknown[] = []
    const of = (session?: string): ReturnType<typeof guardedAgent>['agent'] => {
      const { agent } = guardedAgent(() => undefined, session === undefined ? {} : { session })
      agent.registerHook(
        'agentTrigger',
        (context) => void seen.push([context.sessionId, context.session.generated]),
      )
      return agent
    }
    await of('instrument').withSession('view').run('go', { session: 'call', threadId: 'thread' })
    await of('instrument').withSession('view').run('go', { threadId: 'thread' })
    await of('instrument').run('go', { threadId: 'thread' })
    await of().run('go', { threadId: 'thread' })
    deepEqual(seen, [
      ['call', false],
      ['view', false],
      ['instrument', false],
      ['thread', false],
    ])
    const agent = of()
    await agent.run('go')
    await agent.run('go')
    notEqual(Reflect.get(Object(seen[4]), 0), Reflect.get(Object(seen[5]), 0))
    equal(Reflect.get(Object(seen[4]), 1), true)
  })

  verifies(
    'aos-sdk.session.judged-once',
    'history is judged once, in its own session, until a hook changes',
    async () => {
      const asked: string[] = []
      const { agent } = guardedAgent(async (aos, input) => {
        for (const content of ['first', 'second'])
          await aos.message({ role: 'user', content }, () => undefined)
        if (input === 'more') await aos.message({ role: 'user', content: 'third' }, () => undefined)
      })
      const judge = ({ role, content }: { role: string | undefined; content: unknown }): void =>
        void (role === 'user' && asked.push(String(content)))
      agent.registerHook('message', judge)
      await agent.run('go', { session: 's' })
      await agent.run('more', { session: 's' })
      deepEqual(asked.splice(0), ['go', 'first', 'second', 'more', 'third'])
      await agent.run('go', { session: 'other' })
      deepEqual(asked.splice(0), ['go', 'first', 'second'])
      await agent.run('go')
      await agent.run('go')
      deepEqual(asked.splice(0), ['go', 'first', 'second', 'go', 'first', 'second'])
      agent.registerHook('message', ({ content }) => (content === 'second' ? deny('no more') : undefined))
      await rejects(agent.run('go', { session: 's' }), { message: 'Denied: no more' })
      deepEqual(asked, ['go', 'first', 'second'])
    },
  )

  verifies('aos-sdk.session.judged-once', 'a denied or modified message is judged again', async () => {
    let asked = 0
    const { agent } = guardedAgent(() => undefined)
    agent.registerHook('message', ({ content }) => {
      asked++
      return content === 'bad' ? deny('no') : { action: 'MODIFY', modifications: `${String(content)}!` }
    })
    for (const input of ['bad', 'bad']) await rejects(agent.run(input, { session: 's' }), { code: 'denied' })
    for (const input of ['fine', 'fine']) await agent.run(input, { session: 's' })
    // each of the modified messages is looked at twice, as its first look was at another value
    equal(asked, 4)
  })
})
