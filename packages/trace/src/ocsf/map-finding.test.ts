import { deny, type GuardedRun } from '@aos/sdk'
import { describe, expect, it } from 'vitest'
import { guardedAgent } from '../../../../test/support/guarded-agent.ts'
import { securityControl } from './judged.ts'
import type { OcsfEvent } from './ocsf-event.ts'
import { OCSFLogger } from './ocsf-logger.ts'

function listen(): { readonly events: OcsfEvent[]; readonly logger: OCSFLogger } {
  const events: OcsfEvent[] = []
  return { events, logger: new OCSFLogger({ emit: (event) => void events.push(event) }) }
}

const search = (aos: GuardedRun): Promise<unknown> =>
  aos.toolCall({ toolName: 'search', parameters: { q: 'ssn' } }, () => 'found')

const ofType = (events: readonly OcsfEvent[], type: number): readonly OcsfEvent[] =>
  events.filter(({ type_uid: uid }) => uid === type)

describe('findings of everything that can be denied', () => {
  const inbound = async (aos: GuardedRun): Promise<unknown> =>
    aos.protocol(
      {
        protocol: 'a2a',
        direction: 'inbound',
        method: 'SendMessage',
        peer: { name: 'caller', url: 'https://caller.example' },
        message: {},
      },
      () => 'served',
    )

  it('name the other side as the source of what comes in, as the step does', async () => {
    const { events, logger } = listen()
    const { agent } = guardedAgent((aos) => inbound(aos).catch(() => 'denied'), { sinks: [logger] })
    agent.registerHook('a2a', () => deny('not from there'))
    await agent.run('go')
    const [finding] = ofType(events, 200401)
    const between = {
      src_endpoint: { name: 'caller', uid: 'https://caller.example' },
      dst_endpoint: { name: 'worker' },
    }
    expect(finding?.['evidences']).toMatchObject([{ ...between, api: { operation: 'SendMessage' } }])
    expect(ofType(events, 600399).filter(({ activity_name: name }) => name === 'A2A Message')).toMatchObject([
      between,
    ])
  })

  it('are one for each decision that says no, before and after, and one that was only tried out', async () => {
    const { events, logger } = listen()
    const { agent } = guardedAgent(
      async (aos) => {
        for (const toolName of ['one', 'two'])
          await aos.toolCall({ toolName, parameters: {} }, () => 'done').catch(() => 'denied')
        await aos.knowledge({ query: 'q', source: 'wiki' }, () => []).catch(() => 'denied')
        await aos.memoryStore(['note'], () => 'stored').catch(() => 'denied')
      },
      { sinks: [logger] },
    )
    agent.registerHook('toolCallRequest', () => deny('before'), { match: 'one' })
    agent.registerHook('toolCallResult', () => deny('after'), { match: 'two' })
    agent.registerHook('toolCallRequest', () => deny('tried'), { match: 'two', shadow: true })
    agent.registerHook('knowledgeRetrieval', () => deny('nothing from there'))
    agent.registerHook('memoryStore', () => deny('nothing to there'))
    await agent.run('go')
    await agent.flush()
    const told = ofType(events, 200401).map(({ finding_info: info, action, disposition, severity }) => [
      (info as { title: string }).title,
      action,
      disposition,
      severity,
    ])
    expect(told.toSorted(([a = ''], [b = '']) => (String(a) < String(b) ? -1 : 1))).toEqual([
      ['Knowledge Retrieval withheld: wiki', 'Denied', 'Blocked', 'High'],
      ['Memory Store denied: memory', 'Denied', 'Blocked', 'High'],
      ['Tool Call denied: one', 'Denied', 'Blocked', 'High'],
      ['Tool Call judged in the shadow (deny): two', 'Observed', 'Logged', 'Informational'],
      ['Tool Call withheld: two', 'Denied', 'Blocked', 'High'],
    ])
    const known = new Set(events.map(({ metadata }) => metadata.uid))
    for (const { finding_info: info } of ofType(events, 200401)) {
      const [related] = (info as { related_events: readonly { uid: string }[] }).related_events
      expect(known).toContain(related?.uid)
    }
  })

  it('are observed in the shadow, whatever was decided there', () => {
    const decision = {
      decisionId: 'd',
      hook: 'toolCallRequest',
      phase: 'request',
      enforced: 'none',
      source: 'shadow',
      reasonCodes: [],
      latencyMs: 1,
      handlers: [],
      shadow: true,
      at: 0,
    } as const
    for (const verdict of ['allow', 'abstain', 'deny', 'modify', 'ask', 'throw'] as const)
      expect(securityControl({ ...decision, verdict })).toMatchObject({
        action: 'Observed',
        disposition: 'Logged',
        is_alert: false,
        policy: { is_applied: false },
      })
  })

  it.each(['policy_error', 'opa_error', 'cel_error', 'approval_unavailable'])(
    'tell a failure to judge from a denial (%s)',
    async (code) => {
      const { events, logger } = listen()
      const { agent } = guardedAgent((aos) => search(aos).catch(() => 'denied'), { sinks: [logger] })
      agent.registerHook('toolCallRequest', () => deny('could not decide', code))
      await agent.run('go')
      expect(ofType(events, 200401)).toMatchObject([{ finding_info: { types: ['Guardian Failure'] } }])
    },
  )

  it('come of a step of an agent within an agent, which the outer one denies', async () => {
    const { events, logger } = listen()
    const inner = guardedAgent((aos) => search(aos).catch(() => 'denied'), {
      agent: { name: 'inner' },
      sinks: [logger],
    })
    const outer = guardedAgent(() => inner.agent.run('go'), { agent: { name: 'outer' }, sinks: [logger] })
    outer.agent.registerHook('toolCallRequest', () => deny('not here'), { name: 'outer guard' })
    await outer.agent.run('go')
    expect(ofType(events, 200401)).toMatchObject([
      { actor: { app_name: 'inner' }, policy: { name: 'outer guard' }, finding_info: { desc: 'not here' } },
    ])
    const starts = ofType(events, 600203).filter(({ metadata }) => metadata['event_code'] === 'run.start')
    expect(starts).toHaveLength(2)
  })
})
