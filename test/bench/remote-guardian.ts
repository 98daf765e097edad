import { createMessageSigner, GuardianAgent } from '@aos/guardian'
import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { createAuthority } from '../support/certificates.ts'
import { median } from './interleave.ts'
import type { ServerSettings, ServerUrls } from './remote-servers.ts'

/** What asking over loopback took, against a plain request in the same round. */
export interface RemoteRatio {
  readonly name: string
  readonly p50: number
  readonly p99: number
}

const ROUNDS = 9
// until the engine has compiled what is asked again and again
const WARM_UP_ROUNDS = 6
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

/** Latencies of one decision after the other, as ratios to a plain request to the same process. */
export async function remoteRatios(): Promise<readonly RemoteRatio[]> {
  const authority = createAuthority('bench')
  const { ca } = authority
  const servers = fork(SERVERS)
  const urls = await started(servers, { key: KEY, tls: { ...authority.issue(['127.0.0.1']), ca } })
  const guardians = {
    guardian: new GuardianAgent({ endpoint: urls.guardian }),
    'guardian, signed both ways (HMAC)': new GuardianAgent({
      endpoint: urls.signed,
      signature: createMessageSigner({ keyId: 'bench', key: KEY }),
    }),
    'guardian, mutual TLS': new GuardianAgent({
      endpoint: urls.mutualTls,
      tls: { ...authority.issue(['client']), ca },
    }),
  }
  const agent = new Agent({ keepAlive: true })
  const askers = [plain(urls.plain, agent), ...Object.entries(guardians).map(asking)]
  const rounds = await interleaved(askers)
  agent.destroy()
  for (const guardian of Object.values(guardians)) await guardian.close()
  servers.disconnect()
  return askers.map(({ name }) => ({
    name,
    p50: ratioAt(rounds, name, 0.5),
    p99: ratioAt(rounds, name, 0.99),
  }))
}

const SERVERS = join(import.meta.dirname, 'remote-servers.ts')
const KEY = 'a key that both sides share, 32 bytes or more'

function started(servers: ChildProcess, settings: ServerSettings): Promise<ServerUrls> {
  return new Promise((resolve, reject) => {
    servers.once('message', (urls) => resolve(urls as ServerUrls))
    servers.once('exit', () => reject(new Error('the servers of the bench did not start')))
    servers.send(settings)
  })
}

type Round = ReadonlyMap<string, readonly number[]>

async function interleaved(askers: readonly Asker[]): Promise<readonly Round[]> {
  const rounds: Round[] = []
  for (let round = 0; round < ROUNDS + WARM_UP_ROUNDS; round++) {
    const taken = new Map<string, readonly number[]>()
    for (let turn = 0; turn < askers.length; turn++) {
      const asker = askers[(turn + round) % askers.length]
      if (asker !== undefined) taken.set(asker.name, await latencies(asker))
    }
    if (round >= WARM_UP_ROUNDS) rounds.push(taken)
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

/** Sends the same message, written and read as JSON, and does no more than that. */
function plain(url: string, agent: Agent): Asker {
  const { hostname: host, port } = new URL(url)
  const ask = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: randomUUID(), ...message })
      const headers = { 'content-type': 'application/json', 'content-length': body.length }
      const sending = request({ port, host, method: 'POST', agent, headers }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())))
      })
      sending.on('error', reject)
      sending.end(body)
    })
  return { name: PLAIN, ask }
}

function asking([name, guardian]: readonly [string, GuardianAgent]): Asker {
  const ask = async (): Promise<void> => {
    const { decision, message: reason } = await guardian.evaluate(step)
    if (decision !== 'allow') throw new Error(`the guardian of the bench says: ${reason}`)
  }
  return { name, ask }
}
