// A collector in a process of its own: it answers every request at once, and counts what it was sent.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

/** What was received since the last time it was asked for. */
export interface Received {
  readonly spans: number
  /** As they came. */
  readonly bytes: number
  /** Before they were compressed. */
  readonly plainBytes: number
  readonly requests: number
}

const NONE: Received = { spans: 0, bytes: 0, plainBytes: 0, requests: 0 }
/** Quotes inside of a text are escaped in JSON, so this is the member of a span. */
const JSON_SPAN = Buffer.from('"traceId":"')
const PATH_TO_SPANS = [1, 2, 2]

let received = NONE

const server = createServer((incoming, response) => {
  const chunks: Buffer[] = []
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
  incoming.on('end', () => {
    const type = incoming.headers['content-type'] ?? ''
    const isJson = type.includes('json')
    response.writeHead(200, { 'content-type': type }).end(isJson ? '{}' : '')
    const sent = Buffer.concat(chunks)
    const body = incoming.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
    received = {
      spans: received.spans + (isJson ? spansInJson(body) : fieldsAt(body, PATH_TO_SPANS)),
      bytes: received.bytes + sent.byteLength,
      plainBytes: received.plainBytes + body.byteLength,
      requests: received.requests + 1,
    }
  })
})

function spansInJson(body: Buffer): number {
  let count = 0
  for (let at = body.indexOf(JSON_SPAN); at >= 0; at = body.indexOf(JSON_SPAN, at + 1)) count += 1
  return count
}

/** How many messages there are under a path of field numbers. */
function fieldsAt(message: Buffer, [wanted, ...below]: readonly number[]): number {
  let count = 0
  let offset = 0
  const varint = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 0x80) {
      const byte = message.readUInt8(offset++)
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
  }
  while (offset < message.byteLength) {
    const tag = varint()
    const wire = tag % 8
    if (wire === 0) varint()
    else if (wire === 1) offset += 8
    else if (wire === 5) offset += 4
    else {
      const end = varint() + offset
      if (Math.floor(tag / 8) === wanted)
        count += below.length === 0 ? 1 : fieldsAt(message.subarray(offset, end), below)
      offset = end
    }
  }
  return count
}

const listening = new Promise<string>((resolve) => {
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo
    resolve(`http://127.0.0.1:${port}`)
  })
})

process.on('message', ({ ask }: { readonly ask: 'endpoint' | 'received' }) => {
  if (ask === 'endpoint') {
    void listening.then((endpoint) => process.send?.({ endpoint }))
    return
  }
  process.send?.(received)
  received = NONE
})
process.once('disconnect', () => process.exit())
