import {
  allow,
  AOSInstrument,
  ask,
  deny,
  modify,
  type AOSOptions,
  type AosEvent,
  type GuardedRun,
  type HookHandler,
  type HookOptions,
  type Sink,
} from '@aos/sdk'
import fc from 'fast-check'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import type { AgentActivityEvent } from '../generated/agent-activity-types.ts'
import { parseAgentActivity } from './parse-agent-activity.ts'
import { toActivityEvents, type ActivityContext } from './to-activity-events.ts'

const CONTEXT: ActivityContext = {
  source: { kind: 'custom_connector', name: 'test' },
  team: '00000000-0000-4000-8000-000000000000',
}

type Body = (aos: GuardedRun) => Promise<unknown>
const search: Body = (aos) => aos.toolCall({ toolName: 'search', parameters: { q: 'x' } }, () => 'found')

interface Story {
  readonly body?: Body
  readonly options?: AOSOptions
  readonly hooks?: readonly (readonly [string, HookHandler, HookOptions?])[]
  readonly sinks?: readonly Sink[]
}

/** What an agent did, event by event. */
async function happened({
  body = search,
  options = {},
  hooks = [],
  sinks: others = [],
}: Story): Promise<readonly AosEvent[]> {
  const events: AosEvent[] = []
  const sinks = [...others, { name: 'events', accept: (event: AosEvent) => void events.push(event) }]
  const agent = new AOSInstrument((_input: string, aos: GuardedRun) => body(aos), { ...options, sinks })
  for (const [hook, handler, how] of hooks) agent.registerHook(hook as 'toolCallRequest', handler, how)
  await agent.run('go', { session: 's-1', user: { id: 'u-1' } }).catch(() => undefined)
  await agent.flush(1000)
  return events
}

function told(
  events: readonly AosEvent[],
  context: ActivityContext = CONTEXT,
): readonly AgentActivityEvent[] {
  const run = events.flatMap((event) => (event.type === 'run.start' ? [event.run] : []))[0]
  return events.flatMap((event) => toActivityEvents(event, { ...context, run }))
}

/** Type and the facts of interest of each event but changes of components. */
function lines(events: readonly AgentActivityEvent[]): readonly string[] {
  return events
    .filter(({ event_type: type }) => type !== 'component.changed')
    .map(({ event_type: type, decision, outcome }) => {
      const { action, enforced, fail_mode: failMode } = decision ?? {}
      const judged = action === undefined ? [] : [`${action}${enforced === true ? '' : ' unenforced'}`]
      return [type, outcome?.status, ...judged, failMode && `fails ${failMode}`].filter(Boolean).join(' | ')
    })
}

const down = (): never => {
  throw new Error('guardian is down')
}

const HANDOFF = {
  protocol: 'a2a',
  direction: 'outbound',
  method: 'message/send',
  peer: { name: 'travel', url: 'https://travel.example' },
  message: { message: { parts: [] } },
} as const

