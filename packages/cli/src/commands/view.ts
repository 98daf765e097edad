import type { Command } from 'commander'
import { API_KEY_FORMS } from '../keys/read-api-key.ts'
import type { ViewRequest } from '../servers/view.ts'
import { addCommand, type Runner } from '../terminal/runner.ts'

/** Adds `aos view`. */
export function addView(program: Command, run: Runner): void {
  const command = addCommand(program, 'view', {
    summary: 'Shows spans as a tree, or as one page that opens without a server',
    more: 'Files of OTLP JSON, also gzipped, also of other SDKs; or what a server was sent of runs, whose own view aos serve prints the address of.',
    examples: [
      'aos view run.otlp.jsonl',
      'aos view run.otlp.jsonl --html run.html',
      'aos view 0196b0c0-0000-7000-8000-000000000001 --server http://127.0.0.1:4400',
    ],
    exits: '0 something was shown, 2 used wrongly, 3 nothing could be shown',
  })
  command
    .argument('<files...>', 'files of spans, or ids of runs with --server; - is the standard input')
    .option('--server <url>', 'show runs that this server has spans of')
    .option('--key <key>', `for a server: the ${API_KEY_FORMS}`)
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
