// What is asked by remote-guardian.ts, in a process of its own: a plain server, and guardians.
import { createRequestVerifier, createResponseSigner, type Policy } from '@aos/guardian'
import { createGuardianServer, type GuardianServerOptions } from '@aos/guardian/server'
import { allow } from '@aos/sdk'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the servers need to know. */
export interface ServerSettings {
  readonly key: string
  readonly tls: { readonly key: string; readonly cert: string; readonly ca: string }
}

/** Where they listen. */
export interface ServerUrls {
  readonly plain: string
  readonly guardian: string
  readonly signed: string
  readonly mutualTls: string
}

const allowing: Policy = { name: 'allow', hooks: ['toolCallRequest'], evaluate: () => allow() }

/** Reads the message as JSON and answers with a decision as JSON, and does no more than that. */
async function plain(): Promise<string> {
  const server = createServer((incoming, response) => {
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
  return `http://127.0.0.1:${port}`
}

function guardian(options: Partial<GuardianServerOptions>): Promise<string> {
  return createGuardianServer({ policies: [allowing], ...options }).listen()
}

async function start({ key, tls }: ServerSettings): Promise<ServerUrls> {
  const verifier = createRequestVerifier({ keys: { bench: { algorithm: 'hmac-sha256', key } } })
  const signer = createResponseSigner({ keyId: 'bench', key })
  return {
    plain: await plain(),
    guardian: await guardian({}),
    signed: await guardian({ signature: { verifier, signer } }),
    mutualTls: await guardian({ tls: { ...tls, requestCert: true } }),
  }
}

process.once(
  'message',
  (settings: ServerSettings) => void start(settings).then((urls) => process.send?.(urls)),
)
process.once('disconnect', () => process.exit())
