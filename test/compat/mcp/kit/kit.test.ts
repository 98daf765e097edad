import { afterEach, describe, expect, test } from 'vitest'
import { connect, type Connection, type Over } from './connect.ts'
import { follow, sent } from './exchange.ts'
import { KINDS } from './kinds.ts'
import { LINES } from './lines.ts'

const open: Connection[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((connection) => connection.close()))
})

const OVER: readonly Over[] = ['memory', 'stdio', 'http']

describe.each(LINES)('the kit of $name', (line) => {
  test.each(OVER)('over %s calls, relays and records', async (over) => {
    const connection = await connect(line, over)
    open.push(connection)
    const { request, wire, clientApp, served } = connection
    expect(await request('tools/call', { name: 'read', arguments: { path: 'a' } })).toMatchObject({
      content: [{ type: 'text', text: 'content of a' }],
    })
    await request('tools/call', { name: 'work' }, { onprogress: () => undefined })
    expect(wire.filter(({ frame }) => frame.method === 'notifications/progress')).toHaveLength(2)
    if (!line.stateless) {
      const relayed = await request('tools/call', {
        name: 'relay',
        arguments: { as: 'request', method: 'roots/list', params: {} },
      })
      expect(JSON.stringify(relayed)).toContain('home')
      expect(clientApp.count('roots/list')).toBe(1)
    }
    expect((await served()).filter(({ method }) => method === 'tools/call')).toHaveLength(
      line.stateless ? 2 : 3,
    )
    expect(wire.map(({ frame }) => frame.method)).toContain('tools/call')
  })

  test.each(OVER)('over %s sends each kind of message there is', async (over) => {
    const connection = await connect(line, over)
    open.push(connection)
    await follow(connection)
    for (const kind of KINDS.filter((one) => one.missing?.(line, over) === undefined)) {
      const { outcome, received, frames } = await sent(kind, connection)
      expect([kind.name, outcome.error, received.length]).toEqual([kind.name, undefined, 1])
      expect([kind.name, frames.length]).toEqual([kind.name, kind.asks ? 2 : 1])
      if (kind.secret !== undefined) expect(JSON.stringify(outcome)).toContain(kind.secret)
    }
  })
})
