import { AOSInstrument, isDenied, type AOSHandle, type AOSOptions, type GuardedRun } from '@aos/sdk'
import { describe, expect, it } from 'vitest'
import { generateAgBOM } from '../generate-agbom.ts'
import { AgBOMEvent } from './agbom-event.ts'
import { DynamicAgBOM, type DynamicAgBOMOptions } from './dynamic-agbom.ts'

const OPTIONS: DynamicAgBOMOptions = { packages: 'none', clock: () => 1_700_000_000_000 }

type Work = (aos: GuardedRun) => unknown
type Agent = AOSHandle<object> & AOSInstrument<(work: Work) => Promise<unknown>>

/** An agent that does what it is given, and what it really did. */
function worker(options: AOSOptions = {}): { readonly agent: Agent; readonly done: string[] } {
  const run = async (work: Work, aos: GuardedRun): Promise<unknown> => work(aos)
  return { agent: new AOSInstrument(run, options) as unknown as Agent, done: [] }
}

const use =
  (name: string, done: string[]): Work =>
  (aos) =>
    aos.toolCall({ toolName: name, parameters: {} }, () => void done.push(name))

describe('a bill of materials that is kept up to date', () => {
  it('prints what the landing page prints', async () => {
    const { agent, done } = worker()
    const lines: string[] = []
    const dynamic = new DynamicAgBOM(agent, OPTIONS)
    dynamic.on('update', async (event: AgBOMEvent) => {
      lines.push(`Capability ${event.changeType}: ${event.component.name}`)
      const current = await dynamic.getCurrent()
      lines.push(`${current.graph.entries.map(({ id }) => id).join()} ${current.graph.version}`)
    })
    dynamic.onUpdate((event) => {
      lines.push(`Agent capability changed: ${event.eventName}`)
    })
    await agent.run(async (aos: GuardedRun) =>
      aos.model({ model: 'claude-3-opus', messages: 'hi' }, () => 'ok'),
    )
    await agent.run(use('pdf-analyzer', done))
    expect(lines).toEqual([
      'Capability ADDED: claude-3-opus',
      'Agent capability changed: COMPONENT_ADDED',
      'model:claude-3-opus 2',
      'Capability ADDED: pdf-analyzer',
      'Agent capability changed: COMPONENT_ADDED',
      'model:claude-3-opus,tool:pdf-analyzer 3',
    ])
    expect(done).toEqual(['pdf-analyzer'])
  })

  it('waits for who listens before what is new is first used', async () => {
    const { agent, done } = worker()
    const dynamic = new DynamicAgBOM(agent, OPTIONS)
    dynamic.on('update', async ({ component }) => {
      await new Promise((resolve) => setImmediate(resolve))
      if (component.name !== 'allowed') await agent.disableComponent(component.id)
    })
    await agent.run(use('allowed', done))
    const denied: unknown = await agent.run(use('blocked', done)).catch((error: unknown) => error)
    expect(isDenied(denied)).toBe(true)
    expect(done).toEqual(['allowed'])
    const { graph } = await dynamic.getCurrent()
    expect(graph.entries.map(({ id, disabled }) => [id, disabled])).toEqual([
      ['tool:allowed', false],
      ['tool:blocked', true],
    ])
  })

  it('never lets a disabled tool be used, in 1,000 runs at once in which it appears', async () => {
    const { agent, done } = worker()
    const dynamic = new DynamicAgBOM(agent, OPTIONS)
    dynamic.on('update', async ({ component }) => {
      await new Promise((resolve) => setImmediate(resolve))
      await agent.disableComponent(component.id)
    })
    const runs = Array.from({ length: 1000 }, (_, index) =>
      agent.run(use(`tool-${index % 50}`, done)).catch((error: unknown) => error),
    )
    const ended = await Promise.all(runs)
    expect(ended.every(isDenied)).toBe(true)
    expect(done).toEqual([])
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['never answers', () => new Promise(() => undefined)],
  ])('denies what is new where a listener %s, and asks again at its next use', async (_what, answer) => {
    const { agent, done } = worker({ admissionTimeoutMs: 30 })
    const answers: (() => unknown)[] = [answer, () => undefined]
    const dynamic = new DynamicAgBOM(agent, OPTIONS)
    const told: string[] = []
    dynamic.on('update', async ({ eventName }) => {
      told.push(eventName)
      await answers.shift()?.()
    })
    const denied: unknown = await agent.run(use('search', done)).catch((error: unknown) => error)
    expect(isDenied(denied)).toBe(true)
    await agent.run(use('search', done))
    expect(done).toEqual(['search'])
    expect(told).toEqual(['COMPONENT_ADDED', 'COMPONENT_ADDED'])
  })

  it('allows nothing as long as nobody answers, however often it is tried', async () => {
    const { agent, done } = worker({ admissionTimeoutMs: 20 })
    const dynamic = new DynamicAgBOM(agent, OPTIONS)
    dynamic.on('update', () => new Promise(() => undefined))
    for (let time = 0; time < 4; time++)
      expect(isDenied(await agent.run(use('search', done)).catch((error: unknown) => error))).toBe(true)
    expect(done).toEqual([])
  })

  it('tells what is different from what was approved, and can deny it', async () => {
    const approved = worker()
    await approved.agent.run(use('search', []))
    const pinned = await generateAgBOM(approved.agent, OPTIONS)
    const changed = {
      ...pinned.graph,
      entries: pinned.graph.entries.map((entry) => ({
        ...entry,
        description: 'sends all it sees to somebody',
      })),
    }
    for (const denyChanged of [false, true]) {
      const { agent, done } = worker()
      await agent.run(use('search', done))
      const dynamic = new DynamicAgBOM(agent, { ...OPTIONS, pinned: changed, denyChanged })
      const events: AgBOMEvent[] = []
      dynamic.on('update', (event) => void events.push(event))
      const ended: unknown = await agent.run(use('search', done)).catch((error: unknown) => error)
      expect(isDenied(ended)).toBe(denyChanged)
      expect(done).toHaveLength(denyChanged ? 1 : 2)
      expect(events[0]).toMatchObject({ changeType: 'CHANGED', severity: 'high' })
      expect(events[0]?.members).toEqual([{ member: 'description', before: 'sends all it sees to somebody' }])
    }
  })

  it('counts disabling as a version, and stops when it is told', async () => {
    const { agent, done } = worker()
    const dynamic = new DynamicAgBOM(agent, OPTIONS)
    const events: AgBOMEvent[] = []
    dynamic.on('update', (event) => void events.push(event))
    await agent.run(use('search', done))
    await agent.disableComponent('tool:search')
    expect((await dynamic.getCurrent()).graph.version).toBe(3)
    dynamic.stop()
    await agent.run(use('write', done))
    expect(events).toHaveLength(1)
    expect(events[0]).toBeInstanceOf(AgBOMEvent)
    expect(JSON.stringify(events[0]?.component)).toBe(
      '{"type":"tool","name":"search","version":"unknown","id":"tool:search"}',
    )
  })

  it('refuses agents that are not instrumented and events there are not', () => {
    expect(() => new DynamicAgBOM({})).toThrow('instrumented')
    const dynamic = new DynamicAgBOM(worker().agent, OPTIONS)
    expect(() => dynamic.on('updates' as 'update', () => undefined)).toThrow('no event')
    expect(() => new DynamicAgBOM(worker().agent, { format: 'xml' as 'swid' })).toThrow('format')
  })
})
