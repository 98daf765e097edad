import type { Ticket } from '../../run/gate.ts'

/** What becomes of a tool that has ended. */
interface Ends {
  readonly settle: (output: unknown) => Promise<unknown>
  readonly failed: (error: unknown) => Promise<unknown>
}

/**
 * A tool that reports progress: what it yields on the way is held back while a handler guards results, and what it
 * returns is judged.
 */
export async function* relayed(
  ticket: Ticket,
  outputs: AsyncGenerator<unknown>,
  { settle, failed }: Ends,
): AsyncGenerator<unknown, unknown> {
  const { run, step } = ticket
  const held = run.guards('toolCallResult')
  try {
    for (;;) {
      const next = await run.enter(() => outputs.next(), step)
      if (next.done === true) return await settle(next.value)
      if (!held) yield next.value
    }
  } catch (error) {
    if (step.ended) throw error
    return await failed(error)
  } finally {
    if (!step.ended) await outputs.return(undefined)
  }
}
