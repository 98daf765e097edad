import type { Command } from 'commander'
import type { DoctorRequest } from '../agents/doctor.ts'
import { addCommand, type Runner } from '../terminal/runner.ts'

/** Adds `aos doctor`. */
export function addDoctor(program: Command, run: Runner): void {
  const command = addCommand(program, 'doctor', {
    summary: 'Looks for what makes spans and runs disappear',
    more: 'Checks Node, the OTEL_… variables, the endpoint of OTLP and a server of runs. Given the module in which your application sets up OpenTelemetry, it loads it and looks at that set-up, too.',
    examples: ['aos doctor', 'aos doctor ./telemetry.ts --server http://127.0.0.1:4400'],
    exits: '0 nothing is wrong, 1 spans or runs are lost, 2 used wrongly, 3 the module cannot be loaded',
  })
  command
    .argument('[module]', 'module that sets up OpenTelemetry')
    .option('--server <url>', 'a server of runs that is to answer')
    .option('--probe', 'post to the OTLP endpoint although no variable names one')
    .action((module: string | undefined, options: DoctorRequest) =>
      run(command, async (context) => {
        const { examine } = await import('../agents/doctor.ts')
        return examine(module, options, context)
      }),
    )
}
