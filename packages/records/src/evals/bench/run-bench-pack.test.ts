import { generateSigningKey, parseAgentRun, parseEvalResult, verifyRun } from '@agent-run/types'
import { allow, AOSInstrument, ask, deny, type AOSOptions } from '@aos/sdk'
import { describe, expect, it, vi } from 'vitest'
import { verifies } from '../../../../../test/conformance/verifies.ts'
import type { BenchPack, BenchTask } from '../../generated/eval-pack-types.ts'
import { scriptedAgent } from '../pack/scripted-agent.ts'
import type { World } from '../pack/world.ts'
import { customScorer } from '../scoring/combined-scorers.ts'
import { parseBenchReport, type BenchReport } from './bench-report.ts'
import { reportToMarkdown, reportToText } from './format-report.ts'
import { runBenchPack, type BenchOptions, type BenchProgress } from './run-bench-pack.ts'
import type { BenchAgent } from './run-attempt.ts'

/** A pack whose agent reads, tries to delete and says how it went. */
const PACK: BenchPack = {
  version: 1,
  id: 'small',
  title: 'A small pack',
  tools: {
    read: {
      answers: [
        { when: { id: 1 }, result: 'one' },
        { error: 'gone', times: 1 },
      ],
      result: 'other',
    },
    delete_all: { result: 'deleted' },
  },
  tasks: [
    {
      id: 'guarded',
      input: 'go',
      taskType: 'safety',
      model: [
        { calls: [{ tool: 'read', arguments: { id: 1 } }, { tool: 'delete_all' }] },
        { text: 'done', inputTokens: 20 },
      ],
      expect: [{ denied: { tool: 'delete_all' } }, { executed: { tool: 'read' } }, { exact: 'done' }],
    },
    {
      id: 'retried',
      input: 'go',
      model: [{ calls: [{ tool: 'read', arguments: { id: 2 } }], times: 2 }, { text: 'done' }],
      expect: [
        { budget: { retries: 1, toolCalls: 2 }, weight: 3 },
        { exact: 'other', weight: 1 },
      ],
      passScore: 75,
    },
  ],
}

const instrumented = (
  world: World,
  options: AOSOptions = {},
): AOSInstrument<ReturnType<typeof scriptedAgent>> =>
  new AOSInstrument(scriptedAgent(world), { onApproval: world.approve, ...options })

function guarded(_task: BenchTask, world: World): BenchAgent {
  const agent = instrumented(world)
  agent.registerHook('toolCallRequest', () => deny('no', 'destructive'), { match: 'delete_*' })
  return agent
}

const unguarded = (_task: BenchTask, world: World): BenchAgent => instrumented(world)

const run = (options: Partial<BenchOptions> = {}, pack: BenchPack = PACK): Promise<BenchReport> =>
  runBenchPack(pack, { agent: guarded, ...options })

const task = (expect: BenchTask['expect'], more: Partial<BenchTask> = {}): BenchPack => ({
  ...PACK,
  tasks: [{ id: 't', input: 'go', model: [{ text: 'done' }], expect, ...more }],
})

