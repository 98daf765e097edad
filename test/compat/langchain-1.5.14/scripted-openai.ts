import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the server answers a request with: a text, or one call of `search`. */
export type Said = { readonly text: string } | { readonly query: string }

/** A server on this machine that speaks the Responses protocol of OpenAI and follows a script. */
export interface ScriptedOpenAI {
  readonly baseURL: string
  /** What it was asked, as it came. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

const USAGE = {
  input_tokens: 10,
  output_tokens: 5,
  total_tokens: 15,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens_details: { reasoning_tokens: 2 },
}

interface Reply {
  readonly said: Said
  /** Told apart by their ids, as those of a provider are. */
  readonly id: number
}

/** Starts one; each request takes the next step of the script. */
export async function scriptedOpenAI(...script: readonly Said[]): Promise<ScriptedOpenAI> {
  const asked: string[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = ''
    for await (const piece of request.setEncoding('utf8')) body += String(piece)
    const said = script[asked.length]
    asked.push(body)
    if (said === undefined || request.url !== '/v1/responses') response.writeHead(404).end()
    else if ((JSON.parse(body) as { stream?: boolean }).stream === true)
      streamed(response, { said, id: asked.length })
    else
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(wholeOf({ said, id: asked.length })))
  }
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function headOf(id: number): object {
  return { id: `resp-${id}`, object: 'response', created_at: 1, model: 'gpt-4.1-mini-dated' }
}

function wholeOf(reply: Reply): object {
  return { ...headOf(reply.id), status: 'completed', output: [itemOf(reply)], usage: USAGE }
}

function itemOf({ said, id }: Reply, isBegun = false): object {
  if ('query' in said) {
    const args = isBegun ? '' : JSON.stringify({ query: said.query })
    return { type: 'function_call', id: `item-${id}`, call_id: `c${id}`, name: 'search', arguments: args }
  }
  const content = isBegun ? [] : [{ type: 'output_text', text: said.text, annotations: [] }]
  return { type: 'message', id: `item-${id}`, role: 'assistant', phase: null, content }
}

function streamed(response: ServerResponse, reply: Reply): void {
  const { said, id } = reply
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (type: string, data: object): void => {
    const event = { type, output_index: 0, content_index: 0, item_id: `item-${id}`, ...data }
    response.write(`event: ${type}\ndata: ${JSON.stringify(event)}\n\n`)
  }
  send('response.created', { response: { ...headOf(id), status: 'in_progress', output: [] } })
  send('response.output_item.added', { item: itemOf(reply, true) })
  const whole = 'query' in said ? JSON.stringify({ query: said.query }) : said.text
  const kind = 'query' in said ? 'function_call_arguments' : 'output_text'
  for (const delta of whole.match(/.{1,4}/gs) ?? []) send(`response.${kind}.delta`, { delta })
  send(`response.${kind}.done`, 'query' in said ? { arguments: whole } : { text: whole })
  send('response.output_item.done', { item: itemOf(reply) })
  send('response.completed', { response: wholeOf(reply) })
  response.end()
}
