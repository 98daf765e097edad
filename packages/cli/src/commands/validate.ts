import type { Command } from 'commander'
import { addCommand, type Runner } from '../terminal/runner.ts'

/** Adds `aos validate`. */
export function addValidate(program: Command, run: Runner): void {
  const command = addCommand(program, 'validate', {
    summary: 'Checks what files hold against its schema and rules',
    more: 'AgentRun records, evidence packs and manifests, activity events, decision journals, policy files, packs of tasks: everything that is wrong is named. What a file holds is told by its content; lists and JSON lines are checked one by one.',
    examples: [
      'aos validate run.json',
      'aos validate policies.yaml',
      'aos validate --json runs/*.json events.jsonl',
    ],
  })
  command
    .argument('<files...>', 'JSON, JSON lines or YAML; - is the standard input')
    .action((files: readonly string[]) =>
      run(command, async (context) => {
        const { validateFiles } = await import('../documents/validate-files.ts')
        return validateFiles(files, context)
      }),
    )
}
