// The agent that is handed the task, in a process of its own: `node specialist.ts <collector>`. Its address is the
// first line it prints; each run it has ended, and what it was told, is a line after that.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AgentEvent, DefaultRequestHandler, InMemoryTaskStore, type AgentExecutor } from '@a2a-js/sdk/server'
import { agentCardHandler, jsonRpcHandler, UserBuilder } from '@a2a-js/sdk/server/express'
import { AOSInstrument } from '@aos/sdk'
import { OpenTelemetryTracer } from '@aos/trace'
import express from 'express'
import { answerOf, cardOf, textOf } from './messages.ts'

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

const executor: AgentExecutor = {
  async execute({ userMessage }, bus) {
    const told = textOf(userMessage)
    say({ told })
    bus.publish(AgentEvent.message(answerOf(`A refund of 120 euros is due. (${told.length} letters read)`)))
  },
  cancelTask: async () => undefined,
}

const app = express()
const server = createServer(app).listen(0, '127.0.0.1')
await once(server, 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

const [, , endpoint = ''] = process.argv
const tracer = new OpenTelemetryTracer({
  serviceName: 'specialist',
  endpoint,
  spool: false,
  scheduleDelayMs: 1,
})
const requestHandler = tracer.instrument(
  new AOSInstrument(new DefaultRequestHandler(cardOf(url), new InMemoryTaskStore(), executor)),
)
requestHandler.on('run', (run) => say({ run }))

app.use('/.well-known/agent-card.json', agentCardHandler({ agentCardProvider: requestHandler }))
app.use('/a2a', jsonRpcHandler({ requestHandler, userBuilder: UserBuilder.noAuthentication }))
say({ url })
