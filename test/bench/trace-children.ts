import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Received } from './trace-peers/collector.ts'

/** A process that is told what to do and answers with what came of it, one message each. */
export interface Child<Order, Answer> extends AsyncDisposable {
  tell(order: Order): Promise<Answer>
}

/** Starts a process of the package with the peers. */
export function startChild<Order extends object, Answer>(
  file: string,
  args: readonly string[] = [],
  execArgv: readonly string[] = [],
): Child<Order, Answer> {
  const child = fork(join(import.meta.dirname, 'trace-peers', file), args, {
    env: plainEnvironment(),
    execArgv: [...process.execArgv, ...execArgv],
  })
  const message = <Message>(): Promise<Message> =>
    new Promise((resolve, reject) => {
      const onExit = (code: number | null): void =>
        reject(new Error(`${file} ${args.join(' ')} ended with ${code}`))
      child.once('exit', onExit)
      child.once('message', (value: Message) => {
        child.off('exit', onExit)
        resolve(value)
      })
    })
  return {
    tell(order) {
      const answer = message<Answer>()
      child.send(order)
      return answer
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.disconnect()
      await ended
    },
  }
}

/** A collector in a process of its own. */
export interface Collector extends AsyncDisposable {
  readonly endpoint: string
  /** What has been received since it was asked before. */
  take(): Promise<Received>
}

/** Starts a collector. */
export async function startCollector(): Promise<Collector> {
  const child = startChild<
    { readonly ask: 'endpoint' | 'received' },
    Received & { readonly endpoint: string }
  >('collector.ts')
  const { endpoint } = await child.tell({ ask: 'endpoint' })
  return {
    endpoint,
    take: () => child.tell({ ask: 'received' }),
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  }
}

/** What telemetry is told by the environment would change what is measured. */
function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:OTEL|LANGFUSE|OPENINFERENCE)_/.test(name)),
  )
}
