import { AOSInstrument, deny, modify } from '@aos/sdk'
import { AIMessage, type AIMessageFields } from '@langchain/core/messages'
import { createAgent } from 'langchain'
import { expect, test } from 'vitest'
import { ask, readAll, ScriptedModel } from './kit.ts'

const MODES = ['values', 'updates', 'messages', 'debug'] as const

/** A model whose answer is put together as a provider does it. */
class ProviderModel extends ScriptedModel {
  readonly #fields: object

  constructor(fields: object) {
    super()
    this.disableStreaming = true
    this.#fields = fields
  }

  override async _generate() {
    const message = new AIMessage({ content: '', ...this.#fields } as AIMessageFields)
    return { generations: [{ text: message.text, message }] }
  }
}

const ANSWERS: Readonly<Record<string, object>> = {
  'a summary of its thoughts': { additional_kwargs: { reasoning: { summary: [{ text: 'SECRET' }] } } },
  'its thoughts': { additional_kwargs: { reasoning: { content: [{ text: 'SECRET' }] } } },
  'a refusal': { additional_kwargs: { refusal: 'SECRET' } },
  'what is parsed of it': { content: '"SECRET"', additional_kwargs: { parsed: { text: 'SECRET' } } },
  'the response it came in': { content: 'SECRET', additional_kwargs: { __raw_response: { text: 'SECRET' } } },
  'the output it came in': { content: 'SECRET', response_metadata: { output: [{ text: 'SECRET' }] } },
  'a block of a refusal': { content: [{ type: 'refusal', refusal: 'SECRET' }] },
  'a block of thoughts in parts': { content: [{ type: 'reasoning', summary: [{ text: 'SECRET' }] }] },
  'a text among blocks': { content: ['SECRET'] },
  'a block of no standard': { content: [{ type: 'non_standard', value: { text: 'SECRET' } }] },
}

test.for(Object.keys(ANSWERS))('%s does not leave beside a judged answer', async (name) => {
  const leaks: string[] = []
  for (const decision of [() => deny('not for you'), () => modify('clean')]) {
    const agent = new AOSInstrument(createAgent({ model: new ProviderModel(ANSWERS[name] ?? {}), tools: [] }))
    agent.registerHook('message', ({ role }) => (role === 'agent' ? decision() : undefined))
    leaks.push(JSON.stringify(await agent.invoke(ask())))
    leaks.push(await readAll(await agent.stream(ask(), { streamMode: [...MODES] })))
    leaks.push(await readAll(agent.streamEvents(ask(), { version: 'v2' })))
  }
  expect(leaks.filter((all) => all.includes('SECRET'))).toEqual([])
})

test('an answer that is allowed keeps all that its provider put into it, and a thought is judged once', async () => {
  const fields = {
    content: [
      { type: 'reasoning', reasoning: 'hm' },
      { type: 'text', text: 'hello' },
    ],
    additional_kwargs: { reasoning: { summary: [{ text: 'hm' }] }, parsed: { a: 1 }, __raw_response: {} },
    response_metadata: { output: [], logprobs: {} },
  }
  const heard: unknown[] = []
  const agent = new AOSInstrument(createAgent({ model: new ProviderModel(fields), tools: [] }))
  agent.registerHook('message', ({ role, content }) => {
    heard.push([role, content])
  })
  expect((await agent.invoke(ask())).messages.at(-1)).toMatchObject(fields)
  expect(heard).toEqual([
    ['user', 'go'],
    ['agent', 'hm'],
    ['agent', 'hello'],
  ])
})
