import {
  createMessageSigner,
  createRequestVerifier,
  createResponseSigner,
  GuardianAgent,
  type Policy,
} from '@aos/guardian'
import { createGuardianServer, type GuardianServer, type GuardianServerOptions } from '@aos/guardian/server'
import { allow } from '@aos/sdk'
import { randomUUID } from 'node:crypto'
import { Agent, createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAuthority } from '../support/certificates.ts'
import { median } from './interleave.ts'

/** What asking over loopback took, against a plain request in the same round. */
export interface RemoteRatio {
  readonly name: string
  readonly p50: number
  readonly p99: number
}

const ROUNDS = 9
const REQUESTS = 500

interface Asker {
  readonly name: string
  readonly ask: () => Promise<unknown>
}

const step = {
  hook: 'toolCallRequest',
  tool: 'send_email',
  parameters: { to: 'ada@example.com', subject: 'hello', body: 'The report is done, see the attachment.' },
  session: 'sess_1',
} as const

// what a client sends that asks about this step
const message = {
  method: 'steps/toolCallRequest',
  params: {
    toolCallRequest: {
      executionId: '4ca0a45a-a8d8-4bdc-9c68-bfb7fcc3c814',
      toolId: step.tool,
      inputs: Object.entries(step.parameters).map(([name, value]) => ({ name, value })),
    },
    context: {
      agent: { id: 'agent', name: 'agent', instructions: '', version: '', provider: { name: '', url: '' } },
      session: { id: step.session },
      turnId: 'fd5dbc42-1481-4c79-9212-0ad196625af2',
      stepId: 'fd0863a0-61d5-419e-bd55-c57623bdb81e',
      timestamp: '2026-01-01T00:00:00.000Z',
      identity: { id: 'agent', name: 'agent', organization: [] },
      guardian: {
        pass: 'first',
        runId: '16c4d732-9501-4fe4-9aa9-36a7ca314d43',
        absent: ['agent.version', 'agent.instructions', 'agent.provider'],
      },
    },
  },
}

const allowing: Policy = { name: 'allow', hooks: ['toolCallRequest'], evaluate: () => allow() }

/** Latencies of one decision after the other, as ratios to a plain keep-alive request of the same size. */
export async function remoteRatios(): Promise<readonly RemoteRatio[]> {
  const closers: (() => Promise<unknown>)[] = []
  const askers = [
    await plain(closers),
    await asking('guardian', closers, {}, {}),
    await signed(closers),
    await mutualTls(closers),
  ]
  const rounds = await interleaved(askers)
  for (const close of closers.toReversed()) await close()
  return askers.map(({ name }) => ({
    name,
    p50: ratioAt(rounds, name, 0.5),
    p99: ratioAt(rounds, name, 0.99),
  }))
}

type Round = ReadonlyMap<string, readonly number[]>

async function interleaved(askers: readonly Asker[]): Promise<readonly Round[]> {
  const rounds: Round[] = []
  for (let round = 0; round < ROUNDS + 2; round++) {
    const taken = new Map<string, readonly number[]>()
    for (let turn = 0; turn < askers.length; turn++) {
      const asker = askers[(turn + round) % askers.length]
      if (asker !== undefined) taken.set(asker.name, await latencies(asker))
    }
    if (round >= 2) rounds.push(taken)
  }
  return rounds
}

async function latencies({ ask }: Asker): Promise<readonly number[]> {
  const taken: number[] = []
  for (let count = 0; count < REQUESTS; count++) {
    const started = performance.now()
    await ask()
    taken.push(performance.now() - started)
  }
  return taken.toSorted((a, b) => a - b)
}

function ratioAt(rounds: readonly Round[], name: string, share: number): number {
  const at = (round: Round, which: string): number =>
    round.get(which)?.[Math.floor(REQUESTS * share)] ?? Number.NaN
  return median(rounds.map((round) => at(round, name) / at(round, PLAIN)))
}

const PLAIN = 'plain keep-alive request with the same message'

/** A request with the same message, written and read as JSON on both sides, and no more than that. */
async function plain(closers: (() => Promise<unknown>)[]): Promise<Asker> {
  const server: Server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const { id } = JSON.parse(Buffer.concat(chunks).toString()) as { id: string }
      const text = JSON.stringify({ jsonrpc: '2.0', id, result: { decision: 'allow', message: 'fine' } })
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length })
      response.end(text)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const agent = new Agent({ keepAlive: true })
  closers.push(async () => {
    agent.destroy()
    server.close()
  })
  const ask = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: randomUUID(), ...message })
      const headers = { 'content-type': 'application/json', 'content-length': body.length }
      const sending = request({ port, host: '127.0.0.1', method: 'POST', agent, headers }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())))
      })
      sending.on('error', reject)
      sending.end(body)
    })
  return { name: PLAIN, ask }
}

type ClientOptions = ConstructorParameters<typeof GuardianAgent>[0]

async function asking(
  name: string,
  closers: (() => Promise<unknown>)[],
  ...[server, client]: readonly [Partial<GuardianServerOptions>, ClientOptions]
): Promise<Asker> {
  const listening: GuardianServer = createGuardianServer({ policies: [allowing], ...server })
  const guardian = new GuardianAgent({ endpoint: await listening.listen(), ...client })
  closers.push(async () => {
    await guardian.close()
    await listening.close(200)
  })
  return {
    name,
    ask: async () => {
      const { decision, message } = await guardian.evaluate(step)
      if (decision !== 'allow') throw new Error(`the guardian of the bench says: ${message}`)
    },
  }
}

function signed(closers: (() => Promise<unknown>)[]): Promise<Asker> {
  const key = 'a key that both sides share, 32 bytes or more'
  const verifier = createRequestVerifier({ keys: { bench: { algorithm: 'hmac-sha256', key } } })
  const signer = createResponseSigner({ keyId: 'bench', key })
  const signature = createMessageSigner({ keyId: 'bench', key })
  return asking(
    'guardian, signed both ways (HMAC)',
    closers,
    { signature: { verifier, signer } },
    { signature },
  )
}

function mutualTls(closers: (() => Promise<unknown>)[]): Promise<Asker> {
  const authority = createAuthority('bench')
  const { ca } = authority
  const server = { ...authority.issue(['127.0.0.1']), ca, requestCert: true }
  return asking(
    'guardian, mutual TLS',
    closers,
    { tls: server },
    { tls: { ...authority.issue(['client']), ca } },
  )
}
