import type { Command } from 'commander'
import type { BacktestRequest } from '../replay/backtest.ts'
import { addCommand, type Runner } from '../terminal/runner.ts'

/** Adds `aos backtest`. */
export function addBacktest(program: Command, run: Runner): void {
  const command = addCommand(program, 'backtest', {
    summary: 'Tells what other policies would have decided in recorded runs',
    more: 'Each decision journal is replayed with a guardian of the policy file: nothing is executed and nobody is asked. What cannot be told is called not_reproducible, with the reason.',
    examples: [
      'aos backtest --policy new.yaml journal/',
      'aos backtest --policy new.yaml --json journal/0196b0c0-*.jsonl',
    ],
    exits:
      '0 every run would have gone on as it did, 1 something would differ or cannot be told, 2 used wrongly, 3 a journal cannot be read',
  })
  command
    .argument('<journals...>', 'files of decision journals, or folders of them')
    .requiredOption('--policy <file>', 'the policies to try, YAML or JSON')
    .option('--name <name>', 'name of the guardian in the journals; found out by default')
    .option(
      '--hooks <names>',
      'hooks, with commas, that the guardian was bound to; those of its policies by default',
    )
    .option(
      '--guard <module>',
      'module whose default export registers handlers of your own: (agent, { clock }) => …',
    )
    .action((journals: readonly string[], options: BacktestRequest) =>
      run(command, async (context) => {
        const { backtest } = await import('../replay/backtest.ts')
        return backtest(journals, options, context)
      }),
    )
}
