import { Option, type Command } from 'commander'
import type { AgbomRequest } from '../agents/agbom.ts'
import { KEY_FORMS } from '../keys/read-key.ts'
import { addCommand, type Runner } from '../terminal/runner.ts'

/** Adds `aos agbom`. */
export function addAgbom(program: Command, run: Runner): void {
  const command = addCommand(program, 'agbom', {
    summary: 'Makes the bill of materials of an agent',
    more: 'The module exports an agent of any framework, instrumented or not, or a promise of one; it is loaded, and not run.',
    examples: [
      'aos agbom ./agent.ts',
      'aos agbom ./agent.ts --format spdx-json --out bom.json --sign key.pem',
    ],
  })
  command
    .argument('<module>', 'module of the agent, JavaScript or TypeScript')
    .option('--export <name>', 'which of its exports is the agent', 'default')
    .addOption(
      new Option('--format <format>', 'format')
        .choices(['cyclonedx', 'spdx', 'spdx-json', 'spdx-3', 'swid'])
        .default('cyclonedx'),
    )
    .addOption(new Option('--spec-version <version>', 'version of CycloneDX').choices(['1.5', '1.6', '1.7']))
    .addOption(
      new Option('--packages <which>', 'npm packages that are listed')
        .choices(['all', 'direct', 'none'])
        .default('all'),
    )
    .option('--out <file>', 'write it there')
    .option('--sign <key>', `sign it beside --out, in FILE.jws, with this private ${KEY_FORMS}`)
    .action((module: string, options: AgbomRequest) =>
      run(command, async (context) => {
        const { agbom } = await import('../agents/agbom.ts')
        return agbom(module, options, context)
      }),
    )
}
