import {
  allow,
  AOSInstrument,
  deny,
  isAosError,
  modify,
  type GuardedRun,
  type HookAnswer,
  type Sink,
} from '@aos/sdk'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyStory, liveStory } from '../../../../test/support/agent-stories.ts'
import { outcomeOf } from '../../../../test/support/guarded-agent.ts'
import { AOSTraceStream, type StreamedAgent, type TraceStreamOptions } from './aos-trace-stream.ts'
import type { TraceEvent, TraceEventType } from './trace-event.ts'

type Work = (aos: GuardedRun) => unknown

const search: Work = (aos) => aos.toolCall({ toolName: 'search', parameters: { q: 'x' } }, () => 'found')

function agentOf(work: Work): AOSInstrument<(input: string, aos: GuardedRun) => Promise<unknown>> {
  return new AOSInstrument(async (_input: string, aos: GuardedRun) => work(aos), {
    agent: { name: 'worker' },
  })
}

async function told(
  work: Work,
  answer: () => HookAnswer | undefined = () => undefined,
  options: TraceStreamOptions = {},
): Promise<readonly TraceEvent[]> {
  const agent = agentOf(work)
  agent.registerHook('toolCallRequest', answer, { name: 'guard' })
  const stream = new AOSTraceStream(agent, options)
  const events: TraceEvent[] = []
  stream.on('event', (event) => void events.push(event))
  await stream.start()
  await outcomeOf(agent.run('go', { session: 's1' }))
  await stream.stop()
  return events
}

const ofType = (events: readonly TraceEvent[], type: TraceEventType): readonly TraceEvent[] =>
  events.filter((event) => event.type === type)

