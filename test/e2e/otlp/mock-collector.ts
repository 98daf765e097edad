import './wide-numbers.ts'
import { MockOtlpServer } from '@elastic/mockotlpserver'
import { spansOfRequest, type ReceivedSpan } from '../../support/otlp-spans.ts'

/** A collector that others have made, on free ports of the loopback interface. */
export interface MockCollector extends AsyncDisposable {
  readonly httpUrl: string
  readonly grpcUrl: string
  /** What it decoded, in the order of its arrival. */
  readonly spans: readonly ReceivedSpan[]
  /** Resolves once there are so many. */
  received(count: number): Promise<void>
}

/** Starts one. */
export async function startMockCollector(): Promise<MockCollector> {
  const spans: ReceivedSpan[] = []
  const waiting = new Set<() => void>()
  const onTrace = (request: unknown): void => {
    spans.push(...spansOfRequest(plain(request)))
    for (const check of waiting) check()
  }
  const loopback = '127.0.0.1'
  const server = new MockOtlpServer({
    services: ['http', 'grpc'],
    httpHostname: loopback,
    grpcHostname: loopback,
    httpPort: 0,
    grpcPort: 0,
    logLevel: 'fatal',
    onTrace,
  })
  await server.start()
  return {
    httpUrl: server.httpUrl.origin,
    grpcUrl: server.grpcUrl.origin,
    spans,
    received: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (spans.length < count) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
    [Symbol.asyncDispose]: () => server.close(),
  }
}

// each way that a request comes in has an own way to hold ids and large numbers
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  if ('low' in value && 'high' in value) return (value as { toString(): string }).toString()
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]))
}
