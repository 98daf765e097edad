import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Received } from './trace-peers/collector.ts'

const MAX_SAID = 4_000

/** A process that is told what to do and answers with what came of it, one message each. */
export interface Child<Order, Answer> extends AsyncDisposable {
  tell(order: Order): Promise<Answer>
}

/** Starts a process of the package with the peers; of one that ends too early, what it said last is told. */
export function startChild<Order extends object, Answer>(
  file: string,
  execArgv: readonly string[] = [],
  args: readonly string[] = [],
): Child<Order, Answer> {
  const child = fork(join(import.meta.dirname, 'trace-peers', file), args, {
    env: plainEnvironment(),
    execArgv: [...process.execArgv, ...execArgv],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-MAX_SAID)
  })
  return {
    tell(order) {
      const answer = new Promise<Answer>((resolve, reject) => {
        const onEnd = (): void => reject(new Error(said.trim() === '' ? `${file} ended` : said))
        child.once('close', onEnd)
        child.once('message', (value: Answer) => {
          child.off('close', onEnd)
          resolve(value)
        })
      })
      child.send(order)
      return answer
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
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
