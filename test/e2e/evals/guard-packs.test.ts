import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseEvalResult, verifyRun } from '@agent-run/types'
import { GuardianAgent } from '@aos/guardian'
import {
  parseBenchPack,
  runBenchPack,
  scriptedAgent,
  type BenchAgent,
  type BenchPack,
  type BenchReport,
  type PackPolicy,
  type World,
} from '@aos/records/evals'
import { AOSInstrument, deny, type AOSHandle, type AOSOptions } from '@aos/sdk'
import { describe, expect, it } from 'vitest'
import { createAgent } from '../../../examples/evals/agent.ts'
import { modules } from '../../compat/langchain-1.5.14/index.ts'
import { verifies } from '../../conformance/verifies.ts'
import { scriptedChatModel } from '../../support/langchain/scripted-model.ts'

const PACKS = fileURLToPath(new URL('../../../packages/records/packs/', import.meta.url))

const packs = readdirSync(PACKS).map((file) => {
  const parsed = parseBenchPack(readFileSync(`${PACKS}${file}`, 'utf8'))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues))
  return { name: parsed.value.id, pack: parsed.value }
})

type MakeAgent = (world: World, options: AOSOptions) => AOSHandle<object>

function langchainAgent(world: World, options: AOSOptions): AOSHandle<object> {
  const tools = world.tools.map(({ name, description, parameters, execute }) =>
    modules.tools.tool(async (given: unknown) => JSON.stringify(execute(given)), {
      name,
      description,
      schema: parameters as { type: 'object' },
    }),
  )
  const model = scriptedChatModel(modules, { steps: world.script })
  return new AOSInstrument(modules.langchain.createAgent({ model, tools }), options)
}

const frameworks: readonly { readonly framework: string; readonly make: MakeAgent }[] = [
  { framework: 'no framework', make: (world, options) => new AOSInstrument(scriptedAgent(world), options) },
  { framework: 'the AI SDK', make: (world, options) => new AOSInstrument(createAgent(world), options) },
  { framework: 'LangChain', make: langchainAgent },
]

type Guard = (agent: AOSHandle<object>, policies: readonly PackPolicy[]) => void

const guardian: Guard = (agent, policies) => {
  if (policies.length > 0) new GuardianAgent({ policies }).protect(agent)
}

function runWith(pack: BenchPack, make: MakeAgent, guard: Guard): Promise<BenchReport> {
  const agent = (_task: unknown, world: World): BenchAgent => {
    const made = make(world, { onApproval: world.approve, toolKinds: world.toolKinds })
    guard(made, world.policies)
    return made
  }
  return runBenchPack(pack, { agent })
}

/** The tasks that passed, and what is said of those that did not. */
function outcome({ attempts }: BenchReport): { passed: string[]; failed: string[] } {
  const of = (pass: boolean): typeof attempts => attempts.filter((attempt) => attempt.eval.pass === pass)
  return {
    passed: of(true).map(({ task }) => task),
    failed: of(false).map((attempt) => `${attempt.task}: ${attempt.eval.detail}`),
  }
}

const isolated = (task: BenchPack['tasks'][number], pack: BenchPack): readonly PackPolicy[] =>
  (task.policies ?? pack.policies ?? []) as readonly PackPolicy[]

describe.each(packs)('the pack $name', ({ pack }) => {
  const all = pack.tasks.map(({ id }) => id)

  describe.each(frameworks)('with an agent of $framework', ({ make }) => {
    verifies('aos-sdk.evals.guard-packs', 'passes with the guardian', async () => {
      const report = await runWith(pack, make, guardian)
      expect(outcome(report)).toEqual({ passed: all, failed: [] })
      for (const { run, eval: result } of report.attempts) {
        expect(parseEvalResult(result)).toMatchObject({ ok: true })
        expect(verifyRun(run).checks.filter(({ ok }) => ok === false)).toEqual([])
      }
    })

    verifies('aos-sdk.evals.guard-packs', 'fails in each task without it', async () => {
      expect(outcome(await runWith(pack, make, () => undefined)).passed).toEqual([])
    })

    verifies('aos-sdk.evals.guard-packs', 'fails in each task with a guard that denies all', async () => {
      const all = (agent: AOSHandle<object>): void => {
        agent.registerHook('toolCallRequest', () => deny('no'))
      }
      expect(outcome(await runWith(pack, make, all)).passed).toEqual([])
    })
  })

  it('needs each of its policies', async () => {
    const [{ make }] = frameworks as readonly [(typeof frameworks)[number]]
    for (const task of pack.tasks.filter(({ policies }) => policies !== undefined))
      expect([task.id, isolated(task, pack).length]).toEqual([task.id, 1])
    for (const policy of pack.policies ?? []) {
      const rest = { ...pack, policies: pack.policies?.filter((other) => other !== policy) ?? [] }
      const { failed } = outcome(await runWith(rest, make, guardian))
      expect({ policy, failed }).not.toEqual({ policy, failed: [] })
    }
  })

  it('says the same each time', async () => {
    const [{ make }] = frameworks as readonly [(typeof frameworks)[number]]
    const [one, other] = await Promise.all([runWith(pack, make, guardian), runWith(pack, make, guardian)])
    const judged = ({ attempts }: BenchReport): unknown =>
      attempts.map(({ task, eval: { pass, score, metrics } }) => ({
        task,
        pass,
        score,
        calls: metrics?.tool_calls,
      }))
    expect(judged(one)).toEqual(judged(other))
    expect(one.deterministic).toBe(true)
  })
})