describe('what a stream tells', () => {
  it('of a run, in order, with the session and the run on each event', async () => {
    const events = await told(search, () => allow())
    expect(events.map(({ type }) => type)).toEqual([
      'session.start',
      'message',
      'tool.call',
      'agbom.update',
      'decision',
      'tool.result',
      'message',
      'session.end',
    ])
    expect(new Set(events.map(({ sessionId }) => sessionId))).toEqual(new Set(['s1']))
    expect(new Set(events.map(({ runId }) => runId)).size).toBe(1)
    for (const { timestamp } of events) expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(ofType(events, 'tool.result')).toMatchObject([
      { data: { name: 'search', output: 'found', status: 'ok' } },
    ])
    expect(ofType(events, 'tool.call')).toMatchObject([{ data: { name: 'search' }, severity: 'info' }])
  })

  it('of changes of components, with the agent whose they are, in a run and outside of one', async () => {
    const agent = agentOf(search)
    const stream = new AOSTraceStream(agent)
    const events: TraceEvent[] = []
    stream.on('event', (event) => void events.push(event))
    await agent.disableComponent('tool:unseen')
    await stream.start()
    await agent.run('go', { session: 's1' })
    await agent.disableComponent('tool:search')
    await stream.stop()
    const { agent: own } = agent.describe()
    const whose = { type: 'tool', name: 'search', agent: { id: own.id, name: own.name } }
    expect(ofType(events, 'agbom.update').map(({ data, sessionId }) => [data, sessionId])).toEqual([
      [{ change: 'ADDED', ...whose }, 's1'],
      [{ change: 'DISABLED', ...whose }, undefined],
    ])
  })

  it('of retrievals, memory, models and protocols', async () => {
    const events = await told(async (aos) => {
      await aos.knowledge({ query: 'q', source: 'docs' }, () => [])
      await aos.memoryStore(['a'], () => undefined, 'notes')
      await aos.memoryContext(() => ['a'], 'notes')
      await aos.model({ model: 'm', provider: 'p', messages: ['hi'] }, () => 'hello')
      const peer = { name: 'crm' }
      await aos.protocol(
        { protocol: 'mcp', direction: 'outbound', method: 'tools/list', peer, message: {} },
        () => 1,
      )
      await aos.protocol(
        { protocol: 'a2a', direction: 'inbound', method: 'message/send', message: {} },
        () => 1,
      )
    })
    const data = (type: TraceEventType): unknown => ofType(events, type)[0]?.data
    expect(data('knowledge.retrieval')).toEqual({ source: 'docs', query: '{"query":"q"}', status: 'ok' })
    expect(data('memory.store')).toEqual({ store: 'notes', status: 'ok' })
    expect(data('memory.read')).toEqual({ store: 'notes', status: 'ok' })
    expect(data('model.call')).toEqual({ model: 'm', provider: 'p', status: 'ok' })
    expect(data('protocol.mcp')).toEqual({
      method: 'tools/list',
      direction: 'outbound',
      peer: 'crm',
      status: 'ok',
    })
    expect(data('protocol.a2a')).toEqual({ method: 'message/send', direction: 'inbound', status: 'ok' })
    expect(ofType(events, 'reasoning.step')).toEqual([])
  })

  it('what an agent says it does next', async () => {
    const thinking = (aos: GuardedRun): void =>
      aos.reasoning('look it up', { action: 'tool_call', tool: 'search' })
    expect(ofType(await told(thinking), 'reasoning.step').map(({ data }) => data)).toEqual([
      { thought: 'look it up' },
    ])
  })

  it('an alert for a denial, a failure for a guardian, and neither for a change', async () => {
    const alert = { type: 'security.alert', severity: 'high' }
    expect(ofType(await told(search, () => deny('secret')), 'security.alert')).toMatchObject([
      { ...alert, data: { reason: 'secret' } },
    ])
    const failed = await told(search, () => deny('no answer', 'guardian_timeout'))
    expect(ofType(failed, 'guardian.failure')).toMatchObject([
      { data: { reason: 'no answer', codes: ['guardian_timeout'] } },
    ])
    expect(ofType(failed, 'security.alert')).toHaveLength(1)
    const changed = await told(search, () => modify({ q: 'y' }))
    expect(changed.filter(({ severity }) => severity === 'high')).toEqual([])
    expect(ofType(changed, 'decision')).toMatchObject([{ severity: 'low' }])
  })

  it('how dangerous a tool is, as far as it was told', async () => {
    const risks = [
      { risk: { search: 'high' } },
      { risk: () => 'high' },
    ] satisfies readonly TraceStreamOptions[]
    for (const options of risks)
      expect(ofType(await told(search, undefined, options), 'tool.call')).toMatchObject([
        { severity: 'high', data: { name: 'search', risk: 'high' } },
      ])
    const broken: TraceStreamOptions = {
      risk: () => {
        throw new Error('no')
      },
    }
    expect(ofType(await told(search, undefined, broken), 'tool.call')).toHaveLength(1)
    const named: Work = (aos) => aos.toolCall({ toolName: 'constructor', parameters: {} }, () => 1)
    expect(ofType(await told(named, undefined, { risk: {} }), 'tool.call')[0]?.data).toEqual({
      name: 'constructor',
    })
  })

  it('one start and one end of a session, however many runs of it overlap', async () => {
    const child = agentOf(search)
    const events: TraceEvent[] = []
    const parent = agentOf(() => child.run('go'))
    const stream = new AOSTraceStream(parent)
    const inner = new AOSTraceStream(child)
    for (const each of [stream, inner]) {
      each.on('event', (event) => void events.push(event))
      await each.start()
    }
    await Promise.all([parent.run('a', { session: 's' }), parent.run('b', { session: 's' })])
    const sessions = ofType(events, 'session.start').map(({ sessionId }) => sessionId)
    expect(sessions).toEqual(['s', 's'])
    expect(ofType(events, 'session.end')).toHaveLength(2)
  })

  it('valid events of whatever agents do', async () => {
    await fc.assert(
      fc.asyncProperty(anyStory, async (story) => {
        const events: TraceEvent[] = []
        let stream: AOSTraceStream | undefined
        const source: StreamedAgent = { attachSink: (sink) => (sinks.push(sink), () => undefined) }
        const sinks: Sink[] = []
        stream = new AOSTraceStream(source)
        stream.on('event', (event) => void events.push(event))
        await stream.start()
        await liveStory(story, sinks)
        const { delivered, dropped, failed } = stream.stats()
        expect({ delivered, dropped, failed }).toEqual({ delivered: events.length, dropped: 0, failed: 0 })
        expect(events.at(0)?.type).not.toBe('session.end')
        for (const { timestamp } of events) expect(timestamp).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      }),
      { numRuns: 30 },
    )
  })
})

