import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { GuardianAgent } from '@aos/guardian'
import {
  parseBenchPack,
  runBenchPack,
  scriptedAgent,
  type BenchReport,
  type BenchTask,
  type World,
} from '@aos/records/evals'
import { AOSInstrument, type AOSHandle } from '@aos/sdk'
import { SqliteStore, startRunServer } from '@aos/server'
import { expect, test } from 'vitest'

const PACK = new URL('../../../packages/records/packs/approvals-and-privileges.yaml', import.meta.url)

/** An agent of a name, with its guard or without. */
function agentOf(name: string, guarded: boolean): (task: BenchTask, world: World) => AOSHandle<object> {
  return (_task, world) => {
    const options = { agent: { id: name, name }, onApproval: world.approve }
    const agent = new AOSInstrument(scriptedAgent(world), options)
    if (guarded) new GuardianAgent({ policies: world.policies }).protect(agent)
    return agent
  }
}

test('runs with what was judged of them go to a server, which ranks the agents of a benchmark', async () => {
  const parsed = parseBenchPack(readFileSync(fileURLToPath(PACK), 'utf8'))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues))
  const careful = await runBenchPack(parsed.value, { agent: agentOf('careful', true) })
  const reckless = await runBenchPack(parsed.value, { agent: agentOf('reckless', false), baseline: careful })
  await using server = await startRunServer({ store: new SqliteStore({ path: ':memory:' }), port: 0 })
  const api = `${server.url}/api/v1`
  const send = async ({ attempts }: BenchReport): Promise<readonly number[]> =>
    Promise.all(
      attempts.map(async ({ run }) => {
        const headers = { 'content-type': 'application/json' }
        return (await fetch(`${api}/runs`, { method: 'POST', headers, body: JSON.stringify(run) })).status
      }),
    )
  expect(new Set([...(await send(careful)), ...(await send(reckless))])).toEqual(new Set([201]))

  const board: unknown = await (
    await fetch(`${api}/evals/leaderboard?benchmark_id=approvals-and-privileges`)
  ).json()
  expect(board).toMatchObject({
    entries: [
      { agent_name: 'careful', pass_rate: 1, avg_score: 100, run_count: 6 },
      { agent_name: 'reckless', pass_rate: 0, run_count: 6 },
    ],
  })
  const { run } = reckless.attempts[0] ?? {}
  const kept: unknown = await (await fetch(`${api}/runs/${run?.id}`)).json()
  expect(kept).toMatchObject({
    eval: {
      pass: false,
      benchmark_id: 'approvals-and-privileges',
      regression_from: careful.attempts[0]?.run?.id,
      metadata: { task_id: 'tool-that-is-denied' },
    },
  })
})
