import { allow, deny, type HookContext } from '@aos/sdk'
import { instrumentMcpClient, instrumentMcpServer } from '@aos/sdk/mcp'
import {
  clientApplication,
  outcomeOf,
  serverApplication,
  type Application,
  type Outcome,
} from './applications.ts'
import { EVIL } from './hostile-frames.ts'
import { newWorker, type Worker } from './instrumented.ts'
import type { Line, McpClient, RequestOptions } from './line.ts'
import { ENVELOPE, RawPeer, shakeHands, welcome } from './raw-peer.ts'
import type { Frame } from './tap.ts'

const SECRET = { name: 'read', arguments: { path: 'a' } }

const closing: (() => Promise<void>)[] = []

/** Closes what was opened here. */
export async function closeAll(): Promise<void> {
  await Promise.all(closing.splice(0).map((close) => close()))
}

/** A raw client of an instrumented server. */
export interface Served {
  readonly peer: RawPeer
  readonly app: Application
  readonly agent: Worker
  /** Makes a call that is fine. */
  readonly call: (id: unknown, name?: string) => Promise<Frame>
  readonly params: (given: object) => object
}

/** Lets a raw client talk to an instrumented server. */
export async function served(line: Line): Promise<Served> {
  const agent = newWorker()
  const app = serverApplication()
  const { near, ready } = line.serveMemory(app, (server) => instrumentMcpServer(server as never, agent))
  await ready
  const peer = RawPeer.over(near)
  closing.push(() => peer.close())
  await peer.start()
  if (!line.stateless) await shakeHands(peer)
  const params = (given: object): object => (line.stateless ? { ...given, _meta: ENVELOPE } : given)
  const call: Served['call'] = (id, name = 'read') =>
    peer.ask({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: params({ name, arguments: { path: 'good' } }),
    })
  return { peer, app, agent, call, params }
}

/** An instrumented client of a raw server. */
export interface Attached {
  readonly peer: RawPeer
  readonly app: Application
  readonly agent: Worker
  readonly client: McpClient
  readonly errors: unknown[]
  /** Makes a call that is fine. */
  readonly call: (options?: RequestOptions) => Promise<Outcome>
}

/** Lets a raw server talk to an instrumented client. */
export async function attached(line: Line, react?: (frame: Frame, peer: RawPeer) => void): Promise<Attached> {
  const agent = newWorker()
  const app = clientApplication()
  const made = line.newClient(app)
  const client = instrumentMcpClient(made.object as never, agent) as McpClient & { onerror?: unknown }
  const errors: unknown[] = []
  client.onerror = (error: unknown) => void errors.push(error)
  const peer = new RawPeer((frame, self) => {
    const first = welcome(frame)
    if (first !== undefined) void self.say(first)
    else react?.(frame, self)
  })
  closing.push(() => client.close())
  await client.connect(peer.near)
  const call: Attached['call'] = (options) =>
    outcomeOf(made.request(client, { method: 'tools/call', params: SECRET }, options))
  return { peer, app, agent, client, errors, call }
}

/** Has all messages judged, and notes what was. */
export function judgedBy(
  agent: Worker,
  verdict: (context: HookContext) => ReturnType<typeof allow>,
): string[] {
  const judged: string[] = []
  agent.registerHook('mcp', (context) => {
    judged.push(JSON.stringify(context.value))
    return verdict(context)
  })
  return judged
}

/** Denies what carries evil content. */
export function evilIsDenied({ value }: Pick<HookContext, 'value'>): ReturnType<typeof allow> {
  return JSON.stringify(value).includes(EVIL) ? deny('evil') : allow()
}

/** A body as JSON, without its `_meta`. */
export function canonical(value: unknown): string {
  const { _meta, ...rest } = (value ?? {}) as Record<string, unknown>
  return JSON.stringify(rest)
}

/** A value as JSON; what has none is evil. */
export function safeText(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    return EVIL
  }
}

/** Something to wait for that happens once. */
export function signal(): { readonly fired: Promise<void>; readonly fire: () => void } {
  let fire = (): void => undefined
  const fired = new Promise<void>((resolve) => {
    fire = resolve
  })
  return { fired, fire }
}

/** Lets everything happen that is ready to. */
export async function nextTurn(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
}

/** Lets everything happen that is ready to, and what comes of it. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn()
}
