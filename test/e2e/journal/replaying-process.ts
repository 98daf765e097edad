// Replays the journal of a run that another process has made, under the same policies, and prints what came of it.
import { GuardianAgent } from '@aos/guardian'
import { readJournal, replayRun } from '@aos/sdk/journal'

const { counts, determinism, decisions } = await replayRun(await readJournal(process.argv[2] ?? ''), {
  guard: (agent) => new GuardianAgent({ policies: ['taint', 'cost-control'] }).protect(agent),
})
const codes = decisions.flatMap(({ replayed }) => replayed?.codes ?? [])
process.stdout.write(JSON.stringify({ counts, determinism, codes }))
