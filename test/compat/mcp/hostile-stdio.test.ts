// Processes that keep to nothing at the other end of stdio.
import { instrumentMcpClient } from '@aos/sdk/mcp'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, test } from 'vitest'
import { verifies } from '../../conformance/verifies.ts'
import { clientApplication, outcomeOf, type Outcome } from './kit/applications.ts'
import { EVIL, hostileCalls } from './kit/hostile-frames.ts'
import { evilIsDenied, safeText } from './kit/hostile-kit.ts'
import { newWorker } from './kit/instrumented.ts'
import type { Line, McpClient } from './kit/line.ts'
import { LINES } from './kit/lines.ts'
import { ENVELOPE } from './kit/raw-peer.ts'
import type { Frame } from './kit/tap.ts'
import { withoutUnhandled } from './kit/unhandled.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

const script = (name: string, ...args: string[]): string[] => [
  '--conditions=aos-source',
  new URL(`kit/${name}`, import.meta.url).pathname,
  ...args,
]

// warnings of the SDKs themselves are no crash
const CRASH = /unhandled|uncaught|RangeError|TypeError/i

/** What a gated client gets of a call to a server that plays a scene. */
async function outcome(line: Line, scene: string): Promise<Outcome> {
  const agent = newWorker()
  agent.registerHook('mcp', evilIsDenied)
  const made = line.newClient(clientApplication())
  const client = instrumentMcpClient(made.object as never, agent) as McpClient & { onerror?: () => void }
  client.onerror = () => undefined
  closing.push(() => client.close())
  await client.connect(line.stdioTransport(process.execPath, script('raw-stdio-server.ts', scene)))
  return outcomeOf(
    made.request(
      client,
      { method: 'tools/call', params: { name: 'read', arguments: { path: 'a' } } },
      { onprogress: () => undefined, timeout: 20_000 },
    ),
  )
}

describe.each(LINES)('a gated client of $name', (line) => {
  verifies('mcp.jsonrpc.malformed', 'gets past what is no message to what is one', () =>
    withoutUnhandled(async () => {
      expect(safeText(await outcome(line, 'garbage'))).toContain('good')
    }),
  )

  test('gets nothing of an answer that is too deep to be judged', () =>
    withoutUnhandled(async () => {
      expect(safeText(await outcome(line, 'deep'))).not.toContain(EVIL)
    }))

  // each is a process: one line goes through all of them
  const cuts = line === LINES[0] ? ['exit', 'half', 'progress'] : ['half']
  test.each(cuts)('does not wait for a process that has ended: %s', (scene) =>
    withoutUnhandled(async () => {
      const { error, result } = await outcome(line, scene)
      expect(result).toBeUndefined()
      expect(safeText(error)).toMatch(/closed/i)
    }),
  )
})

test('a gated client gets what comes in drips', async () => {
  const [line] = LINES.slice(-1)
  if (line === undefined) throw new Error('there is no line')
  expect(safeText(await outcome(line, 'drip'))).toContain('good')
})

describe.each(LINES.map((line, index) => ({ line, index, name: line.name })))(
  'a gated server of $name',
  ({ line, index }) => {
    interface Child {
      readonly child: ChildProcess
      readonly write: (text: string) => void
      readonly ask: (frame: Frame) => Promise<Frame>
      readonly errors: () => string
    }

    async function started(): Promise<Child> {
      const child = spawn(process.execPath, script('gated-stdio-server.ts', String(index)))
      closing.push(async () => child.kill())
      let errors = ''
      child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
      const waiting = new Map<unknown, (frame: Frame) => void>()
      createInterface({ input: child.stdout }).on('line', (text) => {
        const frame = JSON.parse(text) as Frame
        if (frame.method === undefined) waiting.get(frame.id)?.(frame)
      })
      const write = (text: string): void => void child.stdin.write(text)
      const ask = async (frame: Frame): Promise<Frame> => {
        const ended = once(child, 'exit').then(() => Promise.reject(new Error(`it has ended: ${errors}`)))
        const answer = new Promise<Frame>((resolve) => {
          waiting.set(frame.id, resolve)
        })
        write(`${JSON.stringify(frame)}\n`)
        return Promise.race([answer, ended])
      }
      if (!line.stateless)
        await ask({
          jsonrpc: '2.0',
          id: 'hands',
          method: 'initialize',
          params: {
            protocolVersion: '2025-11-25',
            capabilities: {},
            clientInfo: { name: 'raw', version: '1' },
          },
        })
      return { child, write, ask, errors: () => errors }
    }

    const call = (id: string, name: string): Frame => ({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name, arguments: { path: 'good' }, ...(line.stateless ? { _meta: ENVELOPE } : {}) },
    })

    verifies(
      'mcp.jsonrpc.malformed',
      'executes nothing evil, is alive after it, and ends with its client in the middle of a call',
      async () => {
        const { child, write, ask, errors } = await started()
        for (const frame of Object.values(hostileCalls())) {
          const text = written(frame)
          if (text !== undefined) write(`${text}\n`)
        }
        write('this is no JSON\n{\n\n')
        write(`${JSON.stringify(call('broken', 'read')).slice(0, -5)}\n`)
        expect(safeText(await ask(call('a', 'read')))).toContain('content of good')
        expect(safeText(await ask(call('b', 'received')))).not.toContain(EVIL)
        expect(errors()).not.toMatch(CRASH)
        write(`${JSON.stringify(call('hanging', 'hang'))}\n`)
        await ask(call('fence', 'read'))
        child.stdin?.end()
        expect(await once(child, 'exit')).toEqual([0, null])
      },
    )
  },
)

/** A message as JSON, where it has one. */
function written(frame: unknown): string | undefined {
  try {
    return JSON.stringify(frame)
  } catch {
    return undefined
  }
}