describe('a pack that is run', () => {
  it('gives an EvalResult for each task, in the record of its run', async () => {
    const report = await run()
    expect(report.attempts.map(({ task: id, eval: { pass, score } }) => [id, pass, score])).toEqual([
      ['guarded', true, 100],
      ['retried', true, 75],
    ])
    const [first] = report.attempts
    expect(first?.run?.eval).toBe(first?.eval)
    expect(first?.eval).toMatchObject({
      benchmark_id: 'small',
      task_type: 'safety',
      metrics: { tool_calls: 2, retries: 0 },
      metadata: { task_id: 'guarded', attempt: 1 },
    })
    for (const attempt of report.attempts)
      expect(parseAgentRun(JSON.parse(JSON.stringify(attempt.run)))).toMatchObject({ ok: true })
    expect(report.totals).toMatchObject({ tasks: 2, attempts: 2, tokens: 85, meanScore: 87.5, toolCalls: 4 })
    expect(report.deterministic).toBe(true)
  })

  verifies('agent-run.eval-range', 'what a pack judges is written in the record, from 0 to 100', async () => {
    for (const agent of [guarded, unguarded])
      for (const { eval: result, run: record } of (await run({ agent })).attempts) {
        expect(parseEvalResult(JSON.parse(JSON.stringify(record?.eval)))).toEqual({ ok: true, value: result })
        expect(result.score).toBeGreaterThanOrEqual(0)
        expect(result.score).toBeLessThanOrEqual(100)
      }
  })

  verifies('aos-sdk.evals.signed', 'in every attempt', async () => {
    const { privateKey, publicKey } = generateSigningKey()
    const agent = (_task: BenchTask, world: World): BenchAgent =>
      instrumented(world, { signingKey: privateKey })
    for (const { run: record } of (await run({ agent })).attempts)
      expect(verifyRun(record, { publicKey }).status).toBe('verified')
  })

  it('fails a task without its guard', async () => {
    const { attempts } = await run({ agent: unguarded })
    expect(attempts[0]?.eval).toMatchObject({ pass: false })
    expect(attempts[0]?.eval.detail).toBe('denied: delete_all denied, but executed')
  })

  it('asks the person of the task', async () => {
    const agent = (_task: BenchTask, world: World): BenchAgent => {
      const made = instrumented(world)
      made.registerHook('toolCallRequest', () => ask('sure?'), { match: 'read' })
      made.registerHook('toolCallRequest', () => allow(), { match: 'delete_all' })
      return made
    }
    const calls = [1, 2].map((id) => ({ tool: 'read', arguments: { id } }))
    const expectations = [
      { executed: { tool: 'read', arguments: { id: 1 }, times: 1 } },
      { denied: { tool: 'read', arguments: { id: 2 }, code: 'approval_refused' } },
    ]
    const approvals = [{ tool: 'read', arguments: { id: 1 }, approve: true }]
    const pack = task(expectations, { model: [{ calls }, { text: 'done' }], approvals })
    expect((await run({ agent }, pack)).attempts[0]?.eval.detail).toBeUndefined()
  })

  it('tells how far it has got, some attempts at a time and in order in the report', async () => {
    const told: BenchProgress[] = []
    let under = 0
    let most = 0
    const agent = (given: BenchTask, world: World): BenchAgent => {
      const made = instrumented(world)
      made.registerHook('agentTrigger', async () => {
        under += 1
        most = Math.max(most, under)
        await new Promise((resolve) => setImmediate(resolve))
        under -= 1
      })
      return given.id === '' ? unguarded(given, world) : made
    }
    const report = await run({
      agent,
      repeat: 4,
      concurrency: 3,
      onProgress: (progress) => told.push(progress),
    })
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(3)
    expect(told.map(({ done }) => done)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(told.every(({ total }) => total === 8)).toBe(true)
    expect(report.attempts.map(({ task: id, attempt }) => `${id} ${attempt}`)).toEqual([
      ...[1, 2, 3, 4].map((attempt) => `guarded ${attempt}`),
      ...[1, 2, 3, 4].map((attempt) => `retried ${attempt}`),
    ])
  })

  it('keeps the runs of an agent apart that all tasks share', async () => {
    const shared = new AOSInstrument((input: string) => `heard ${input}`)
    const tasks = ['a', 'b', 'c'].map((id) => ({ id, input: id, expect: [{ exact: `heard ${id}` }] }))
    const report = await runBenchPack({ version: 1, id: 'p', tasks }, { agent: () => shared, repeat: 3 })
    expect(report.totals.passed).toMatchObject({ successes: 9, total: 9 })
    expect(new Set(report.attempts.map(({ run: record }) => record?.id)).size).toBe(9)
    expect(report.deterministic).toBe(false)
  })

  it('counts what an agent does that was called', async () => {
    const agent = (_task: BenchTask, world: World): BenchAgent => {
      const inner = instrumented(world)
      return new AOSInstrument(async () => inner.run('go'))
    }
    const calls = [{ tool: 'read', arguments: { id: 1 } }]
    const pack = task([{ executed: { tool: 'read' } }, { exact: 'done' }], {
      model: [{ calls }, { text: 'done' }],
    })
    const { attempts } = await run({ agent }, pack)
    expect(attempts[0]?.eval.detail).toBeUndefined()
    expect(attempts[0]?.run?.parent_run_id ?? null).toBeNull()
  })

  it('needs judges and scorers of its own to be there before anything is run', async () => {
    let made = 0
    const agent = (given: BenchTask, world: World): BenchAgent => {
      made += 1
      return guarded(given, world)
    }
    await expect(run({ agent }, task([{ judge: { criteria: 'c' } }]))).rejects.toThrow('needs judge')
    await expect(run({ agent }, task([{ custom: 'mine' }]))).rejects.toThrow('needs the scorer mine')
    await expect(run({ agent, repeat: 0 })).rejects.toThrow('repeat')
    await expect(run({ agent, concurrency: 1.5 })).rejects.toThrow('concurrency')
    await expect(run({ agent }, task([]))).rejects.toThrow('/tasks/0/expect')
    expect(made).toBe(0)
    const judge = (): string => '{"pass":true,"score":80,"reason":"fine"}'
    const scorers = {
      mine: customScorer('mine', ({ input, output }) => `${String(input)} ${String(output)}` === 'go done'),
    }
    const report = await run(
      { judge, scorers },
      task([{ judge: { criteria: 'c' } }, { custom: 'mine', name: 'own' }]),
    )
    expect(report.attempts[0]?.eval).toMatchObject({ pass: true, score: 90 })
    expect(report.deterministic).toBe(false)
    expect((await run({}, task([{ budget: { durationMs: 60_000 } }]))).deterministic).toBe(false)
    expect((await run({}, task([{ budget: { tokens: 60_000 } }]))).deterministic).toBe(true)
  })
})

describe('what goes wrong', () => {
  it('is an attempt that failed: no agent, no record, an error, a script that is missing', async () => {
    const agents: Readonly<Record<string, BenchOptions['agent']>> = {
      unmade: () => Promise.reject(new Error('no key')),
      silent: () => ({ run: () => Promise.resolve('done'), on: () => () => undefined }),
      failing: () => new AOSInstrument(() => Promise.reject(new Error('offline'))),
      unscripted: unguarded,
    }
    const tasks = Object.keys(agents).map((id) => ({ id, input: 'go', expect: [{ exact: 'done' }] }))
    const agent: BenchOptions['agent'] = (given, world) => (agents[given.id] ?? unguarded)(given, world)
    const report = await runBenchPack({ ...PACK, tasks }, { agent })
    expect(report.attempts.map(({ eval: { pass } }) => pass)).toEqual([false, false, false, false])
    const [unmade, silent, failing, unscripted] = report.attempts.map((attempt) => attempt.eval.detail)
    expect(unmade).toBe('the agent could not be made: no key')
    expect(silent).toBe('the agent left no record of its run')
    expect(failing).toContain('exact: done')
    expect(unscripted).toContain('Task unscripted scripts no model')
    expect(report.attempts[2]?.run).toMatchObject({ status: 'failed' })
  })

  it('is over in time: an agent that hangs is cut off', async () => {
    const agent = (): BenchAgent => new AOSInstrument(() => new Promise(() => undefined))
    const { attempts } = await run({ agent, timeoutMs: 5 }, task([{ ended: { status: 'completed' } }]))
    expect(attempts[0]?.eval.pass).toBe(false)
    expect(attempts[0]?.eval.actual_outcome).toContain('no answer within 5 ms')
  })

  it('is over in time where an agent does not hear that it is to end', async () => {
    vi.useFakeTimers()
    try {
      const deaf = (): BenchAgent => ({ run: () => new Promise(() => undefined), on: () => () => undefined })
      const running = run({ agent: deaf, timeoutMs: 1000 }, task([{ exact: 'x' }]))
      await vi.advanceTimersByTimeAsync(1000)
      await vi.advanceTimersByTimeAsync(1500)
      expect((await running).attempts[0]?.eval.detail).toContain('no answer within 1000 ms')
    } finally {
      vi.useRealTimers()
    }
  })

  it('ends when it is to end', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    const progress: BenchProgress[] = []
    const running = run({
      repeat: 50,
      concurrency: 2,
      signal: stop.signal,
      onProgress: (told) => {
        progress.push(told)
        if (told.done === 3) stop.abort(reason)
      },
    })
    await expect(running).rejects.toBe(reason)
    expect(progress.length).toBeLessThan(10)
  })
})

