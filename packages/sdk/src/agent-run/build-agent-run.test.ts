import { generateSigningKey, parseAgentRun, verifyRun, type AgentRun } from '@agent-run/types'
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { describe } from 'vitest'
import { verifies } from '../../../../test/conformance/verifies.ts'
import { guardedAgent, outcomeOf } from '../../../../test/support/guarded-agent.ts'
import { AOSInstrument, deny, type AOSOptions, type GuardedRun, type TokenUsage } from '../index.ts'

/** Runs an agent once and gives the record of its run, parsed. */
async function recordOf(
  work: (aos: GuardedRun) => unknown,
  options: AOSOptions = {},
  arm?: (agent: ReturnType<typeof guardedAgent>['agent']) => void,
): Promise<AgentRun> {
  const runs: AgentRun[] = []
  const { agent } = guardedAgent(work, options)
  arm?.(agent)
  agent.on('run', (run) => void runs.push(run))
  await outcomeOf(agent.run('go'))
  equal(runs.length, 1)
  const parsed = parseAgentRun(JSON.parse(JSON.stringify(runs[0])))
  ok(parsed.ok, JSON.stringify(parsed))
  return parsed.value
}

const model = (aos: GuardedRun, usage: TokenUsage | undefined, name = 'model-1'): Promise<unknown> =>
  aos.model({ model: name, provider: 'acme', messages: ['hi'] }, (_messages, report) => {
    report({ actual: name, ...(usage === undefined ? {} : { usage }) })
    return 'answer'
  })

const search = (aos: GuardedRun): Promise<unknown> =>
  aos.toolCall({ toolName: 'search', parameters: { query: 'x' } }, () => 'found')

