import { toolCall } from '@aos/sdk/testing'

import type { Bag } from '../../compat/ai-namespace.ts'
import { search, since7 } from './agents-common.ts'
import { fieldsOf, readStream } from './read-stream.ts'
import type { Scenario } from './scenario.ts'
import type { World } from './world.ts'

const asking: Scenario[] = [
  {
    name: 'a tool that asks for approval',
    script: [toolCall('t', { q: 'x' }), 'Never.'],
    settings: (world) => ({ tools: { t: world.tool('t', () => 'never', { needsApproval: true }) } }),
    shows: ['tool-approval-request'],
  },
  {
    name: 'a tool that asks for approval by input',
    script: [[toolCall('t', { q: 'risky' }), toolCall('t', { q: 'safe' })], 'Never.'],
    settings: (world) => ({
      tools: {
        t: world.tool('t', ({ q }) => q, {
          needsApproval: async (input: Bag, options: Bag) => {
            world.note('approval', 'needsApproval', { input, options })
            return input['q'] === 'risky'
          },
        }),
      },
    }),
    shows: ['tool-approval-request', 'needsApproval', 'execute t'],
  },
  {
    name: 'a tool whose approval check throws',
    script: [toolCall('t'), 'Never.'],
    settings(world) {
      const error = world.error('no check')
      const needsApproval = (): never => {
        throw error
      }
      return { tools: { t: world.tool('t', () => 'never', { needsApproval }) } }
    },
    shows: ['<error no check>'],
  },
]

type Status = string | Bag | undefined
const statuses: readonly [string, Status, string][] = [
  ['approved', 'approved', 'execute t'],
  ['approved with a reason', { type: 'approved', reason: 'trusted' }, 'trusted'],
  ['denied', 'denied', 'execution-denied'],
  ['denied with a reason', { type: 'denied', reason: 'not today' }, 'not today'],
  ['left to the user', 'user-approval', 'tool-approval-request'],
  ['not applicable', 'not-applicable', 'execute t'],
  ['undecided', undefined, 'execute t'],
]

const policies: Scenario[] = statuses.flatMap(([name, status, shows]) => [
  {
    name: `a call ${name} by a policy function`,
    script: [toolCall('t', { q: 'x' }), 'Done.'],
    settings: (world: World) => ({
      tools: { t: world.tool('t', ({ q }) => q) },
      toolApproval: (args: unknown) => {
        world.note('approval', 'toolApproval', args)
        return status
      },
    }),
    unsupported: since7,
    shows: [shows, 'toolApproval'],
  },
  {
    name: `a call ${name} by a policy of its tool`,
    script: [[toolCall('t', { q: 'x' }), toolCall('search')], 'Done.'],
    settings: (world: World) => ({
      tools: { t: world.tool('t', ({ q }) => q), search: search(world) },
      toolApproval: {
        t: async (input: unknown, options: unknown) => {
          world.note('approval', 't', { input, options })
          return status
        },
      },
    }),
    unsupported: since7,
    shows: [shows, 'execute search'],
  },
])

const mixed: Scenario[] = [
  {
    name: 'a fixed status for a tool, a question for another',
    script: [[toolCall('fixed'), toolCall('asks'), toolCall('search')], 'Never.'],
    settings: (world) => ({
      tools: {
        fixed: world.tool('fixed', () => 'never'),
        asks: world.tool('asks', () => 'never', { needsApproval: true }),
        search: search(world),
      },
      toolApproval: { fixed: { type: 'denied', reason: 'fixed' } },
    }),
    unsupported: since7,
    shows: ['"reason":"fixed"', 'execute search', 'tool-approval-request'],
  },
  {
    name: 'a policy function beside a tool that asks',
    script: [toolCall('t', { q: 'x' }), 'Done.'],
    settings: (world) => ({
      tools: { t: world.tool('t', ({ q }) => q, { needsApproval: true }) },
      toolApproval: () => undefined,
    }),
    unsupported: since7,
    shows: ['execute t', 'Done.'],
  },
  {
    name: 'a policy that throws',
    script: [toolCall('t'), 'Never.'],
    settings(world) {
      const error = world.error('no policy')
      return {
        tools: { t: world.tool('t', () => 'never') },
        toolApproval: async () => {
          throw error
        },
      }
    },
    unsupported: since7,
    shows: ['<error no policy>'],
  },
]

/** Asks, answers the question and goes on in a second call, as an application does over two requests. */
function resumed(
  name: string,
  answer: Bag,
  more: { shows: string; settings?: (world: World) => Bag; version?: 7 },
): Scenario[] {
  return (['generate', 'stream'] as const).map((mode) => ({
    name: `${name}, then ${mode}`,
    act: async (world: World) =>
      await askAndResume(world, mode, { answer, settings: more.settings?.(world) ?? {} }),
    ...(more.version === 7 ? { unsupported: since7 } : {}),
    shows: ['tool-approval-request', more.shows],
  }))
}

async function askAndResume(
  world: World,
  mode: 'generate' | 'stream',
  { answer, settings }: { answer: Bag; settings: Bag },
): Promise<unknown> {
  const agent = world.agent({
    model: world.model([[toolCall('t', { q: 'x' })], 'Resumed.']),
    tools: { t: world.tool('t', ({ q }) => q, { needsApproval: true }), search: search(world) },
    ...settings,
  })
  const asked = await agent.generate({ prompt: 'go' })
  const { content, response } = asked as { content: Bag[]; response: { messages: unknown[] } }
  const request = content.find((part) => part['type'] === 'tool-approval-request')
  const reply = { type: 'tool-approval-response', approvalId: request?.['approvalId'], ...answer }
  const messages = [{ role: 'user', content: 'go' }, ...response.messages, { role: 'tool', content: [reply] }]
  if (mode === 'generate') return [fieldsOf(asked), fieldsOf(await agent.generate({ messages }))]
  return [fieldsOf(asked), await readStream(world, await agent.stream({ messages }), 'all')]
}

const resuming: Scenario[] = [
  ...resumed('an approved question', { approved: true }, { shows: 'execute t' }),
  ...resumed('a refused question', { approved: false, reason: 'rather not' }, { shows: 'rather not' }),
  ...resumed(
    'an approved question signed with a secret',
    { approved: true },
    {
      settings: () => ({ experimental_toolApprovalSecret: 'secret' }),
      shows: 'execute t',
      version: 7,
    },
  ),
  ...resumed(
    'an approved question that policy forbids since',
    { approved: true },
    {
      settings(world) {
        let times = 0
        return {
          toolApproval: () => {
            times += 1
            world.note('approval', 'toolApproval', { times })
            return times === 1 ? 'user-approval' : { type: 'denied', reason: 'no longer' }
          },
        }
      },
      shows: 'no longer',
      version: 7,
    },
  ),
]

/** How calls are approved, by people and by policies. */
export const approvalScenarios: readonly Scenario[] = [...asking, ...policies, ...mixed, ...resuming]
