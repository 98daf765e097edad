import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A request as it arrived. */
export interface EventRequest {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly status: number
}

/** How a request is answered: a status, headers, or never. */
export type EventReply =
  | number
  | 'hang'
  | { readonly status: number; readonly headers: Readonly<Record<string, string>> }

/** A receiver of JSON events on loopback, as a SIEM has one. */
export interface EventReceiver extends AsyncDisposable {
  readonly endpoint: string
  /** Events of all accepted requests, in the order of their arrival. */
  readonly events: readonly unknown[]
  readonly requests: readonly EventRequest[]
  /** Changes how requests are answered from now on; without an argument they are accepted again. */
  behave(reply?: (request: { readonly body: string; readonly count: number }) => EventReply): void
  /** Resolves as soon as what was received fulfils a condition. */
  until(condition: (receiver: EventReceiver) => boolean): Promise<void>
}

/** Starts a receiver on a free port of the loopback interface, or on the given one. */
export async function startEventReceiver(port = 0): Promise<EventReceiver> {
  const events: unknown[] = []
  const requests: EventRequest[] = []
  const waiters = new Set<() => void>()
  let reply: (request: { readonly body: string; readonly count: number }) => EventReply = () => 200
  const server = createServer((incoming, outgoing) => {
    void text(incoming).then((body) => {
      const answer = reply({ body, count: requests.length + 1 })
      const { status, headers } =
        typeof answer === 'object' ? answer : { status: answer === 'hang' ? 0 : answer, headers: {} }
      requests.push({ headers: incoming.headers, body, status })
      if (status === 200) events.push(...eventsIn(body))
      for (const check of waiters) check()
      if (status !== 0) outgoing.writeHead(status, headers).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const receiver: EventReceiver = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ocsf`,
    events,
    requests,
    behave: (next = () => 200) => void (reply = next),
    until: (condition) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!condition(receiver)) return
          waiters.delete(check)
          resolve()
        }
        waiters.add(check)
        check()
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return receiver
}

function eventsIn(body: string): readonly unknown[] {
  if (body.startsWith('[')) return JSON.parse(body) as unknown[]
  return body
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown)
}
