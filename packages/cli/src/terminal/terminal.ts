/** Where a program writes; `process.stdout` is one. */
export interface Output {
  /** Gives false where it has no room for more until `drain`, as streams do. */
  write(text: string | Uint8Array): unknown
  once?(event: 'drain', listener: () => void): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** What the program writes to, and what it obeys. */
export interface Terminal {
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  /** Ends what goes on until it is ended, such as a server; SIGINT and SIGTERM do too. */
  readonly signal?: AbortSignal | undefined
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process
  return { stdout, stderr, env }
}

/** Whether an output shows colour: on a terminal, unless `NO_COLOR` is set. */
export function showsColor(output: Output, env: Terminal['env']): boolean {
  return output.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}

/** Writes a text, and waits where there is no room for more. */
export async function writeFully(output: Output, text: string): Promise<void> {
  if (output.write(text) !== false || output.once === undefined) return
  await new Promise<void>((resolve) => output.once?.('drain', resolve))
}

/** Calls back when the terminal, SIGINT or SIGTERM says that it is enough; gives a function that ends that. */
export function onEnd({ signal }: Terminal, listener: () => void): () => void {
  const stop = (): void => {
    process.off('SIGINT', end).off('SIGTERM', end)
    signal?.removeEventListener('abort', end)
  }
  const end = (): void => {
    stop()
    listener()
  }
  process.once('SIGINT', end).once('SIGTERM', end)
  if (signal?.aborted === true) end()
  else signal?.addEventListener('abort', end)
  return stop
}

/** Resolves when the terminal, SIGINT or SIGTERM says that it is enough. */
export function untilEnded(terminal: Terminal): Promise<void> {
  return new Promise((resolve) => {
    onEnd(terminal, resolve)
  })
}
