import { Option, type Command } from 'commander'
import { LIFECYCLE_KINDS, withObservation, type LifecycleRequest } from '../peac/lifecycle-request.ts'
import { withIssuer } from '../peac/issuer-request.ts'
import { addCommand, type Runner } from '../terminal/runner.ts'

/** Adds `aos emit lifecycle`. */
export function addEmit(program: Command, run: Runner): void {
  const group = program.command('emit').description('Signs records by hand')
  const command = addCommand(group, 'lifecycle', {
    summary: 'Signs an approval, an evaluation, an experiment, a transition or a mode, as a PEAC record',
    more: 'What it is about is said by opaque references (urn:…, did:…, https://…, sha256:…), never by content.',
    examples: [
      'aos emit lifecycle --event-kind approval-granted --subject-ref urn:run:42 --approval-ref urn:approval:7 --approver-ref urn:user:alice --issuer-key file:key.pem',
    ],
    exits: '0 it was signed, 2 used wrongly, 3 it could not be written',
  })
  command.addOption(
    new Option('--event-kind <kind>', 'what was seen').choices(LIFECYCLE_KINDS).makeOptionMandatory(),
  )
  withIssuer(withObservation(command))
    .option('--out <file>', 'write it there')
    .action((options: LifecycleRequest) =>
      run(command, async (context) => {
        const { emitLifecycle } = await import('../peac/emit-lifecycle.ts')
        return emitLifecycle(options, context)
      }),
    )
}
