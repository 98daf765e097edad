import { runGuardian } from '@aos/guardian/server'
import type { Answer, Context } from '../terminal/context.ts'
import { EXIT } from '../terminal/exit-codes.ts'
import { untilEnded } from '../terminal/terminal.ts'

/** What `aos guardian` is told by its options: those of the program aos-guardian. */
export type GuardianRequest = Readonly<Record<string, string | boolean>>

/** Serves policies as the program aos-guardian does. */
export async function guardian(
  { json: _json, ...request }: GuardianRequest,
  context: Context,
): Promise<Answer> {
  const { terminal, json } = context
  const args = Object.entries(request).flatMap(([name, value]) =>
    typeof value === 'boolean' ? [`--${name}`] : [`--${name}=${value}`],
  )
  await runGuardian(args, {
    say: (text) => void terminal.stdout.write(`${json ? JSON.stringify({ message: text }) : text}\n`),
    ended: untilEnded(terminal),
  })
  return { exitCode: EXIT.ok, json: undefined, text: '' }
}
