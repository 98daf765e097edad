import type { Command } from 'commander'
import { KEY_FORMS } from '../keys/read-key.ts'
import { addCommand, type Runner } from '../terminal/runner.ts'

interface Options {
  readonly key: string
  readonly out?: string
}

/** Adds `aos sign`. */
export function addSign(program: Command, run: Runner): void {
  const command = addCommand(program, 'sign', {
    summary: 'Signs an AgentRun',
    more: 'Binds the whole record by its record_hash and signs its provenance (Ed25519). The signed record is printed, or written with --out.',
    examples: [
      'aos sign run.json --key key.pem --out run.signed.json',
      'aos sign run.json --key env:SIGNING_KEY',
    ],
  })
  command
    .argument('<run>', 'file of an AgentRun')
    .requiredOption('--key <key>', `private ${KEY_FORMS}`)
    .option('--out <file>', 'write it there, readable by you alone')
    .action((file: string, options: Options) =>
      run(command, async (context) => {
        const { signRun } = await import('../documents/seal-files.ts')
        return signRun(file, options, context)
      }),
    )
}