// the table of cases, as each is told
const CASES: readonly (readonly [string, Story, readonly string[]])[] = [
  ['nobody judges', {}, ['tool.started', 'tool.finished | succeeded']],
  [
    'an allow',
    { hooks: [['toolCallRequest', () => allow()]] },
    ['tool.started | allow', 'tool.finished | succeeded | allow'],
  ],
  [
    'an allow, and the tool fails',
    {
      hooks: [['toolCallRequest', () => allow()]],
      body: (aos) => aos.toolCall({ toolName: 'search', parameters: {} }, down),
    },
    ['tool.started | allow', 'tool.finished | failed | allow'],
  ],
  ['a deny', { hooks: [['toolCallRequest', () => deny('no')]] }, ['hook.blocked | blocked | deny']],
  [
    'a modify',
    { hooks: [['toolCallRequest', () => modify({ q: 'y' }, 'safer')]] },
    ['tool.started | modify', 'tool.finished | succeeded | modify'],
  ],
  ['a handler that throws', { hooks: [['toolCallRequest', down]] }, ['hook.blocked | blocked | deny']],
  [
    'a guardian that cannot be asked, failing open',
    {
      hooks: [['toolCallRequest', () => new Promise(() => undefined), { failOpen: { reason: 'a test' } }]],
      options: { handlerTimeoutMs: 5 },
    },
    ['tool.started | allow | fails open', 'tool.finished | succeeded | allow | fails open'],
  ],
  [
    'a guardian that cannot be asked, failing closed',
    {
      hooks: [['toolCallRequest', () => new Promise(() => undefined)]],
      options: { handlerTimeoutMs: 5 },
    },
    ['hook.blocked | blocked | deny'],
  ],
  [
    'a human who says yes',
    {
      hooks: [['toolCallRequest', () => ask('sure?')]],
      options: { onApproval: () => ({ approved: true, by: 'bo' }) },
    },
    ['approval.requested | ask', 'tool.started | allow', 'tool.finished | succeeded | allow'],
  ],
  [
    'a human who says no',
    {
      hooks: [['toolCallRequest', () => ask('sure?')]],
      options: { onApproval: () => ({ approved: false, by: 'bo' }) },
    },
    ['approval.requested | ask', 'hook.blocked | blocked | deny'],
  ],
  [
    'a deny that is only tried out',
    { hooks: [['toolCallRequest', () => deny('no'), { shadow: true }]] },
    ['tool.started', 'tool.finished | succeeded', 'hook.observed | deny unenforced'],
  ],
  [
    'a result that is withheld',
    { hooks: [['toolCallResult', () => deny('private')]] },
    ['tool.started', 'tool.finished | succeeded | deny'],
  ],
  ['a message that is denied', { hooks: [['message', () => deny('no')]] }, ['hook.blocked | blocked | deny']],
  [
    'a retrieval whose results are withheld',
    {
      body: (aos) => aos.knowledge({ query: 'salaries' }, () => ['a', 'b']),
      hooks: [['knowledgeRetrieval', () => deny('private')]],
    },
    ['hook.blocked | blocked | deny'],
  ],
  [
    'a tool whose agent is not allowed to begin',
    { hooks: [['agentTrigger', () => deny('closed')]] },
    ['hook.blocked | blocked | deny'],
  ],
  [
    'work that is handed to another agent',
    { body: (aos) => aos.protocol(HANDOFF, () => ({ id: 'task-1' })) },
    ['agent.delegated'],
  ],
  [
    'work that may not be handed to another agent',
    {
      body: (aos) => aos.protocol(HANDOFF, () => ({ id: 'task-1' })),
      hooks: [['a2a', () => deny('no')]],
    },
    ['hook.blocked | blocked | deny'],
  ],
  [
    'a message to another agent that hands over nothing',
    { body: (aos) => aos.protocol({ ...HANDOFF, method: 'tasks/get' }, () => ({ id: 'task-1' })) },
    [],
  ],
  [
    'a model call',
    { body: (aos) => aos.model({ model: 'm', messages: [] }, (_m, report) => report({})) },
    ['model.completed | succeeded'],
  ],
]

