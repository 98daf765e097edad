import { rawPart, reasoning, text, toolCall, toolResult } from '@aos/sdk/testing'

import type { Bag } from '../../compat/ai-namespace.ts'
import { search, since7Latest } from './agents-common.ts'
import type { Scenario } from './scenario.ts'

const twoCalls = [toolCall('t', { q: 'a' }), toolCall('t', { q: 'b' })]

/** A scenario around one tool called `t`, and called once. */
function oneTool(
  name: string,
  execute: (input: Bag, options: Bag) => unknown,
  more: Partial<Scenario> = {},
): Scenario {
  return {
    name,
    script: [toolCall('t', { q: 'x' }), 'Done.'],
    settings: (world) => ({ tools: { t: world.tool('t', execute) } }),
    shows: ['execute t', 'Done.'],
    ...more,
  }
}

const WITHHELD = 'progress is withheld until the result is judged'

async function* growing(): AsyncGenerator<string, void> {
  yield 'loading'
  yield 'almost'
  yield 'ready'
}

const kinds: Scenario[] = [
  oneTool('an asynchronous tool', async ({ q }) => ({ q })),
  oneTool('a tool that returns no promise', ({ q }) => ({ q })),
  oneTool('a tool that returns a string', () => 'plain'),
  oneTool('a tool that returns nothing', () => undefined),
  oneTool('a tool that returns null', async () => null),
  {
    name: 'a tool that is a generator',
    script: [toolCall('t'), 'Done.'],
    settings: ({ version: { ai, z } }) => ({
      tools: { t: ai.tool({ inputSchema: z.object({}), execute: growing }) },
    }),
    shows: ['ready'],
    differs: { judged: WITHHELD },
  },
  oneTool('a tool that returns a generator', () => growing(), {
    shows: ['ready'],
    differs: { judged: WITHHELD },
  }),
  oneTool(
    'a tool that returns what JSON cannot hold',
    () => ({ at: new Date(0), bytes: new Uint8Array(2), n: 1n }),
    { shows: ['execute t'] },
  ),
  {
    name: 'a tool that uses itself',
    script: [toolCall('t'), 'Done.'],
    settings: (world) => ({
      tools: {
        t: world.version.ai.tool({
          inputSchema: world.version.z.object({}),
          secret: 'mine',
          execute(this: { secret: string }) {
            return this.secret
          },
        }),
      },
    }),
    shows: ['"mine"'],
  },
  {
    name: 'a tool that changes its input',
    script: [toolCall('t', { q: 'x' }), 'Done.'],
    settings: (world) => ({
      tools: { t: world.tool('t', (input) => Object.assign(input, { q: 'changed' })) },
    }),
    shows: ['changed'],
  },
]

const failing: Scenario[] = [
  oneTool('a tool that rejects', async () => await Promise.reject(new RangeError('late')), {
    shows: ['late', 'Done.'],
  }),
  oneTool(
    'a tool that throws at once',
    () => {
      throw new RangeError('at once')
    },
    { shows: ['at once', 'Done.'] },
  ),
  oneTool('a tool that throws no error', async () => await Promise.reject('a string' as unknown as Error), {
    shows: ['a string', 'Done.'],
  }),
  oneTool(
    'a tool that fails while it reports progress',
    async function* failing() {
      yield 'loading'
      throw new RangeError('halfway')
    },
    { shows: ['halfway', 'Done.'], differs: { judged: WITHHELD } },
  ),
  {
    name: 'one of two parallel tools fails',
    script: [twoCalls, 'Done.'],
    settings: (world) => ({
      tools: {
        t: world.tool('t', async ({ q }) => {
          if (q === 'a') throw new RangeError('only a')
          return q
        }),
      },
    }),
    shows: ['only a', 'Done.'],
  },
]

