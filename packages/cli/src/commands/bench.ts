import type { Command } from 'commander'
import type { BenchRequest } from '../agents/bench.ts'
import { addCommand, type Runner } from '../terminal/runner.ts'

/** Adds `aos bench`. */
export function addBench(program: Command, run: Runner): void {
  const command = addCommand(program, 'bench', {
    summary: 'Runs a pack of tasks against an agent, judges each run, and reports',
    more: 'The pack is a file, or one that tests guards by its name: approvals-and-privileges, budgets-and-loops, data-exfiltration. The module exports (task, world) => agent.',
    examples: [
      'aos bench data-exfiltration --agent ./agent.ts',
      'aos bench pack.yaml --agent ./agent.ts --repeat 5 --baseline before.json --out after.json',
    ],
    exits:
      '0 every attempt passed and nothing got worse, 1 otherwise, 2 used wrongly, 3 the pack or the module cannot be read',
  })
  command
    .argument('<pack>', 'file of a pack, YAML or JSON, or the name of one that comes along')
    .requiredOption('--agent <module>', 'module that makes the agent of an attempt')
    .option('--export <name>', 'which of its exports does so', 'default')
    .option('--repeat <times>', 'attempts at each task that does not say itself how many')
    .option('--concurrency <number>', 'attempts at a time, 4 by default')
    .option('--baseline <report>', 'report of earlier to compare with')
    .option('--out <file>', 'write the report there, as JSON')
    .option('--markdown', 'print it as Markdown, for pull requests')
    .action((pack: string, options: BenchRequest) =>
      run(command, async (context) => {
        const { bench } = await import('../agents/bench.ts')
        return bench(pack, options, context)
      }),
    )
}