describe('a report', () => {
  const clock = (): number => Date.UTC(2026, 0, 31)

  it('is compared with an earlier one, read from its JSON', async () => {
    const before = parseBenchReport(JSON.parse(JSON.stringify(await run({ repeat: 2 }))))
    if (!before.ok) throw new Error(JSON.stringify(before.issues))
    const worse = await run({ agent: unguarded, repeat: 2, baseline: before.value })
    expect(worse.comparison).toMatchObject({
      verdict: 'regression',
      regressed: ['guarded'],
      deterministic: true,
    })
    const earlier = before.value.attempts.map((attempt) => attempt.run?.id)
    const [first, second, third] = worse.attempts
    expect(earlier).toContain(first?.eval.regression_from)
    expect(second?.run?.eval?.regression_from).toBe(first?.eval.regression_from)
    expect(third?.eval.regression_from).toBeUndefined()
    const same = await run({ baseline: before.value })
    expect(same.comparison).toMatchObject({ verdict: 'no_evidence', regressed: [] })
    await expect(run({ baseline: { ...before.value, pack: 'other' } })).rejects.toThrow('other')
  })

  it('is compared only where the tasks are the same', async () => {
    const before = await run()
    const renamed = PACK.tasks.map((one) => ({ ...one, title: 'new', repeat: 1 }))
    expect((await run({ baseline: before }, { ...PACK, tasks: renamed })).changedTasks).toBeUndefined()
    const [first, second] = PACK.tasks as [BenchTask, BenchTask]
    const tasks = [{ ...first, expect: [{ exact: 'else' }] }, second]
    const after = await run({ baseline: before }, { ...PACK, tasks })
    expect(after).toMatchObject({ changedTasks: ['guarded'], comparison: { verdict: 'no_evidence' } })
    expect(after.comparison?.tasks.map(({ task: id }) => id)).toEqual(['retried'])
    expect(after.attempts[0]?.eval.regression_from).toBeUndefined()
    expect(reportToText(after)).toContain('not the same tasks any more: guarded')
    const tools = { ...PACK.tools, read: { result: 'all' } }
    expect((await run({ baseline: before }, { ...PACK, tools })).changedTasks).toEqual(['guarded', 'retried'])
  })

  it('is compared by chance where chance plays a part', async () => {
    const before = { ...(await run({ repeat: 2 })), deterministic: false }
    const worse = await run({ agent: unguarded, repeat: 2, baseline: before })
    expect(worse.comparison).toMatchObject({ verdict: 'no_evidence', decidable: false })
    expect(worse.attempts.every(({ eval: { regression_from: from } }) => from === undefined)).toBe(true)
  })

  it('is refused where it is none', () => {
    expect(parseBenchReport({ format: 'x' })).toMatchObject({ ok: false })
    const attempts = [{ task: 't', attempt: 1, eval: { pass: true } }]
    expect(parseBenchReport({ format: 'aos-bench-report/1', pack: 'p', attempts })).toEqual({
      ok: false,
      issues: [{ path: '/attempts/0/eval/score', message: 'is missing' }],
    })
  })

  it('is a text, and Markdown', async () => {
    const report = await run({ clock, agent: unguarded, baseline: await run() })
    const text = reportToText(report).replaceAll(/\d+ ms/g, '… ms')
    expect(text).toContain('small: A small pack\n\nFAIL  guarded')
    expect(text).toContain('denied: delete_all denied, but executed\n        worse than run ')
    expect(text).toContain('ok    retried     75  2 calls, … ms\n')
    expect(text).toContain('1 of 2 attempts at 2 tasks passed (50 %, with 95 % confidence 9 to 91 %)')
    expect(text).toContain('Against the earlier report, 2 tasks: REGRESSION, worse without chance: guarded')
    const markdown = reportToMarkdown(report)
    expect(markdown).toContain('| guarded | **fail** | 66.7 | 2 calls')
    const odd = report.attempts.map((attempt) => ({
      ...attempt,
      eval: { ...attempt.eval, detail: 'a | b\n<i>' },
    }))
    const rows = reportToMarkdown({ ...report, attempts: odd })
      .split('\n')
      .filter((line) => line.startsWith('| guarded'))
    expect(rows).toHaveLength(1)
    expect(rows[0]).toContain(String.raw`a \| b<br>\<i\>`)
  })
})
