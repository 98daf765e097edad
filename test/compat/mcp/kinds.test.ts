// Every kind of message in every direction, over every line of the SDK: allowed, denied, modified, and a handler that throws.
import { allow, deny, modify, type HookContext } from '@aos/sdk'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import type { Outcome } from './kit/applications.ts'
import { connect, type Connection, type Over, type Role } from './kit/connect.ts'
import { fence, follow, meaningOf, ownFrames, ownOf, sent } from './kit/exchange.ts'
import { connectInstrumented, newWorker, type Worker } from './kit/instrumented.ts'
import { isOwnMessage, KINDS, type Kind } from './kit/kinds.ts'
import type { Line } from './kit/line.ts'
import { LINES } from './kit/lines.ts'
import { verifies } from '../../conformance/verifies.ts'

const DENIED = -32010
const OVER: readonly Over[] = ['memory', 'http', 'stdio']
const ROLES: readonly Role[] = ['client', 'server']

type Leg = 'request' | 'response'

describe.each(LINES)('$name', (line) => {
  describe.each(OVER)('over %s', (over) => {
    const plain: { connection?: Connection } = {}
    beforeAll(async () => {
      plain.connection = await connect(line, over)
      await follow(plain.connection)
    })
    afterAll(() => plain.connection?.close())

    // over stdio the server is another process, and a sender of each kind tells enough
    describe.each(over === 'stdio' ? ROLES.slice(0, 1) : ROLES)('the %s instrumented', (role) => {
      const agent = newWorker()
      const own: { connection?: Connection } = {}
      beforeAll(async () => {
        own.connection = await connectInstrumented({ line, over, role }, agent)
        await follow(own.connection)
      })
      afterAll(() => own.connection?.close())

      const at = (): Subject => {
        if (own.connection === undefined || plain.connection === undefined) throw new Error('not connected')
        return { agent, role, connection: own.connection, plain: plain.connection }
      }
      for (const kind of KINDS) casesOf(kind, { line, over, role, at })
    })
  })
})

interface Subject {
  readonly agent: Worker
  readonly role: Role
  readonly connection: Connection
  readonly plain: Connection
}

interface Place {
  readonly line: Line
  readonly over: Over
  readonly role: Role
  readonly at: () => Subject
}

function casesOf(kind: Kind, { line, over, role, at }: Place): void {
  const missing = kind.missing?.(line, over, role)
  const changes = JSON.stringify(kind.changed) !== JSON.stringify(kind.params)
  describe.skipIf(missing !== undefined)(`${kind.name}${missing === undefined ? '' : `: ${missing}`}`, () => {
    verifies('mcp.aos.allow', 'is the same as without hooks', () => allowed(kind, at()))
    verifies('mcp.aos.deny', 'never reaches the other side', () => deniedRequest(kind, at()))
    if (over === 'stdio') return
    if (changes) {
      verifies('mcp.aos.modify', 'arrives as it was modified', () => modifiedRequest(kind, at()))
    }
    if (over === 'memory')
      verifies('mcp.aos.thrown', 'is not sent where the handler throws', () =>
        thrownAt('request', kind, at()),
      )
    if (kind.asks) answerCasesOf(kind, over, at)
  })
}

function answerCasesOf(kind: Kind, over: Over, at: () => Subject): void {
  verifies('mcp.aos.deny.answer', 'is an error to who asked', () => deniedAnswer(kind, at()))
  if (kind.changedAnswer !== undefined)
    verifies('mcp.aos.modify.answer', 'is answered as the answer was modified', () =>
      modifiedAnswer(kind, at()),
    )
  if (over === 'memory')
    verifies('mcp.aos.thrown', 'is an error to who asked where the handler throws at the answer', () =>
      thrownAt('response', kind, at()),
    )
}

async function allowed(kind: Kind, subject: Subject): Promise<void> {
  const expected = await sent(kind, subject.plain)
  const seen: HookContext['protocol'][] = []
  const stop = subject.agent.registerHook('mcp', ({ protocol }) => {
    if (protocol?.method === kind.method) seen.push(protocol)
    return allow()
  })
  const met = await sent(kind, subject.connection).finally(stop)
  expect({ ...met, frames: meaningOf(met.frames) }).toEqual({
    ...expected,
    frames: meaningOf(expected.frames),
  })
  expect(new Set(met.frames.map(({ id }) => id)).size).toBe(1)
  const asked = seen.filter(({ leg } = { name: 'mcp', direction: 'inbound' }) => leg === 'request')
  const direction = subject.role === kind.from ? 'outbound' : 'inbound'
  expect(asked.length).toBeGreaterThan(0)
  for (const protocol of asked) expect(protocol).toMatchObject({ name: 'mcp', direction })
  expect(asked[0]?.version).toBe(subject.connection.line.protocol)
  expect(asked[0]?.peer).toMatchObject({ name: `kit ${subject.role === 'client' ? 'server' : 'client'}` })
  if (!kind.asks) return
  const answers = seen.filter((protocol) => protocol?.leg === 'response')
  expect(answers).toHaveLength(asked.length)
  expect(answers[0]).toMatchObject({ direction: direction === 'inbound' ? 'outbound' : 'inbound' })
  expect(answers[0]?.id).toBe(asked[0]?.id)
}

