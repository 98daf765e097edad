import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { allow, deny, modify } from '../../hooks/answer.ts'
import type { AdapterCase } from '../describe-adapter.ts'
import { countedTools } from './counted-tools.ts'

const SECRET = 'secret-4711'

const trigger: AdapterCase = {
  name: 'a denied trigger rejects the run before anything happens',
  async run(subject, mode) {
    const { tools, done } = countedTools('search')
    const agent = subject.create({
      tools,
      turns: [{ calls: [{ tool: 'search', args: { query: 'x' } }] }, { text: 'done' }],
    })
    const types: unknown[] = []
    agent.instrumented.registerHook('agentTrigger', (context) => {
      types.push(context.trigger?.type, context.content)
      return deny('closed')
    })
    await rejects(agent.run(mode, 'hello'), { name: 'AOSDeniedError', message: 'Denied: closed' })
    deepEqual(types, ['user', 'hello'])
    deepEqual([done['search'], subject.hasModel ? agent.modelCalls() : 0], [[], 0])
  },
}

const user: AdapterCase = {
  name: 'a denied user message rejects the run without a model call',
  async run(subject, mode) {
    const { tools, done } = countedTools('search')
    const agent = subject.create({
      tools,
      turns: [{ calls: [{ tool: 'search', args: { query: 'x' } }] }, { text: 'done' }],
    })
    agent.instrumented.registerHook('message', (context) =>
      context.role === 'user' ? deny('rude') : allow(),
    )
    await rejects(agent.run(mode, 'hello'), { message: 'Denied: rude', hook: 'message' })
    deepEqual([done['search'], subject.hasModel ? agent.modelCalls() : 0], [[], 0])
  },
}

const rewritten: AdapterCase = {
  name: 'a rewritten user message is the only one the model sees',
  needsModel: true,
  async run(subject, mode) {
    const agent = subject.create({ tools: {}, turns: [{ text: 'done' }] })
    agent.instrumented.registerHook('message', (context) =>
      context.role === 'user' ? modify('harmless-4711') : allow(),
    )
    await agent.run(mode, SECRET)
    match(agent.lastPrompt(), /harmless-4711/)
    ok(!agent.lastPrompt().includes(SECRET))
  },
}

const answer: AdapterCase = {
  name: 'a denied answer leaves as a notice, and no token of it leaks',
  async run(subject, mode) {
    const agent = subject.create({ tools: {}, turns: [{ text: `the code is ${SECRET}` }] })
    agent.instrumented.registerHook('message', (context) =>
      context.role === 'agent' && String(context.content).includes(SECRET) ? deny('confidential') : allow(),
    )
    const { text, leaked } = await agent.run(mode, 'tell me')
    match(text, /withheld: confidential/)
    ok(!leaked.includes(SECRET))
  },
}

const answerThrows: AdapterCase = {
  name: "onDeny 'throw' rejects the run over a denied answer",
  async run(subject, mode) {
    const agent = subject.create({ tools: {}, turns: [{ text: SECRET }], options: { onDeny: 'throw' } })
    agent.instrumented.registerHook('message', (context) =>
      context.role === 'agent' ? deny('confidential') : allow(),
    )
    await rejects(agent.run(mode, 'tell me'), { message: 'Denied: confidential' })
  },
}

const answerModified: AdapterCase = {
  name: 'a modified answer is the only one that leaves',
  async run(subject, mode) {
    const agent = subject.create({ tools: {}, turns: [{ text: `the code is ${SECRET}` }] })
    agent.instrumented.registerHook('message', (context) =>
      context.role === 'agent' ? modify('the code is ***') : allow(),
    )
    const { text, leaked } = await agent.run(mode, 'tell me')
    equal(text, 'the code is ***')
    ok(!leaked.includes(SECRET))
  },
}

/** Messages in and out. */
export const messageCases: readonly AdapterCase[] = [
  trigger,
  user,
  rewritten,
  answer,
  answerThrows,
  answerModified,
]
