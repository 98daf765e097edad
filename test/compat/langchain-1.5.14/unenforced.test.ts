import { AOSInstrument } from '@aos/sdk'
import { instrumentLangChain } from '@aos/sdk/langchain'
import { diag, DiagLogLevel } from '@opentelemetry/api'
import { createAgent } from 'langchain'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freshCopy } from './fresh-copy.ts'
import { ScriptedModel, searchTool } from './kit.ts'

const warnings: string[] = []
const quiet = (): void => undefined

beforeEach(() => {
  warnings.length = 0
  const warn = (message: string): void => void warnings.push(message)
  diag.setLogger(
    { error: quiet, warn, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
})
afterEach(() => diag.disable())

const model = (): ScriptedModel => new ScriptedModel({ text: 'Done.' })

test('what of an agent is seen and not stopped is said once, and in its coverage', () => {
  const web = { type: 'web_search', name: 'web_search' }
  const agent = createAgent({
    name: 'researcher',
    model: model(),
    tools: [searchTool().search, web] as never,
  })
  const aos = new AOSInstrument(agent)
  expect(warnings).toEqual([
    expect.stringMatching(/^aos: not enforced in researcher: tool:web_search \(.+providerTools: 'remove'/),
  ])
  expect(aos.describe().coverage).toContainEqual(
    expect.objectContaining({ component: 'tool:web_search', enforcement: 'observed' }),
  )
  expect(new AOSInstrument(agent).describe().coverage).toHaveLength(aos.describe().coverage.length)
  expect(warnings).toHaveLength(1)
})

test('of an agent that is enforced as a whole nothing is said', () => {
  new AOSInstrument(createAgent({ model: model(), tools: [searchTool().search] })).describe()
  new AOSInstrument(createAgent({ model: model(), tools: [] })).describe()
  expect(warnings).toEqual([])
})

test('tools in closures are seen only until LangChain itself was shown, and then judged', () => {
  const { langgraph, tools } = freshCopy()
  const { MessagesAnnotation, START, StateGraph } = langgraph
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('reply', () => ({ messages: [] }))
    .addEdge(START, 'reply')
    .compile()
  const aos = new AOSInstrument(graph)
  const enforcement = (): unknown =>
    aos.describe().coverage.find(({ component }) => component === 'tools called by nodes and by other tools')
      ?.enforcement
  expect(enforcement()).toBe('observed')
  instrumentLangChain(searchTool().search)
  expect(enforcement(), 'a tool of another copy of LangChain').toBe('observed')
  instrumentLangChain(tools)
  expect(enforcement()).toBe('ambient')
})