const calls: Scenario[] = [
  {
    name: 'text, reasoning and a call in one step',
    script: [[reasoning('Hm.'), text('I search.'), toolCall('search', { q: 'x' })], 'Done.'],
    settings: (world) => ({ tools: { search: search(world) } }),
    shows: ['I search.', 'Hm.'],
  },
  {
    name: 'parallel calls of two tools',
    script: [[toolCall('search', { q: 'a' }), toolCall('other', { q: 'b' })], 'Done.'],
    settings: (world) => ({ tools: { search: search(world), other: search(world) } }),
    shows: ['call-2'],
  },
  {
    name: 'the same call twice in one step',
    script: [[toolCall('search', { q: 'a' }), toolCall('search', { q: 'a' })], 'Done.'],
    settings: (world) => ({ tools: { search: search(world) } }),
    shows: ['call-2'],
  },
  {
    name: 'the same call in two steps',
    script: [toolCall('search', { q: 'a' }), toolCall('search', { q: 'a' }), 'Done.'],
    settings: (world) => ({ tools: { search: search(world) } }),
    shows: ['call-2'],
  },
  {
    name: 'a slow call that a fast one overtakes',
    script: [twoCalls, 'Done.'],
    settings(world) {
      let release: () => void = () => world.note('gate', 'opened too early')
      const gate = new Promise<void>((resolve) => {
        release = resolve
      })
      const t = world.tool('t', async ({ q }) => {
        if (q === 'a') await gate
        else release()
        return q
      })
      return { tools: { t } }
    },
    shows: ['Done.'],
  },
  oneTool('malformed arguments', () => 'never', {
    script: [toolCall('t', '{"q":'), 'Sorry.'],
    shows: ['Sorry.', '"invalid":true'],
  }),
  oneTool('arguments that do not fit', () => 'never', {
    script: [toolCall('t', { q: 7 }), 'Sorry.'],
    shows: ['Sorry.'],
  }),
  oneTool('empty arguments', () => 'fine', { script: [toolCall('t', ''), 'Done.'] }),
  oneTool('an unknown tool', () => 'never', {
    script: [toolCall('missing'), 'Sorry.'],
    shows: ['Sorry.', 'missing'],
  }),
  {
    name: 'defaults and transforms of a schema',
    script: [toolCall('t', {}), 'Done.'],
    settings(world) {
      const { z } = world.version
      const inputSchema = z.object({
        q: z
          .string()
          .default('zod')
          .transform((q) => q.toUpperCase()),
      })
      return { tools: { t: world.tool('t', ({ q }) => q, { inputSchema }) } }
    },
    shows: ['ZOD'],
  },
  {
    name: 'a tool described by JSON schema',
    script: [toolCall('t', { q: 'x' }), 'Done.'],
    settings(world) {
      const inputSchema = world.version.ai.jsonSchema({
        type: 'object',
        properties: { q: { type: 'string' } },
      })
      return { tools: { t: world.tool('t', ({ q }) => q, { inputSchema }) } }
    },
    shows: ['execute t'],
  },
]

const repairs: Scenario[] = ['experimental_repairToolCall', 'repairToolCall'].flatMap((name) => [
  {
    name: `a call repaired by ${name}`,
    script: [toolCall('t', '{"q":'), 'Done.'],
    settings: (world) => ({
      tools: { t: world.tool('t', ({ q }) => q) },
      [name]: (args: { toolCall: object }) => {
        world.note('repair', name, args)
        return { ...args.toolCall, input: '{"q":"repaired"}' }
      },
    }),
    ...(name === 'repairToolCall' ? { unsupported: since7Latest } : {}),
    shows: ['repaired', 'execute t'],
  } satisfies Scenario,
  {
    name: `a call that ${name} gives up on`,
    script: [toolCall('t', '{"q":'), 'Sorry.'],
    settings: (world) => ({
      tools: { t: world.tool('t', ({ q }) => q) },
      [name]: async () => {
        throw world.error('beyond repair')
      },
    }),
    ...(name === 'repairToolCall' ? { unsupported: since7Latest } : {}),
    shows: ['Sorry.', 'beyond repair'],
  } satisfies Scenario,
])

