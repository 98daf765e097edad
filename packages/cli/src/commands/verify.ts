import type { Command } from 'commander'
import { KEY_FORMS } from '../keys/read-key.ts'
import { addCommand, type Runner } from '../terminal/runner.ts'
import type { VerifyRequest } from '../documents/verify-files.ts'

/** Adds `aos verify`. */
export function addVerify(program: Command, run: Runner): void {
  const command = addCommand(program, 'verify', {
    summary: 'Verifies hashes and signatures of records',
    more: 'AgentRun records, exported evidence (its folder), PEAC records, audit ledgers of a guardian, and AgBOMs with a detached signature. With a key everything must be signed by it; without one only contradictions are found, and what is not proved is called unproven.',
    examples: [
      'aos verify run.json --key public.pem',
      'aos verify evidence/ --key public.pem',
      'aos verify records/ --key issuer.jwk --issuer https://agents.example.com',
      'aos verify audit/decisions.jsonl --key public.pem --checkpoint head.json',
      'aos verify audit/decisions.jsonl --secret env:LEDGER_SECRET',
      'aos verify bom.json --signature bom.json.jws --key public.pem',
    ],
  })
  command
    .argument('<paths...>', 'files, or folders of them')
    .option('--key <key>', `public ${KEY_FORMS}`)
    .option(
      '--issuer <issuer>',
      'who must have issued PEAC records: an https origin, or a did:key, which is a key itself',
    )
    .option(
      '--secret <secret>',
      'what seals audit ledgers where no pair does: env:VARIABLE, file:PATH, or a path',
    )
    .option(
      '--checkpoint <file>',
      'where an audit ledger ended once, kept elsewhere: a copy of its .head file',
    )
    .option('--signature <file>', 'detached signature of an AgBOM; by default FILE.jws beside it')
    .action((paths: readonly string[], options: VerifyRequest) =>
      run(command, async (context) => {
        const { verifyFiles } = await import('../documents/verify-files.ts')
        return verifyFiles(paths, options, context)
      }),
    )
}
