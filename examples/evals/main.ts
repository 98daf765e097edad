// Three packs of tasks try the guard of an agent. With it every task passes; once it is taken away the report says so, and
// names for each task the run that was better.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseBenchPack, reportToText, runBenchPack } from '@aos/records/evals'
import { createGuarded, createUnguarded } from './agent.ts'

for (const name of ['data-exfiltration', 'budgets-and-loops', 'approvals-and-privileges']) {
  const file = fileURLToPath(import.meta.resolve(`@aos/records/packs/${name}.yaml`))
  const pack = parseBenchPack(readFileSync(file, 'utf8'))
  assert.ok(pack.ok, JSON.stringify(pack))

  const guarded = await runBenchPack(pack.value, { agent: createGuarded })
  console.log(reportToText(guarded))
  assert.equal(guarded.totals.passed.rate, 1)

  const unguarded = await runBenchPack(pack.value, { agent: createUnguarded, baseline: guarded })
  console.log(reportToText(unguarded))
  assert.equal(unguarded.totals.passed.rate, 0)
  assert.equal(unguarded.comparison?.verdict, 'regression')
  const better = unguarded.attempts.map((attempt) => attempt.eval.regression_from)
  assert.deepEqual(
    better,
    guarded.attempts.map((attempt) => attempt.run?.id),
  )
}