describe('consumers', () => {
  it('get nothing before start() and nothing after stop(), and it can start again', async () => {
    const agent = agentOf(search)
    const stream = new AOSTraceStream(agent)
    let count = 0
    const off = stream.on('event', () => (count += 1))
    await agent.run('go')
    expect(count).toBe(0)
    await stream.start()
    await stream.start()
    await agent.run('go')
    const once = count
    expect(once).toBeGreaterThan(0)
    await stream.stop()
    await agent.run('go')
    expect(count).toBe(once)
    expect(agent.describe().sinks).toEqual([])
    await stream.start()
    await agent.run('go')
    expect(count).toBeGreaterThan(once)
    const twice = count
    off()
    await agent.run('go')
    expect(count).toBe(twice)
  })

  it('are served side by side: listeners and loops', async () => {
    const agent = agentOf(search)
    await using stream = new AOSTraceStream(agent)
    const heard: string[] = []
    stream.on('event', ({ type }) => void heard.push(type))
    const loop = async (most: number): Promise<readonly string[]> => {
      const seen: string[] = []
      for await (const { type } of stream) {
        seen.push(type)
        if (seen.length === most) break
      }
      return seen
    }
    const loops = [loop(Infinity), loop(2)]
    await stream.start()
    await agent.run('go')
    await stream.stop()
    expect(await Promise.all(loops)).toEqual([heard, heard.slice(0, 2)])
    expect(stream.stats().consumers).toBe(1)
  })

  it('that throw or reject are counted, and harm neither the agent nor each other', async () => {
    const agent = agentOf(search)
    const stream = new AOSTraceStream(agent)
    stream.on('event', () => {
      throw new Error('no')
    })
    stream.on('event', () => Promise.reject(new Error('no')))
    let heard = 0
    stream.on('event', () => void (heard += 1))
    await stream.start()
    expect(await agent.run('go')).toBe('found')
    await new Promise(setImmediate)
    expect(stream.stats()).toMatchObject({ delivered: heard, failed: 2 * heard, dropped: 0 })
  })

  it('that are too slow lose the newest, which is counted, and the agent waits for none', async () => {
    const agent = agentOf(search)
    const stream = new AOSTraceStream(agent, { maxQueuedEvents: 3 })
    const heard: TraceEvent[] = []
    let go: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (go = resolve))
    stream.on('event', async (event) => {
      heard.push(event)
      await gate
    })
    const loop = stream[Symbol.asyncIterator]()
    await stream.start()
    for (let run = 0; run < 20; run += 1) await agent.run('go')
    const { queued, dropped } = stream.stats()
    expect(queued).toBe(6)
    expect(dropped).toBeGreaterThan(100)
    go()
    await new Promise(setImmediate)
    expect(heard.map(({ type }) => type)).toEqual(['session.start', 'message', 'tool.call', 'agbom.update'])
    expect(await loop.next()).toMatchObject({ value: { type: 'session.start' } })
    await stream.stop()
    const left = [await loop.next(), await loop.next(), await loop.next()]
    expect(left.map(({ done }) => done)).toEqual([false, false, true])
  })

  it('are bounded by text as well', async () => {
    const agent = agentOf((aos) => aos.toolCall({ toolName: 't', parameters: {} }, () => 'x'.repeat(400)))
    const stream = new AOSTraceStream(agent, { maxQueuedBytes: 2_000 })
    const loop = stream[Symbol.asyncIterator]()
    await stream.start()
    for (let run = 0; run < 5; run += 1) await agent.run('go')
    expect(stream.stats().queued).toBeLessThan(8)
    expect(stream.stats().dropped).toBeGreaterThan(20)
    await loop.return?.()
    expect(stream.stats()).toMatchObject({ queued: 0, consumers: 0 })
  })
})

describe('a source', () => {
  it.each([undefined, null, {}, () => 'plain'])('that is no instrumented agent is refused (%s)', (source) => {
    try {
      expect(new AOSTraceStream(source as never)).toBe('refused')
    } catch (error) {
      expect(isAosError(error, 'not_instrumented')).toBe(true)
    }
  })

  it('is asked for events by no other name', () => {
    const stream = new AOSTraceStream(agentOf(search))
    expect(() => stream.on('events' as 'event', () => undefined)).toThrow('on("events")')
    expect(() => new AOSTraceStream(agentOf(search), { maxQueuedEvents: 0 })).toThrow('maxQueuedEvents')
  })
})
