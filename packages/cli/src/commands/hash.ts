import type { Command } from 'commander'
import { addCommand, type Runner } from '../terminal/runner.ts'

/** Adds `aos hash`. */
export function addHash(program: Command, run: Runner): void {
  const command = addCommand(program, 'hash', {
    summary: 'Computes the run_hash and the record_hash of an AgentRun',
    more: 'Says whether the record carries the same.',
    examples: ['aos hash run.json', 'aos hash run.json --json'],
  })
  command.argument('<run>', 'file of an AgentRun').action((file: string) =>
    run(command, async (context) => {
      const { hashRun } = await import('../documents/seal-files.ts')
      return hashRun(file, context)
    }),
  )
}
