import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { describe, test } from 'vitest'
import type { RetrievalRecord } from '../events/event.ts'
import { deny, modify } from '../hooks/answer.ts'
import { AOSInstrument } from '../instrument/instrument.ts'
import type { AOSOptions } from '../instrument/options.ts'
import { stepRecorder } from '../testing/step-recorder.ts'

const DOCUMENTS = [
  {
    id: 'kb-1',
    content: 'Refunds take five days.',
    score: 0.9,
    metadata: { source: 'https://kb.example.com/refunds' },
  },
  {
    pageContent: 'Mail ann@example.com',
    metadata: {
      url: 'file:///mail-of-ann@example.com',
      title: 'Mail',
      loc: { lines: { from: 3, to: 9 }, pageNumber: 2 },
    },
  },
  [{ pageContent: 'Opening hours', metadata: {} }, 0.25],
]

async function retrieved(
  documents: unknown,
  options: AOSOptions = {},
  tool = false,
): Promise<RetrievalRecord | undefined> {
  const recorder = stepRecorder()
  const agent = new AOSInstrument(
    async (_input: unknown, aos) =>
      tool
        ? aos.toolCall({ toolName: 'search', kind: 'knowledge', parameters: {} }, () => documents)
        : aos.knowledge({ query: 'refunds' }, () => documents),
    { ...options, sinks: [recorder] },
  )
  await agent.run('go').catch(() => undefined)
  return recorder.steps(tool ? 'toolCall' : 'knowledgeRetrieval')[0]?.retrieved
}

describe('what a retrieval brought back', () => {
  test('is recorded document by document, redacted', async () => {
    for (const tool of [false, true]) {
      const record = await retrieved(DOCUMENTS, {}, tool)
      equal(record?.total, 3)
      const [first, second, third] = record?.documents ?? []
      deepEqual(
        [first?.id, first?.uri, first?.score, first?.omitted],
        ['kb-1', 'https://kb.example.com/refunds', 0.9, undefined],
      )
      deepEqual([second?.id, second?.title, third?.id, third?.score], ['result-1', 'Mail', 'result-2', 0.25])
      deepEqual([first?.part, second?.part], [undefined, { lineStart: 3, lineEnd: 9, page: 2 }])
      ok(second?.uri !== undefined && !second.uri.includes('ann@example.com'))
      match(first?.digest ?? '', /^[0-9a-f]{64}$/)
      notEqual(first?.digest, second?.digest)
    }
  })

  test('names nothing of the documents where capture is off', async () => {
    const record = await retrieved(DOCUMENTS, { capture: 'off' })
    deepEqual(
      record?.documents.map(({ digest: _digest, ...rest }) => rest),
      [{ id: 'result-0', score: 0.9 }, { id: 'result-1' }, { id: 'result-2', score: 0.25 }],
    )
  })

  test('says what was left out, and that all was withheld', async () => {
    const taken = {
      hooks: { knowledgeRetrieval: () => modify([DOCUMENTS[0]], 'stale') },
      retrievalModify: true,
    }
    deepEqual(
      (await retrieved(DOCUMENTS, taken))?.documents.map(({ omitted }) => omitted),
      [undefined, 'removed', 'removed'],
    )
    const denied = { hooks: { knowledgeRetrieval: () => deny('private') } }
    deepEqual(
      (await retrieved(DOCUMENTS, denied))?.documents.map(({ omitted }) => omitted),
      ['withheld', 'withheld', 'withheld'],
    )
  })

  test('is bounded, and whatever it is harms nobody', async () => {
    const many = await retrieved(Array.from({ length: 1000 }, (_, at) => ({ id: `d${at}`, content: 'x' })))
    deepEqual([many?.total, many?.documents.length], [1000, 256])
    const hostile = {
      get id(): string {
        throw new Error('no')
      },
    }
    deepEqual((await retrieved([hostile]))?.documents[0]?.id, 'result-0')
    deepEqual(await retrieved(undefined), { total: 0, documents: [] })
    equal((await retrieved('one text'))?.total, 1)
  })
})