async function deniedRequest(kind: Kind, subject: Subject): Promise<void> {
  const stop = judge({ kind, leg: 'request' }, subject, () => deny('not this one'))
  const { outcome, received, frames } = await sent(
    kind,
    subject.connection,
    subject.role !== kind.from,
  ).finally(stop)
  expect(received).toEqual([])
  if (subject.role === kind.from) expect(frames).toEqual([])
  if (kind.asks) expect(outcome).toEqual(refused('not this one'))
}

async function modifiedRequest(kind: Kind, subject: Subject): Promise<void> {
  const stop = judge({ kind, leg: 'request' }, subject, (given) =>
    modify({ ...protocolsOwn(given), ...kind.changed }),
  )
  const { received } = await sent(kind, subject.connection).finally(stop)
  expect(received).toContainEqual(
    kind.method === 'notifications/progress' ? expect.objectContaining(kind.changed) : kind.changed,
  )
  expect(received).not.toContainEqual(kind.params)
}

async function deniedAnswer(kind: Kind, subject: Subject): Promise<void> {
  const stop = judge({ kind, leg: 'response' }, subject, () => deny('not to be told'))
  const { outcome, received, frames } = await sent(kind, subject.connection).finally(stop)
  expect(received).toHaveLength(1)
  expect(outcome).toEqual(refused('not to be told'))
  // whoever is denied his own answer must not have sent it
  if (subject.role !== kind.from && kind.secret !== undefined)
    expect(JSON.stringify(frames)).not.toContain(kind.secret)
}

async function modifiedAnswer(kind: Kind, subject: Subject): Promise<void> {
  const { changedAnswer } = kind
  const stop = judge({ kind, leg: 'response' }, subject, (given) => modify({ ...given, ...changedAnswer }))
  const { outcome } = await sent(kind, subject.connection).finally(stop)
  expect(outcome.result).toMatchObject(changedAnswer ?? {})
  if (kind.secret !== undefined) expect(JSON.stringify(outcome)).not.toContain(kind.secret)
}

async function thrownAt(leg: Leg, kind: Kind, subject: Subject): Promise<void> {
  const { agent, role, connection } = subject
  const error = new Error(`thrown at the ${leg}`)
  const stop = judge({ kind, leg }, subject, () => {
    throw error
  })
  const ended: unknown[] = []
  const unlisten = agent.on('run', (run) => ended.push(run.status))
  const calls = kind.asks && kind.from === 'client'
  const before = { served: await connection.served(), crossed: connection.wire.length }
  try {
    if (role === 'client' && calls)
      expect(await agent.run(() => kind.send(connection)).catch((reason: unknown) => reason)).toBe(error)
    else {
      const outcome = await kind.send(connection).catch((reason: unknown) => ({ error: reason }))
      if (kind.asks) expect(outcome.error).toHaveProperty('code')
    }
  } finally {
    stop()
  }
  await fence(connection)
  unlisten()
  expect(ended).toContain('failed')
  const crossed = connection.wire.slice(before.crossed)
  if (leg === 'request') {
    if (role === kind.from) expect(ownFrames(kind, crossed)).toEqual([])
    if (kind.from === 'client')
      expect(ownOf(kind, (await connection.served()).slice(before.served.length))).toEqual([])
  }
}

/** Has messages of a kind judged, on one leg, in the direction they go. */
function judge(
  { kind, leg }: { readonly kind: Kind; readonly leg: Leg },
  { agent, role }: Subject,
  verdict: (given: Record<string, unknown>) => ReturnType<typeof allow>,
): () => void {
  const outbound = (role === kind.from) === (leg === 'request')
  const ids = new Set<unknown>()
  return agent.registerHook('mcp', ({ protocol, parameters }) => {
    if (protocol?.method !== kind.method) return allow()
    if (protocol.leg === 'request' && isOwnMessage(kind, parameters)) ids.add(protocol.id)
    const own = leg === 'request' ? isOwnMessage(kind, parameters) : ids.has(protocol.id)
    const here = protocol.leg === leg && protocol.direction === (outbound ? 'outbound' : 'inbound')
    return here && own ? verdict(parameters) : allow()
  })
}

function refused(reason: string): Outcome {
  return {
    error: { code: DENIED, message: expect.stringContaining(`Denied: ${reason}`) as string },
  }
}

/** What the protocol itself has put into params. */
function protocolsOwn({ _meta, progressToken }: Record<string, unknown>): object {
  return {
    ...(_meta === undefined ? {} : { _meta }),
    ...(progressToken === undefined ? {} : { progressToken }),
  }
}
