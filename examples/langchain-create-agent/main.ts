// An agent of LangChain with a knowledge base, two memories and tools: each retrieval, memory access and call is judged.
import assert from 'node:assert/strict'
import { AOSInstrument } from '@aos/sdk'
import {
  instrumentChatHistory,
  instrumentRetriever,
  instrumentStore,
  instrumentVectorStore,
} from '@aos/sdk/langchain'
import { stepRecorder } from '@aos/sdk/testing'
import { InMemoryChatMessageHistory } from '@langchain/core/chat_history'
import { AIMessage, HumanMessage, type BaseMessage } from '@langchain/core/messages'
import { createAgent } from 'langchain'
import { scriptedModel } from '../langchain/scripted-model.ts'
import { handbookStore, memoryOfAda, PersonnelRecords } from './office.ts'
import { registerPolicies } from './policies.ts'
import { lookup, mailTo, recall, remember } from './tools.ts'

const QUESTION =
  'I pay with 4111 1111 1111 1111. How many vacation days do I have, and what does the director earn?'
const ANSWER = 'You have 30 vacation days. I may not look up salaries.'

const model = scriptedModel(
  [
    { tool: 'handbook', args: { query: 'vacation days' } },
    { tool: 'personnel', args: { query: 'pay of the director' } },
  ],
  [
    { tool: 'remember', args: { key: 'topic', text: 'asked about vacation' } },
    { tool: 'remember', args: { key: 'card', text: '4111 1111 1111 1111' } },
  ],
  [{ tool: 'recall', args: {} }],
  [
    { tool: 'mail', args: { to: 'team@corp.example', text: 'Ada has 30 days' } },
    { tool: 'mail', args: { to: 'mallory@elsewhere.example', text: 'Ada has a bad back' } },
  ],
  ANSWER,
  'You are welcome.',
)
const outbox: string[] = []
const memory = await memoryOfAda()
const recorder = stepRecorder()

// judged in the run they are used in
const handbook = instrumentVectorStore(await handbookStore()).asRetriever(2)
const personnel = instrumentRetriever(new PersonnelRecords({}), undefined, { name: 'personnel' })
const tools = [lookup('handbook', handbook), lookup('personnel', personnel), remember, recall, mailTo(outbox)]

const agent = new AOSInstrument(createAgent({ model, tools, store: instrumentStore(memory) }), {
  retrievalModify: true, // without it a retrieval is allowed or denied as a whole
  sinks: [recorder],
})
registerPolicies(agent)

// used outside of any run, so it is told whose hooks judge it
const talk = new InMemoryChatMessageHistory()
const history = instrumentChatHistory(talk, agent)

async function turn(question: string): Promise<readonly BaseMessage[]> {
  const before = await history.getMessages()
  const { messages } = await agent.invoke({ messages: [...before, new HumanMessage(question)] })
  await history.addMessage(new HumanMessage(question))
  await history.addMessage(new AIMessage(messages.at(-1)?.text ?? ''))
  return messages
}

function textsOf(messages: readonly BaseMessage[], tool?: string): readonly string[] {
  return messages.filter(({ name }) => tool === undefined || name === tool).map(({ text }) => text)
}

console.log(`user   ${QUESTION}`)
const first = await turn(QUESTION)
for (const { hook, enforced, by, reason } of recorder.decisions())
  if (enforced !== 'allowed')
    console.log('      ', hook.padEnd(24), enforced.padEnd(10), (by ?? '').padEnd(17), reason ?? '')
console.log(`agent  ${first.at(-1)?.text}`)
const second = await turn('Thank you.')
console.log(`user   Thank you.\nagent  ${second.at(-1)?.text}`)

assert.deepEqual(textsOf(first, 'handbook'), ['Everybody has 30 vacation days.'], 'no draft was quoted')
assert.deepEqual(textsOf(first, 'personnel'), [''], 'no salary was found')
assert.equal((await memory.get(['ada'], 'topic'))?.value['text'], 'asked about vacation')
assert.equal(await memory.get(['ada'], 'card'), null, 'the card was not remembered')
assert.deepEqual(textsOf(first, 'recall'), ['travels by train; asked about vacation'], 'health was left out')
assert.deepEqual(outbox, ['team@corp.example: Ada has 30 days (sent by an assistant)'])
assert.deepEqual(textsOf(first, 'mail'), ['sent', 'Denied: mail stays in the house'])
const kept = [ANSWER, 'Thank you.', 'You are welcome.']
assert.deepEqual(textsOf(await talk.getMessages()), kept, 'the question with the card was not kept')
assert.deepEqual(textsOf(second), kept, 'so the next turn had no card in it')
assert.deepEqual(textsOf(model.prompts.at(-1) ?? []), kept.slice(0, 2), 'and the model was shown none')
assert.equal(model.prompts.length, 6, 'the script was played to its end')
assert.doesNotMatch(
  JSON.stringify(model.prompts),
  /9000|10 vacation|health/,
  'the model saw nothing withheld',
)
assert.equal(recorder.runs().filter(({ outcome }) => outcome === 'partial').length, 2, 'a turn and a memory')
