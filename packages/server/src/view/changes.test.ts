import type { AgentRun, Step } from '@agent-run/types'
import { EvidenceRecorder } from '@aos/records/evidence'
import { AOSInstrument, modify, type AOSOptions, type GuardedRun } from '@aos/sdk'
import { deepEqual, equal, ok } from 'node:assert/strict'
import { describe, test } from 'vitest'
import { changesOf, textsOfSpan, type ChangeSources, type ToldChange } from './changes.ts'
import { toEvidenceFacts } from './evidence-facts.ts'
import { diffValues } from './text-diff.ts'

const LONG = 'all about it '.repeat(60)
const DOCUMENTS = [
  { id: 'kb-7', content: 'Refunds take five days.' },
  { id: 'kb-9', content: 'Salaries' },
]

/** A real run in which all that can be changed was, with what the server knows of it. */
async function changedRun(options: AOSOptions = {}): Promise<ChangeSources> {
  const recorder = new EvidenceRecorder()
  const agent = new AOSInstrument(
    async (question: string, aos: GuardedRun) => {
      await aos.knowledge({ query: question, source: 'handbook' }, () => DOCUMENTS)
      await aos.memoryStore(['likes tea', 'password'], () => undefined)
      await aos.memoryContext(() => ['likes tea', 'hates cats'])
      const parameters = { q: question, top: 50 }
      const call = { type: 'tool-call', toolCallId: 'c1', toolName: 'search', input: parameters }
      await aos.model({ model: 'm', messages: question }, () => [call])
      await aos.toolCall({ toolName: 'search', parameters, executionId: 'c1' }, () => ({
        rows: [1, 2],
      }))
      await aos.model({ model: 'm', messages: 'go on' }, () => [{ type: 'text', text: 'Ask Bob for it.' }])
      return 'Ask Bob for it.'
    },
    {
      agent: { id: 'support' },
      sinks: [recorder],
      retrievalModify: true,
      hooks: {
        agentTrigger: ({ content }) => modify(String(content).trim()),
        message: ({ content }) => modify(String(content).replace('Bob', 'somebody').replace('Eve', 'her')),
        knowledgeRetrieval: ({ value }) => modify(Array.isArray(value) ? value.slice(0, 1) : value),
        memoryStore: () => modify(['likes tea']),
        memoryContextRetrieval: () => modify(['likes tea']),
        toolCallRequest: ({ parameters }) => modify({ ...parameters, top: 5 }),
        toolCallResult: () => modify({ rows: [1] }),
      },
      ...options,
    },
  )
  let run: AgentRun | undefined
  agent.on('run', (ended) => (run = ended))
  await agent.run('  What does Eve want? ')
  ok(run !== undefined)
  const evidence = toEvidenceFacts(recorder.ended()[0]?.pack(), run)
  return {
    run,
    textsOf: () => undefined,
    documentsOf: (id) =>
      evidence?.sources.filter(({ kind, steps }) => kind === 'knowledge_item' && steps.includes(id)) ?? [],
  }
}

const stepOf = ({ run }: ChangeSources, kind: string, at = 0): Step => {
  const found = run.steps.filter(({ metadata }) => Reflect.get(Object(metadata?.['aos']), 'kind') === kind)
  const step = found.at(at)
  ok(step !== undefined, kind)
  return step
}

const changeOf = (sources: ChangeSources, kind: string, at = 0): ToldChange => {
  const [change] = changesOf(stepOf(sources, kind, at), sources)
  ok(change !== undefined, kind)
  return change
}

describe('what a guardian has changed in a real run', () => {
  test('is shown beside what a model asked for, and what was said', async () => {
    const sources = await changedRun()
    const [asked, result] = changesOf(stepOf(sources, 'toolCall'), sources)
    deepEqual(asked, {
      title: 'Arguments',
      sides: [
        { q: 'What does her want?', top: 50 },
        { q: 'What does her want?', top: 5 },
      ],
    })
    equal(result?.title, 'Result')
    deepEqual(changeOf(sources, 'message'), {
      title: 'Message',
      sides: ['What does Eve want?', 'What does her want?'],
    })
    deepEqual(changeOf(sources, 'message', -1).sides, ['Ask Bob for it.', 'Ask somebody for it.'])
  })

  test('tells documents that were left out where there is evidence', async () => {
    const sources = await changedRun()
    deepEqual(changeOf(sources, 'knowledgeRetrieval').sides, ['kb-7\nkb-9', 'kb-7'])
    const without = { ...sources, documentsOf: () => [] }
    equal(changeOf(without, 'knowledgeRetrieval').sides, undefined)
  })

  test('says so where only what it became was recorded', async () => {
    const sources = await changedRun()
    for (const kind of ['agentTrigger', 'memoryStore', 'memoryContextRetrieval']) {
      const { sides, note } = changeOf(sources, kind)
      equal(sides, undefined)
      equal(note, 'Only what it became is recorded, not what it was before.')
    }
    const call = stepOf(sources, 'toolCall')
    const result = sources.run.steps.find(({ id }) => id === `${call.id}:result`)
    ok(result !== undefined)
    deepEqual(
      changesOf(result, sources).map(({ title, sides }) => [title, sides]),
      [['Result', undefined]],
    )
  })

  test('says so where nothing was recorded', async () => {
    const sources = await changedRun({ capture: 'off' })
    for (const kind of ['message', 'toolCall', 'memoryStore'])
      equal(
        changeOf(sources, kind).note,
        'The run was recorded without content, so that only the decision is known.',
      )
  })

  test('is compared as far as it was recorded', async () => {
    const cut = await changedRun({ hooks: { message: ({ content }) => modify(`${LONG}${String(content)}`) } })
    const message = changeOf(cut, 'message')
    equal(message.sides?.length, 2)
    ok(message.note?.startsWith('It was cut') === true)
    const long = await changedRun({
      hooks: { toolCallRequest: ({ parameters }) => modify({ ...parameters, more: LONG }) },
    })
    const step = stepOf(long, 'toolCall')
    equal(changeOf(long, 'toolCall').note, 'It was cut when it was recorded, and cannot be compared.')
    const whole = textsOfSpan({
      'aos.step.id': step.id,
      'gen_ai.tool.call.arguments': JSON.stringify({ q: 'x', top: 50, more: LONG }),
    })
    ok(whole !== undefined)
    deepEqual(
      changeOf({ ...long, textsOf: (id) => (id === whole[0] ? whole[1] : undefined) }, 'toolCall').sides?.[1],
      {
        q: 'x',
        top: 50,
        more: LONG,
      },
    )
    equal(textsOfSpan({ 'aos.step.input': 'x' }), undefined)
  })

  test('is a text where it is nested without end', async () => {
    const sources = await changedRun()
    const { id } = stepOf(sources, 'toolCall')
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    const [change] = changesOf(stepOf(sources, 'toolCall'), {
      ...sources,
      textsOf: (one) => (one === id ? { input: deep } : undefined),
    })
    equal(change?.sides?.[1], deep)
    equal(diffValues(...(change?.sides ?? [1, 2])).at(-1)?.text, deep)
  })

  test('is nothing where nothing was changed', async () => {
    const sources = await changedRun({ hooks: {} })
    deepEqual(
      sources.run.steps.flatMap((step) => changesOf(step, sources)),
      [],
    )
  })
})
