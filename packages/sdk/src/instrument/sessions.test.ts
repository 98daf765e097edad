import { deepEqual, equal, notEqual, rejects } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { guardedAgent } from '../../../../test/support/guarded-agent.ts'
import { deny } from '../index.ts'
import { JudgedMessages } from './sessions.ts'

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

describe('what was judged', () => {
  const judged = (sessions: number, messagesPerSession: number, messages: number): JudgedMessages =>
    new JudgedMessages('key', { sessions, messagesPerSession, messages })
  const add = (table: JudgedMessages, session: string, ...contents: readonly string[]): void => {
    for (const content of contents) table.add(table.keyOf(session, undefined, content), 1)
  }
  const has = (table: JudgedMessages, session: string, content: string): boolean =>
    table.has(table.keyOf(session, undefined, content), 1)

  test('is forgotten by the session that was used least recently, not by the one that began first', () => {
    const table = judged(2, 10, 10)
    add(table, 'first', 'a')
    add(table, 'second', 'a')
    equal(has(table, 'first', 'a'), true)
    add(table, 'third', 'a')
    deepEqual(
      ['first', 'second', 'third'].map((session) => has(table, session, 'a')),
      [true, false, true],
    )
  })

  test('is bounded over all sessions and in each', () => {
    const table = judged(100, 3, 5)
    add(table, 'long', 'a', 'b', 'c')
    equal(has(table, 'long', 'a'), true)
    add(table, 'long', 'd')
    deepEqual([has(table, 'long', 'a'), has(table, 'long', 'b'), table.size], [true, false, 3])
    add(table, 'other', 'a', 'b', 'b')
    equal(table.size, 5)
    add(table, 'third', 'a')
    deepEqual([has(table, 'long', 'a'), has(table, 'other', 'b'), table.size], [false, true, 3])
    const full = new JudgedMessages('key')
    for (let index = 0; index < 60_000; index++) add(full, `session ${index % 20}`, `message ${index}`)
    equal(full.size <= 50_000, true)
  })

  test('belongs to exactly one user of one session, and to exactly one text', () => {
    const table = judged(10, 10, 10)
    table.add(table.keyOf('a', 'b\n', 'x'), 1)
    table.add(table.keyOf('s', undefined, '\ufffd'), 1)
    deepEqual(
      [
        table.has(table.keyOf('a', 'b\n', 'x'), 1),
        table.has(table.keyOf('a\nb\n', undefined, 'x'), 1),
        table.has(table.keyOf('a\nb', '', 'x'), 1),
        table.has(table.keyOf('s', undefined, '\ud800'), 1),
        table.has(table.keyOf('a', 'b\n', 'x'), 2),
      ],
      [true, false, false, false, false],
    )
    const long = 'session '.repeat(1000)
    table.add(table.keyOf(long, undefined, 'x'), 1)
    equal(table.keyOf(long, undefined, 'x').holder.length, 64)
    deepEqual([has(table, long, 'x'), has(table, `${long}.`, 'x')], [true, false])
  })
})
