// Peers that keep to nothing at the other end of HTTP.
import { instrumentMcpClient } from '@aos/sdk/mcp'
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { verifies } from '../../conformance/verifies.ts'
import { clientApplication, outcomeOf, type Outcome } from './kit/applications.ts'
import { connectInstrumented, newWorker } from './kit/instrumented.ts'
import type { Connection } from './kit/connect.ts'
import { EVIL, hostileCalls } from './kit/hostile-frames.ts'
import { evilIsDenied, nextTurn, safeText, turns } from './kit/hostile-kit.ts'
import type { Line, McpClient } from './kit/line.ts'
import { LINES } from './kit/lines.ts'
import { ENVELOPE, toolAnswer, welcome } from './kit/raw-peer.ts'
import type { Frame } from './kit/tap.ts'
import { withoutUnhandled } from './kit/unhandled.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

type Scene = (call: Frame, response: ServerResponse) => void | Promise<void>

const event = (frame: unknown): string => `event: message\ndata: ${JSON.stringify(frame)}\n\n`
const stream = (response: ServerResponse): ServerResponse =>
  response.writeHead(200, { 'content-type': 'text/event-stream' })
const json = (response: ServerResponse, body: unknown): void =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))

/** Each way in which a server may answer a call; `good` where the client must get what is good in it. */
const SCENES: Readonly<Record<string, { readonly play: Scene; readonly good: boolean }>> = {
  'a stream of garbage before the answer': {
    good: true,
    play({ id }, response) {
      stream(response)
      response.write(': a comment\n\ndata: this is no JSON\n\ndata: []\n\nevent: evil\ndata: {}\n\n')
      response.write(event([toolAnswer(id, EVIL)]))
      response.write(event({ ...toolAnswer(null, EVIL), id: null }))
      response.write(event(toolAnswer('nobody', EVIL)))
      response.end(event(toolAnswer(id, 'good')))
    },
  },
  'a stream in drips': {
    good: true,
    async play({ id }, response) {
      stream(response)
      for (const character of event(toolAnswer(id, 'good'))) {
        response.write(character)
        await nextTurn()
      }
      response.end()
    },
  },
  'a stream that is cut': {
    good: false,
    play({ id }, response) {
      stream(response).write(event(toolAnswer(id, EVIL)).slice(0, -20), () => response.destroy())
    },
  },
  'a stream that ends without an answer': {
    good: false,
    play(_call, response) {
      stream(response).end(': nothing\n\n')
    },
  },
  'JSON that is cut': {
    good: false,
    play({ id }, response) {
      const text = JSON.stringify(toolAnswer(id, EVIL))
      response.writeHead(200, { 'content-type': 'application/json' }).end(text.slice(0, -5))
    },
  },
  'an answer to somebody else': {
    good: false,
    play: (_call, response) => json(response, toolAnswer('nobody', EVIL)),
  },
  'an evil answer': { good: false, play: ({ id }, response) => json(response, toolAnswer(id, EVIL)) },
  'two answers': {
    good: true,
    play: ({ id }, response) =>
      void stream(response).end(event(toolAnswer(id, 'good')) + event(toolAnswer(id, EVIL))),
  },
  'an error of the server': {
    good: false,
    play: (_call, response) => void response.writeHead(500).end(EVIL),
  },
  'another kind of content': {
    good: false,
    play: (_call, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end(EVIL),
  },
  'nothing but a closed connection': { good: false, play: (_call, response) => void response.destroy() },
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** What a gated client gets of a call to a server that plays a scene. */
async function outcome(line: Line, scene: Scene): Promise<Outcome> {
  const http = createServer((request, response) => {
    if (request.method !== 'POST') return void response.writeHead(405).end()
    void bodyOf(request).then(async (body) => {
      const frame = JSON.parse(body) as Frame
      const first = welcome(frame)
      if (first !== undefined) json(response, first)
      else if (frame.method === 'tools/call') await scene(frame, response)
      else response.writeHead(202).end()
    })
  })
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve)
  })
  const agent = newWorker()
  agent.registerHook('mcp', evilIsDenied)
  const made = line.newClient(clientApplication())
  const client = instrumentMcpClient(made.object as never, agent) as McpClient & { onerror?: () => void }
  client.onerror = () => undefined
  closing.push(async () => {
    await client.close()
    http.closeAllConnections()
    http.close()
  })
  const { port } = http.address() as AddressInfo
  await client.connect(line.httpTransport(new URL(`http://127.0.0.1:${port}/mcp`)))
  const call = { method: 'tools/call', params: { name: 'read', arguments: { path: 'a' } } }
  // the SDKs wait for a stream that has ended until this is over
  return outcomeOf(made.request(client, call, { timeout: 400 }))
}

