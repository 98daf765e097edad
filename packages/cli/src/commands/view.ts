import type { Command } from 'commander'
import type { ViewRequest } from '../servers/view.ts'
import { addCommand, type Runner } from '../terminal/runner.ts'

/** Adds `aos view`. */
export function addView(program: Command, run: Runner): void {
  const command = addCommand(program, 'view', {
    summary: 'Shows spans as a tree, or as one page that opens without a server',
    more: 'Files of OTLP JSON, also gzipped, also of other SDKs.',
    examples: ['aos view run.otlp.jsonl', 'aos view run.otlp.jsonl --html run.html'],
  })
  command
    .argument('<files...>', 'files of spans')
    .option('--html <file>', 'write one page in the place of printing')
    .option('--width <columns>', 'width of the tree, that of the terminal by default')
    .option('--no-color', 'print without colour')
    .action((files: readonly string[], options: ViewRequest) =>
      run(command, async (context) => {
        const { view } = await import('../servers/view.ts')
        return view(files, options, context)
      }),
    )
}