describe('agent_activity events of what an agent does', () => {
  for (const [name, story, expected] of CASES)
    verifies('agent-activity.hook-blocked', name, async () => {
      const events = told(await happened(story))
      deepEqual(lines(events), expected)
      for (const event of events) deepEqual(parseAgentActivity(event), { ok: true, value: event })
    })

  verifies('agent-activity.identity', 'same events, same bytes, and each an id of its own', async () => {
    for (const [, story] of CASES) {
      const events = await happened(story)
      const once = told(events)
      equal(JSON.stringify(told(events)), JSON.stringify(once))
      equal(new Set(once.map(({ event_id: id }) => id)).size, once.length)
      for (const { event_id: id } of once) ok(/^evt-[0-9a-f]{8}-[0-9a-f]{4}-7/.test(id ?? ''))
    }
  })

  test('say where they come from, who acted, and what was decided by whom', async () => {
    const events = told(await happened({ hooks: [['toolCallRequest', () => deny('no')]] }), {
      ...CONTEXT,
      provenance: { source_classification: 'customer_internal' },
      environment: 'ci',
    })
    const blocked = events.find(({ event_type: type }) => type === 'hook.blocked')
    ok(blocked !== undefined)
    equal(blocked.session_id, 's-1')
    deepEqual(blocked.session, { id: 's-1', environment: 'ci', status: 'running' })
    deepEqual(blocked['team_id'], CONTEXT.team)
    deepEqual(
      blocked.actor_chain?.map(({ type, id }) => [type, id]),
      [
        ['user', 'u-1'],
        ['agent', blocked.agent?.id],
      ],
    )
    deepEqual(blocked.developer, { id: 'u-1' })
    deepEqual([blocked.tool?.name, blocked.tool?.action], ['search', 'invoke'])
    ok(blocked.tool?.command_preview?.includes('"x"'))
    deepEqual(blocked.provenance, { source_classification: 'customer_internal' })
    equal(blocked.decision?.hook, 'toolCallRequest')
    equal(blocked.outcome?.summary, 'no')
    ok(blocked.run_id !== undefined && blocked.step_id !== undefined)
  })

  test('lead to the signed record of the same step', async () => {
    const signer: Sink = {
      name: 'signer',
      accept: () => undefined,
      attest: (step) => [{ format: 'peac', id: step.id, ref: `sha256:${step.status ?? ''}` }],
    }
    for (const [hooks, type, ref] of [
      [[['toolCallRequest', () => deny('no')]], 'hook.blocked', 'sha256:denied'],
      [[], 'tool.finished', 'sha256:ok'],
    ] as const) {
      const events = told(await happened({ hooks, sinks: [signer] }))
      equal(events.find(({ event_type: own }) => own === type)?.peac_record_ref, ref)
    }
  })

  test('say what was handed over, and what has changed', async () => {
    const handed = told(
      await happened({ body: (aos) => aos.protocol(HANDOFF, () => ({ id: 'task-1' })) }),
    ).find(({ event_type: type }) => type === 'agent.delegated')
    deepEqual(handed?.delegation, {
      peer: 'travel',
      peer_url: 'https://travel.example',
      protocol: 'a2a',
      method: 'message/send',
    })
    const [change] = told(await happened({})).filter(({ event_type: type }) => type === 'component.changed')
    deepEqual(change?.component, { id: 'tool:search', type: 'tool', name: 'search', change: 'added' })
    equal(change?.session_id, 's-1')
  })

  test('of an inner agent name the run that it was started by', async () => {
    const inner = new AOSInstrument((_input: string, aos: GuardedRun) => search(aos))
    const seen: AosEvent[] = []
    inner.attachSink({ name: 'inner', accept: (event) => void seen.push(event) })
    const outer = await happened({ body: () => inner.run('go') })
    const [parent] = outer.flatMap((event) => (event.type === 'run.start' ? [event.run.id] : []))
    const events = told(seen)
    ok(events.length > 1)
    for (const event of events)
      deepEqual([event.parent_run_id, event.session_id], [parent, 's-1'], event.event_type)
  })

  test('carry what a model used, as far as it is known', async () => {
    const usage = { inputTokens: 12, outputTokens: Number.NaN, cacheReadTokens: 3 }
    const [event] = told(
      await happened({
        body: (aos) => aos.model({ model: 'm', messages: [] }, (_m, report) => report({ usage })),
      }),
    ).filter(({ event_type: type }) => type === 'model.completed')
    deepEqual(event?.cost, { input_tokens: 12, cache_read_tokens: 3 })
    equal(event?.model?.name, 'm')
  })

  test('tell of a change of a file where a tool is known to make one', async () => {
    const body: Body = (aos) => aos.toolCall({ toolName: 'write', parameters: { path: 'a.ts' } }, () => 1)
    const fileChanges = { write: () => ({ path: 'a.ts', change: 'modified' }) }
    const events = told(await happened({ body }), { ...CONTEXT, fileChanges })
    const change = events.find(({ event_type: type }) => type === 'agent_run_audit.file_change')
    deepEqual(change?.file_change, { path: 'a.ts', change: 'modified' })
    const odd = told(
      await happened({ body: (aos) => aos.toolCall({ toolName: 'toString', parameters: {} }, () => 1) }),
      {
        ...CONTEXT,
        fileChanges,
      },
    )
    deepEqual(lines(odd), ['tool.started', 'tool.finished | succeeded'])
  })

  test('hold no content where none is captured', async () => {
    const events = told(await happened({ options: { capture: 'off' } }))
    equal(events.find(({ event_type: type }) => type === 'tool.finished')?.tool?.command_preview, undefined)
    ok(!JSON.stringify(events).includes('found'))
  })

  test('cut a preview after 500 characters, none of them in two', async () => {
    const parameters = { text: '😀'.repeat(2000) }
    const events = told(
      await happened({
        body: (aos) => aos.toolCall({ toolName: 'search', parameters }, () => 1),
        options: { capture: 'full' },
      }),
    )
    const preview = events.find(({ event_type: type }) => type === 'tool.finished')?.tool?.command_preview
    equal(Array.from(preview ?? '').length, 500)
    ok(preview?.endsWith('😀'))
  })

  test('are valid whatever the numbers and texts of a step are', async () => {
    const events = await happened({ hooks: [['toolCallRequest', () => allow()]] })
    const odd = fc.record({
      at: fc.double(),
      name: fc.string({ unit: 'binary' }),
      tokens: fc.double(),
      input: fc.string({ unit: 'binary' }),
    })
    fc.assert(
      fc.property(odd, ({ at, name, tokens, input }) => {
        const changed = events.map((event): AosEvent => {
          if (!('step' in event)) return event
          const usage = { inputTokens: tokens, outputTokens: -tokens }
          const content = { ...event.step.content, input }
          return { ...event, at, step: { ...event.step, name, usage, content, startedAt: at, endedAt: at } }
        })
        for (const event of told(changed)) equal(parseAgentActivity(event).ok, true)
      }),
    )
  })
})