describe('the record of a run', () => {
  verifies('aos-sdk.agent-run.valid', 'whatever happened in it', async () => {
    const works: readonly ((aos: GuardedRun) => unknown)[] = [
      () => 'answer',
      () => undefined,
      () => Promise.reject(new Error('x'.repeat(5000))),
      () => Promise.reject(Symbol('odd')),
      search,
      (aos) =>
        aos.toolCall({ toolName: 'fails', parameters: {} }, () => Promise.reject(new TypeError('offline'))),
      (aos) => aos.knowledge({ query: 'q' }, () => ['document']),
      (aos) => aos.memoryStore(['note'], () => undefined),
      (aos) => aos.memoryContext(() => []),
      (aos) => aos.protocol({ protocol: 'a2a', direction: 'inbound', message: {} }, () => 1),
      (aos) => model(aos, { inputTokens: 1, outputTokens: 2, cacheReadTokens: 1 }),
      (aos) => aos.model({ model: 'fails', messages: [] }, () => Promise.reject(new Error('503'))),
      (aos) => aos.toolCall({ toolName: 'long', parameters: '😀'.repeat(2000) }, () => '😀'.repeat(2000)),
    ]
    for (const work of works) {
      await recordOf(work)
      await recordOf(work, { capture: 'full' })
      await recordOf(work, {}, (agent) => agent.registerHook('toolCallResult', () => deny('no')))
      await recordOf(work, {}, (agent) => agent.registerHook('toolCallRequest', () => deny('no')))
    }
  })

  verifies('aos-sdk.agent-run.valid', 'agent, steps in order, times and totals', async () => {
    let now = 1_700_000_000_000.4
    const run = await recordOf(
      async (aos) => {
        await model(aos, { inputTokens: 10, outputTokens: 5 })
        now += 250
        await search(aos)
      },
      { agent: { id: 'agent-1', name: 'Researcher', version: '2' }, clock: () => now },
    )
    deepEqual(
      [run.agent_id, run.agent_name, run.status, run.outcome, run.duration_ms],
      ['agent-1', 'Researcher', 'completed', 'success', 250],
    )
    deepEqual(
      [run.started_at, run.runtime, run.runtime_version],
      ['2023-11-14T22:13:20.000Z', 'function', 'unknown'],
    )
    deepEqual(
      run.steps.map(({ type, tool_name: tool, tokens_used: tokens }) => [type, tool, tokens]),
      [
        ['message', undefined, undefined],
        ['message', undefined, undefined],
        ['reasoning', undefined, 15],
        ['tool_call', 'search', undefined],
        ['tool_result', 'search', undefined],
      ],
    )
    deepEqual(
      [run.steps[3]?.input_preview, run.steps[4]?.output_preview, run.steps[4]?.success],
      ['{"query":"x"}', 'found', true],
    )
  })

  verifies('agent-run.id-v7', 'ids of the SDK sort by time', async () => {
    const [first, second] = [await recordOf(() => 1), await recordOf(() => 1)]
    match(first.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    ok(first.id.slice(0, 13) <= second.id.slice(0, 13))
    ok(first.steps.every(({ id }) => id !== first.id))
  })

  verifies('aos-sdk.agent-run.denied', 'and its result does not exist', async () => {
    const run = await recordOf(search, {}, (agent) =>
      agent.registerHook('toolCallRequest', () => deny('off limits', 'pii'), { name: 'pii-guard' }),
    )
    const calls = run.steps.filter(({ type }) => type !== 'message')
    deepEqual(
      calls.map(({ type, success, error }) => [type, success, error]),
      [['tool_call', false, 'denied by guardian: off limits']],
    )
    const aos = calls[0]?.metadata?.['aos'] as { decisions: readonly Record<string, unknown>[] } | undefined
    const facts = aos?.decisions[0]
    deepEqual(
      ['hook', 'verdict', 'enforced', 'by', 'reason_codes'].map((name) => facts?.[name]),
      ['toolCallRequest', 'deny', 'denied', 'pii-guard', ['pii']],
    )
    const withheld = await recordOf(
      (aos) => outcomeOf(search(aos)),
      {},
      (agent) => agent.registerHook('toolCallResult', () => deny('too much')),
    )
    const [call, result] = withheld.steps.filter(({ tool_name: tool }) => tool === 'search')
    deepEqual(
      [call?.success, result?.success, result?.error, result?.output_preview],
      [true, false, 'denied by guardian: too much', undefined],
    )
    equal(withheld.outcome, 'partial')
  })
})

describe('a signed record', () => {
  const { privateKey, publicKey } = generateSigningKey()

  verifies('aos-sdk.agent-run.signed', 'is verified, and every change of it is seen', async () => {
    const run = await recordOf((aos) => model(aos, { inputTokens: 1, outputTokens: 1 }), {
      signingKey: privateKey,
    })
    deepEqual(verifyRun(run, { publicKey }), {
      ...verifyRun(run, { publicKey }),
      status: 'verified',
      unprotected: [],
    })
    const tampered: readonly AgentRun[] = [
      { ...run, status: 'failed' },
      { ...run, agent_id: 'other' },
      { ...run, steps: run.steps.slice(1) },
      { ...run, steps: run.steps.map((step) => ({ ...step, success: false })) },
      { ...run, cost: { ...run.cost, cost_usd: 0 } },
      { ...run, id: `${run.id}0` },
      {
        ...run,
        provenance: {
          ...run.provenance,
          lineage: [run.provenance.run_hash],
          parent_run_hash: run.provenance.run_hash,
        },
      },
      { ...run, metadata: {} },
    ]
    for (const forged of tampered) equal(verifyRun(forged, { publicKey }).status, 'refused')
    equal(verifyRun(run, { publicKey: generateSigningKey().publicKey }).status, 'refused')
  })

  verifies('aos-sdk.agent-run.signed', 'a nested one as well, against its parent', async () => {
    const runs: AgentRun[] = []
    const inner = new AOSInstrument(async () => 'inside', { signingKey: privateKey })
    inner.on('run', (run) => void runs.push(run))
    const parent = await recordOf(() => inner.run('go'), { signingKey: privateKey })
    const [child] = runs
    ok(child !== undefined)
    equal(verifyRun(child, { publicKey, parent }).status, 'verified')
    equal(verifyRun({ ...child, parent_run_id: 'x' }, { publicKey, parent }).status, 'refused')
  })

  verifies(
    'agent-run.run-hash-delimiter',
    'a "|" in the model or the name of an agent does not break it',
    async () => {
      const runs: AgentRun[] = []
      const agent = Object.defineProperty(async () => 1, 'name', { value: 'a|b' })
      const piped = new AOSInstrument(agent, { signingKey: privateKey })
      piped.on('run', (run) => void runs.push(run))
      await piped.run('go')
      deepEqual([runs[0]?.agent_id, verifyRun(runs[0], { publicKey }).status], ['a_b', 'verified'])
    },
  )
})

describe('cost', () => {
  const usage = { inputTokens: 1_000_000, outputTokens: 500_000, cacheReadTokens: 400_000 }
  const row = { input: 3, output: 15, cacheRead: 0.3 }
  const price = { date: '2026-01-01', models: { 'model-1': row } }

  verifies('aos-sdk.agent-run.cost', 'from a table and from a function', async () => {
    const { cost } = await recordOf((aos) => model(aos, usage), { price })
    deepEqual(
      [cost.input_tokens, cost.output_tokens, cost.total_tokens, cost.cache_read_tokens, cost.cost_usd],
      [1_000_000, 500_000, 1_500_000, 400_000, 1.8 + 0.12 + 7.5],
    )
    const asked: unknown[] = []
    const own = await recordOf((aos) => model(aos, usage), {
      price: (...call) => {
        asked.push(call)
        return 0.25
      },
    })
    deepEqual([own.cost.cost_usd, asked], [0.25, [['acme', 'model-1', usage]]])
    const two = await recordOf(async (aos) => [await model(aos, usage), await model(aos, usage)], {
      price: () => 0.25,
    })
    deepEqual([two.cost.cost_usd, two.cost.input_tokens], [0.5, 2_000_000])
  })

  verifies('aos-sdk.agent-run.cost', 'that is not known is absent, for the whole run', async () => {
    const unknown: readonly [AOSOptions, (aos: GuardedRun) => unknown][] = [
      [{}, (aos) => model(aos, usage)],
      [{ price }, (aos) => model(aos, usage, 'model-2')],
      [{ price }, (aos) => model(aos, undefined)],
      [{ price }, async (aos) => [await model(aos, usage), await model(aos, usage, 'model-2')]],
      [{ price }, async (aos) => [await model(aos, usage), await model(aos, undefined)]],
      [{ price: () => undefined }, (aos) => model(aos, usage)],
      [{ price: () => Number.NaN }, (aos) => model(aos, usage)],
      [{ price: () => -1 }, (aos) => model(aos, usage)],
      [
        {
          price: () => {
            throw new Error('price list is down')
          },
        },
        (aos) => model(aos, usage),
      ],
    ]
    for (const [options, work] of unknown) ok(!('cost_usd' in (await recordOf(work, options)).cost))
    const { cost } = await recordOf(() => 'no model at all', { price })
    deepEqual(cost, { input_tokens: 0, output_tokens: 0, total_tokens: 0 })
  })
})