describe.each(LINES)('a gated client of $name', (line) => {
  for (const [name, { play, good }] of Object.entries(SCENES))
    test(`is answered with ${name}`, () =>
      withoutUnhandled(async () => {
        const given = await outcome(line, play)
        expect(safeText(given.result ?? {})).not.toContain(EVIL)
        if (good) expect(safeText(given)).toContain('good')
        else expect(given.error).toHaveProperty('code')
      }))
})

describe.each(LINES)('a gated server of $name', (line) => {
  interface Posted {
    readonly connection: Connection
    readonly post: (body: string, headers?: Record<string, string>) => Promise<number | undefined>
    readonly cut: (frame: Frame, after: 'request' | 'headers') => Promise<void>
  }

  async function posted(): Promise<Posted> {
    const agent = newWorker()
    agent.registerHook('mcp', evilIsDenied)
    const connection = await connectInstrumented({ line, over: 'http', role: 'server' }, agent)
    closing.push(connection.close)
    const { url, sessionId } = connection.http()
    const headers = (frame: Frame): Record<string, string> => ({
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': line.protocol,
      ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }),
      ...(line.stateless && typeof frame.method === 'string'
        ? { 'mcp-method': frame.method, 'mcp-name': 'read' }
        : {}),
    })
    const post: Posted['post'] = async (body) => {
      let frame: Frame = {}
      try {
        frame = (JSON.parse(body) as Frame | null) ?? {}
      } catch {
        frame = {}
      }
      const response = await fetch(url, {
        method: 'POST',
        body,
        headers: headers(frame),
        signal: AbortSignal.timeout(2_000),
      })
      await response.text().catch(() => '')
      return response.status
    }
    const cut: Posted['cut'] = (frame, after) =>
      new Promise((resolve) => {
        const request = httpRequest(url, { method: 'POST', headers: headers(frame) })
        request.on('error', () => undefined).on('close', () => resolve())
        request.on('response', (response) => {
          response.on('error', () => undefined)
          request.destroy()
        })
        if (after === 'headers') request.end(JSON.stringify(frame))
        else request.write(JSON.stringify(frame).slice(0, -5), () => request.destroy())
      })
    return { connection, post, cut }
  }

  const call = (id: string, name: string, path: string): Frame => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name, arguments: { path }, ...(line.stateless ? { _meta: ENVELOPE } : {}) },
  })

  const fine = async ({ request }: Connection): Promise<void> => {
    const given = await outcomeOf(request('tools/call', { name: 'read', arguments: { path: 'good' } }))
    expect(safeText(given)).toContain('content of good')
  }

  verifies('mcp.jsonrpc.malformed', 'executes nothing evil of what is posted, and goes on', () =>
    withoutUnhandled(async () => {
      const { connection, post } = await posted()
      expect(await post(JSON.stringify(call('well', 'read', 'good')))).toBe(200)
      expect(connection.serverApp.count('tools/call')).toBe(1)
      for (const [name, frame] of Object.entries(hostileCalls())) {
        const text = written(line.stateless ? inEnvelope(frame) : frame)
        if (text === undefined) continue
        await post(text)
        expect([name, safeText(connection.serverApp.received)]).toEqual([
          name,
          expect.not.stringContaining(EVIL),
        ])
      }
      for (const text of ['', '{', 'null', '[[]]', '\u0000', `${'['.repeat(50_000)}${']'.repeat(50_000)}`])
        await post(text)
      await post(JSON.stringify([call('a', 'read', EVIL), call('b', 'read', EVIL)]))
      expect(safeText(connection.serverApp.received)).not.toContain(EVIL)
      await fine(connection)
    }),
  )

  verifies('mcp.disconnect', 'goes on after clients that leave in the middle of a message or an answer', () =>
    withoutUnhandled(async () => {
      const { connection, cut } = await posted()
      await cut(call('cut', 'read', EVIL), 'request')
      await cut(call('gone', 'work', 'a'), 'headers')
      await turns(5)
      expect(safeText(connection.serverApp.received)).not.toContain(EVIL)
      await fine(connection)
    }),
  )
})

/** A message with what each request carries in the stateless protocol, so that it is taken for one. */
function inEnvelope(frame: unknown): unknown {
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame)) return frame
  const { params } = frame as Frame
  return typeof params === 'object' && params !== null && !Array.isArray(params)
    ? { ...frame, params: { _meta: ENVELOPE, ...params } }
    : frame
}

/** A message as JSON, where it has one. */
function written(frame: unknown): string | undefined {
  try {
    return JSON.stringify(frame)
  } catch {
    return undefined
  }
}
