import { createServer, get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'

import {
  breakOff,
  errorPart,
  hang,
  reasoning,
  source,
  text,
  toolCall,
  type ScriptStep,
} from '@aos/sdk/testing'

import type { Bag } from '../../compat/ai-namespace.ts'
import { notingCallbacks } from './callbacks.ts'
import { search, since7Latest } from './agents-common.ts'
import type { Reading } from './read-stream.ts'
import type { Mode, Scenario } from './scenario.ts'
import { settle, type World } from './world.ts'

const streaming: readonly Mode[] = ['agent.stream', 'streamText']
const aToolAndText: ScriptStep[] = [
  [reasoning('Hm.'), text('Looking it up.'), toolCall('search', { q: 'x' })],
  [text('A long answer in several deltas.'), source('https://a.test')],
]

const readings: Scenario[] = (['all', 'text', 'ui', 'response', 'promises'] as const).map((reading) => ({
  name: `a stream read as ${reading}`,
  script: aToolAndText,
  settings: (world) => ({ tools: { search: search(world) } }),
  modes: streaming,
  reading,
  shows: ['A long |A long answer'],
}))

const cuts: Scenario[] = [
  cut(
    'a provider that reports an error midway',
    [text('Half a sen'), errorPart(new Error('overloaded')), text('tence.')],
    'all',
  ),
  cut('a provider that breaks off midway', [text('Half a sen'), breakOff(new Error('reset'))], 'all'),
  cut('a reader that breaks', [text('Much more than anybody reads.')], 'break'),
  cut('a reader that cancels', [text('Much more than anybody reads.')], 'cancel'),
  cut('a stream nobody reads', [text('Much more than anybody reads.')], 'never'),
  cut('a provider that hangs until the user gives up', [text('Half a sen'), hang()], 'until-silence'),
  cut('a provider that hangs in silence', [hang()], 'until-silence'),
]

function cut(name: string, items: ScriptStep, reading: Reading): Scenario {
  const tools = (world: World): Bag => ({ search: search(world) })
  return {
    name,
    script: [toolCall('search'), items],
    settings: (world) => ({ tools: tools(world), abortSignal: world.controller.signal }),
    call: (world) => ({ prompt: 'go', abortSignal: world.controller.signal }),
    modes: streaming,
    reading,
  }
}

const aborts: Scenario[] = [
  {
    name: 'an abort before the call',
    script: ['Never.'],
    call: (world) => ({ prompt: 'go', abortSignal: AbortSignal.abort(world.error('too late')) }),
  },
  {
    name: 'an abort while the model answers',
    call: (world) => ({ prompt: 'go', abortSignal: world.controller.signal }),
    settings: (world) => ({
      model: world.model(() => {
        setImmediate(() => world.controller.abort(world.error('stopped')))
        return [text('Half a sen'), hang()]
      }),
    }),
    shows: ['<error stopped>'],
  },
  {
    name: 'an abort while a tool runs',
    script: [toolCall('t'), 'Never.'],
    call: (world) => ({ prompt: 'go', abortSignal: world.controller.signal }),
    settings: (world) => ({
      tools: {
        t: world.tool('t', async (_, options) => {
          const signal = options['abortSignal'] as AbortSignal
          const aborted = once(signal, 'abort')
          await settle(20)
          world.controller.abort(world.error('stopped'))
          await aborted
          throw signal.reason
        }),
      },
    }),
    shows: ['execute t'],
  },
]

const shaped: Scenario[] = [
  {
    name: 'smoothed text',
    script: [[text('One two three four five.'), toolCall('search')], 'Six seven.'],
    settings: (world) => ({ tools: { search: search(world) } }),
    call: ({ version }) => ({
      prompt: 'go',
      experimental_transform: version.ai.smoothStream({ delayInMs: null }),
    }),
    modes: streaming,
    shows: ['"two "'],
  },
  {
    name: 'text transformed by the user',
    script: ['quietly'],
    call: () => ({ prompt: 'go', experimental_transform: shouting }),
    modes: streaming,
    shows: ['QUIETLY'],
  },
  {
    name: 'chunks as they come',
    script: aToolAndText,
    settings: (world) => ({
      tools: { search: search(world) },
      onChunk: (event: unknown) => world.note('chunk', 'onChunk', event),
      includeRawChunks: true,
    }),
    modes: ['streamText'],
    shows: ['onChunk'],
  },
  {
    name: 'a stream that is tried again',
    script: [[text('Half a sen'), errorPart(new Error('overloaded'))], 'A whole sentence.'],
    settings: () => ({ streamRetries: 1 }),
    modes: ['streamText'],
    unsupported: since7Latest,
    shows: ['A whole sentence.'],
  },
]

const shouting = (): TransformStream<Bag, Bag> =>
  new TransformStream({
    transform(part, controller) {
      const spoken = part['type'] === 'text-delta' && typeof part['text'] === 'string'
      controller.enqueue(spoken ? { ...part, text: String(part['text']).toUpperCase() } : part)
    },
  })

const onTheWeb: Scenario[] = [
  {
    name: 'an agent behind a UI stream',
    act: async (world) => {
      const parts: unknown[] = []
      const stream = await world.version.ai.createAgentUIStream({
        agent: webAgent(world),
        uiMessages,
        sendSources: true,
      })
      for await (const part of stream) parts.push(part)
      return parts
    },
    shows: ['A long ', 'execute search'],
  },
  {
    name: 'an agent behind a UI response',
    act: async (world) => {
      const response = await world.version.ai.createAgentUIStreamResponse({
        agent: webAgent(world),
        uiMessages,
      })
      return { status: response.status, body: await response.text() }
    },
    shows: ['A long ', 'execute search'],
  },
  {
    name: 'an agent whose client hangs up',
    act: async (world) => {
      const agent = world.agent({
        ...notingCallbacks(world),
        model: world.model([[text('Half a sen'), hang()]]),
      })
      const server = createServer((_, response) => {
        void (async () => {
          response.once('close', () => world.note('server', 'close'))
          const result = await agent.stream({ prompt: 'go', abortSignal: world.controller.signal })
          result.pipeUIMessageStreamToResponse(response)
        })()
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      await hangUpAfterText(server.address() as AddressInfo)
      await settle(80)
      world.controller.abort()
      server.close()
      await once(server, 'close')
      return 'hung up'
    },
    shows: ['hung up', '"event":"close"'],
  },
]

const uiMessages = [{ id: 'm1', role: 'user', parts: [{ type: 'text', text: 'go' }] }]

function webAgent(world: World): ReturnType<World['agent']> {
  return world.agent({
    ...notingCallbacks(world),
    model: world.model(aToolAndText),
    tools: { search: search(world) },
  })
}

async function hangUpAfterText({ port }: AddressInfo): Promise<void> {
  const request = get({ host: '127.0.0.1', port, agent: false })
  const closed = once(request, 'close')
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream]
  for await (const chunk of response) {
    if (!String(chunk).includes('text-delta')) continue
    request.destroy()
    break
  }
  await closed
}

/** How streams are read, cut, shaped and served. */
export const streamScenarios: readonly Scenario[] = [...readings, ...cuts, ...aborts, ...shaped, ...onTheWeb]