const special: Scenario[] = [
  {
    name: 'a tool without execute',
    script: [[toolCall('browser', { q: 'x' }), toolCall('search')], 'Never.'],
    settings(world) {
      const { execute: _, ...browser } = search(world)
      return { tools: { browser, search: search(world) } }
    },
    shows: ['browser', 'execute search'],
  },
  {
    name: 'a dynamic tool',
    script: [toolCall('dynamic', { anything: [1] }), 'Done.'],
    settings: (world) => ({
      tools: {
        dynamic: world.version.ai.dynamicTool({
          inputSchema: world.version.z.unknown(),
          execute: async (input: unknown) => ({ got: input }),
        }),
      },
    }),
    shows: ['"dynamic":true', '"got"'],
  },
  {
    name: 'a tool the provider runs, unknown to the agent',
    script: [
      [
        toolCall('web', { q: 'x' }, { id: 'w1', providerExecuted: true, dynamic: true }),
        toolResult('web', { pages: 3 }, { id: 'w1', dynamic: true }),
        text('Three pages.'),
      ],
    ],
    settings: (world) => ({ tools: { search: search(world) } }),
    shows: ['"pages":3'],
  },
  {
    name: 'a tool the provider runs, listed by the agent',
    script: [
      [
        toolCall('web', { q: 'x' }, { id: 'w1', providerExecuted: true }),
        toolResult('web', { pages: 3 }, { id: 'w1' }),
        toolCall('search', { q: 'y' }),
      ],
      'Done.',
    ],
    settings: (world) => ({
      tools: { search: search(world), web: providerTool(world.version.z.object({})) },
    }),
    shows: ['"pages":3', 'execute search'],
  },
  {
    name: 'a tool that fails at the provider',
    script: [
      [
        toolCall('web', {}, { id: 'w1', providerExecuted: true }),
        toolResult('web', 'unreachable', { id: 'w1', isError: true }),
        text('Sorry.'),
      ],
    ],
    settings: (world) => ({ tools: { web: providerTool(world.version.z.object({})) } }),
    shows: ['unreachable'],
  },
  {
    name: 'a tool that says what the model sees',
    script: [toolCall('t', { q: 'x' }), 'Done.'],
    settings: (world) => ({
      tools: {
        t: world.tool('t', async () => ({ long: 'result' }), {
          toModelOutput: (seen: unknown) => {
            world.note('model output', 'toModelOutput', seen)
            return { type: 'text', value: 'short' }
          },
        }),
      },
    }),
    shows: ['"value":"short"'],
  },
  {
    name: 'a tool that watches its input arrive',
    script: [toolCall('t', { q: 'streamed' }), 'Done.'],
    settings: (world) => ({
      tools: {
        t: world.tool('t', ({ q }) => q, {
          onInputStart: (event: unknown) => world.note('input', 'onInputStart', event),
          onInputDelta: (event: unknown) => world.note('input', 'onInputDelta', event),
          onInputAvailable: (event: unknown) => world.note('input', 'onInputAvailable', event),
        }),
      },
    }),
    shows: ['onInputAvailable'],
  },
  {
    name: 'a file',
    settings(world) {
      const data = world.version.spec === 'v4' ? { type: 'data', data: 'aGk=' } : 'aGk='
      return {
        model: world.model([[rawPart({ type: 'file', mediaType: 'text/plain', data }), text('A file.')]]),
      }
    },
    shows: ['A file.', 'text/plain'],
  },
]

function providerTool(inputSchema: unknown): Bag {
  return {
    type: 'provider',
    id: 'scripted.web',
    name: 'web',
    isProviderExecuted: true,
    args: {},
    inputSchema,
  }
}

/** What agents do with their tools. */
export const toolScenarios: readonly Scenario[] = [...kinds, ...failing, ...calls, ...repairs, ...special]
