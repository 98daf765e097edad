// Generated lives of agents: every kind of operation, every way it can go, and names that mean harm.
import { AOSInstrument, type GuardedRun, type HookAnswer, type Sink } from '@aos/sdk'
import fc from 'fast-check'

/** How an operation is judged. */
export const WAYS = [
  'allow',
  'deny',
  'modify',
  'throw',
  'garbage',
  'failOpen',
  'shadow',
  'guardian',
  'unjudged',
] as const

/** Kinds of operations. */
export const ACT_KINDS = [
  'tool',
  'mcpTool',
  'knowledge',
  'store',
  'context',
  'mcp',
  'a2a',
  'model',
  'message',
  'trigger',
  'disable',
] as const

/** One operation of a story. */
export interface Act {
  readonly kind: (typeof ACT_KINDS)[number]
  readonly name: string
  readonly text: string
  readonly how: (typeof WAYS)[number]
  readonly fails: boolean
  readonly tokens: number | undefined
  readonly inbound: boolean
}

/** One run of one agent. */
export interface Story {
  readonly agent: string
  readonly version: string | undefined
  readonly session: string | undefined
  readonly user: string | undefined
  readonly capture: 'off' | 'preview' | 'full'
  readonly acts: readonly Act[]
}

const HOSTILE = [
  '__proto__',
  'constructor',
  'toString',
  '\u0000',
  '\ud800',
  'a\nb\r\n',
  '"]}\'<script>',
  '🧪'.repeat(50),
  'x'.repeat(700),
  ' ',
  '127.0.0.1',
  'alice@example.com',
]

const anyName = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('search', 'database_query', 'gpt-5', 'crm') },
  { weight: 1, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.string({ minLength: 1, unit: 'binary' }) },
)
const anyTokens = fc.constantFrom(undefined, 0, 12, 1.5, -1, Number.NaN, Infinity, 1e21)

/** Stories of up to a dozen operations. */
export const anyStory: fc.Arbitrary<Story> = fc.record({
  agent: anyName,
  version: fc.option(anyName, { nil: undefined }),
  session: fc.option(anyName, { nil: undefined }),
  user: fc.option(anyName, { nil: undefined }),
  capture: fc.constantFrom('off', 'preview', 'full'),
  acts: fc.array(
    fc.record<Act>({
      kind: fc.constantFrom(...ACT_KINDS),
      name: anyName,
      text: fc.oneof(anyName, fc.string()),
      how: fc.constantFrom(...WAYS),
      fails: fc.boolean(),
      tokens: anyTokens,
      inbound: fc.boolean(),
    }),
    { maxLength: 12 },
  ),
})

const HOOKS = [
  'agentTrigger',
  'message',
  'toolCallRequest',
  'toolCallResult',
  'knowledgeRetrieval',
  'memoryStore',
  'memoryContextRetrieval',
  'mcp',
  'a2a',
] as const

/** Lives a story with a real instrument and hands its events to the sinks; the sinks are flushed. */
export async function liveStory(story: Story, sinks: readonly Sink[]): Promise<void> {
  let act: Act | undefined
  const { agent: name, version, session, user, capture } = story
  const agent = new AOSInstrument(
    async (_input: string, aos: GuardedRun) => {
      // a refusal or a failure ends an operation, and the story goes on
      for (act of story.acts) await Promise.allSettled([perform(aos, act)])
      act = undefined
    },
    { agent: { name, ...(version === undefined ? {} : { version }) }, capture, sinks },
  )
  for (const hook of HOOKS) {
    agent.registerHook(hook, ({ value }) => answerOf(act, value), { name: act?.name ?? `guard of ${hook}` })
    const garbage = (): HookAnswer | undefined =>
      act?.how === 'failOpen' ? ({ decision: 'perhaps' } as unknown as HookAnswer) : undefined
    agent.registerHook(hook, garbage, { failOpen: { reason: 'tried out' } })
    agent.registerHook(
      hook,
      () => (act?.how === 'shadow' ? { decision: 'deny', message: act.text } : undefined),
      { shadow: true },
    )
  }
  const disabled = story.acts.filter(({ kind }) => kind === 'disable')
  await Promise.all(disabled.map((each) => agent.disableComponent(`tool:${each.name}`)))
  const call = {
    ...(session === undefined ? {} : { session }),
    ...(user === undefined ? {} : { user: { id: user } }),
  }
  await Promise.allSettled([agent.run('go', call)])
  await agent.flush()
}

function answerOf(act: Act | undefined, value: unknown): HookAnswer | undefined {
  if (act === undefined) return undefined
  switch (act.how) {
    case 'allow':
      return { decision: 'allow', message: act.text }
    case 'deny':
      return { decision: 'deny', message: act.text, reasonCode: act.name }
    case 'guardian':
      return { decision: 'deny', message: act.text, reasonCode: 'guardian_timeout' }
    case 'throw':
      throw new Error(`as told: ${act.text}`)
    case 'garbage':
      return { decision: 'perhaps' } as unknown as HookAnswer
    case 'modify':
      return {
        decision: 'modify',
        modifications: Array.isArray(value) ? [] : { text: act.text },
      } as HookAnswer
    default:
      return undefined
  }
}

function perform(aos: GuardedRun, act: Act): Promise<unknown> {
  const { name, text, fails, inbound, tokens } = act
  const effect = (): unknown => {
    if (fails) throw new TypeError(`as told: ${text}`)
    return [{ id: name, content: text }]
  }
  switch (act.kind) {
    case 'tool':
    case 'disable':
      return aos.toolCall({ toolName: name, parameters: { text } }, effect)
    case 'mcpTool':
      return aos.toolCall(
        { toolName: name, parameters: { text }, mcpServer: text, executionId: name },
        effect,
      )
    case 'knowledge':
      return aos.knowledge({ query: text, source: name }, effect)
    case 'store':
      return aos.memoryStore([text], effect, name)
    case 'context':
      return aos.memoryContext(effect, name)
    case 'mcp':
    case 'a2a':
      return aos.protocol(
        {
          protocol: act.kind,
          direction: inbound ? 'inbound' : 'outbound',
          ...(fails ? {} : { method: name, peer: { name: text, url: name } }),
          message: { text },
        },
        effect,
      )
    case 'model':
      return aos.model(
        { model: name, ...(fails ? {} : { provider: text }), messages: [text] },
        (_, report) => {
          report({
            usage: { inputTokens: tokens, outputTokens: tokens },
            actual: text,
            finishReasons: [text],
          })
          return effect()
        },
      )
    case 'message':
      return aos.message({ role: inbound ? 'user' : 'agent', content: text }, effect)
    default:
      return aos.trigger({ type: 'autonomous', content: text } as never)
  }
}
