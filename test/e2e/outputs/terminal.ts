import { diag, DiagLogLevel } from '@opentelemetry/api'

const STREAMS = [process.stdout, process.stderr] as const
const METHODS = ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const

/** What was printed, and what OpenTelemetry's `diag` was told. */
export interface Terminal {
  /** Puts everything back; gives all there was. */
  stop(): string
}

/** Listens to everything that could reach a terminal. */
export function watchTerminal(): Terminal {
  const printed: string[] = []
  const note = (...parts: readonly unknown[]): void => {
    printed.push(parts.map((part) => (part instanceof Error ? (part.stack ?? '') : String(part))).join(' '))
  }
  const restore = [
    ...STREAMS.map((stream) => replaced(stream, 'write', (chunk: unknown) => (note(chunk), true))),
    ...METHODS.map((method) => replaced(console, method, note)),
  ]
  diag.setLogger(
    { verbose: note, debug: note, info: note, warn: note, error: note },
    { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true },
  )
  return {
    stop() {
      for (const put of restore.splice(0)) put()
      diag.disable()
      return printed.join('\n')
    },
  }
}

function replaced(holder: object, name: string, by: (...parts: unknown[]) => unknown): () => void {
  const own: unknown = Reflect.get(holder, name)
  Reflect.set(holder, name, by)
  return () => void Reflect.set(holder, name, own)
}
