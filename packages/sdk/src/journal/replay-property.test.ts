import { deepEqual, equal } from 'node:assert/strict'
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { journalledOnce, type Guard } from '../../../../test/support/journalled.ts'
import { allow, ask, deny, HOOK_NAMES, modify, type GuardedRun, type HookContext } from '../index.ts'
import { sha256Hex } from '@agent-run/types/seal'
import { replayRun } from './index.ts'

/** One thing an agent does; those of a group are done at once. */
type Doing =
  | {
      readonly do: 'tool'
      readonly name: string
      readonly value: unknown
      readonly fails: boolean
      readonly kind: string
    }
  | { readonly do: 'model' | 'knowledge' | 'store' | 'recall' | 'mcp' | 'say'; readonly value: unknown }

const value = fc.jsonValue({ maxDepth: 2 })
const doing: fc.Arbitrary<Doing> = fc.oneof(
  fc.record({
    do: fc.constant('tool' as const),
    name: fc.constantFrom('a', 'b', 'c'),
    value: fc.dictionary(fc.constantFrom('x', 'y', '__proto__'), value, { maxKeys: 2 }),
    fails: fc.boolean(),
    kind: fc.constantFrom('tool', 'knowledge', 'memoryStore', 'memoryContext'),
  }),
  fc.record({ do: fc.constantFrom('model', 'knowledge', 'store', 'recall', 'mcp', 'say'), value }),
)
const script = fc.array(fc.array(doing, { minLength: 1, maxLength: 3 }), { maxLength: 4 })

/** What one handler answers, drawn by the hash of what it is asked, so that it answers the same again. */
interface Rule {
  readonly hook: (typeof HOOK_NAMES)[number]
  readonly seed: number
  readonly async: boolean
  readonly counts: boolean
}

const rules = fc.array(
  fc.record({
    hook: fc.constantFrom(...HOOK_NAMES),
    seed: fc.nat(1000),
    async: fc.boolean(),
    counts: fc.boolean(),
  }),
  { maxLength: 6 },
)

function act(aos: GuardedRun, one: Doing): Promise<unknown> {
  const { value: given } = one
  if (one.do === 'tool') {
    const { name: toolName, kind } = one
    return aos.toolCall({ toolName, parameters: given, kind: kind as never }, () => {
      if (one.fails) throw new RangeError('it failed')
      return given
    })
  }
  if (one.do === 'model')
    return aos.model({ model: 'm', messages: given }, (_messages, report) => {
      report({ usage: { inputTokens: 3 } })
      return given
    })
  if (one.do === 'knowledge') return aos.knowledge({ query: 'q' }, () => given)
  if (one.do === 'store') return aos.memoryStore([JSON.stringify(given)], () => given)
  if (one.do === 'recall') return aos.memoryContext(() => [JSON.stringify(given)])
  if (one.do === 'say') return aos.message({ role: 'agent', content: given }, (said) => said)
  return aos.protocol({ protocol: 'mcp', direction: 'outbound', message: given }, () => given)
}

function guardOf(given: readonly Rule[], shift: number): Guard {
  const counts = given.map(() => 0)
  return (agent) => {
    for (const [at, { hook, seed, async: later, counts: isCounting }] of given.entries()) {
      const judge = (context: HookContext): ReturnType<typeof allow> | undefined => {
        context.journal?.keep(`count ${at}`, {
          save: () => counts[at],
          restore: (state) => {
            counts[at] = state as number
          },
        })
        const count = (counts[at] = (counts[at] ?? 0) + 1)
        const facts = [seed + shift, context.value, context.toolName, isCounting ? count : 0]
        const drawn = Number.parseInt(sha256Hex(JSON.stringify(facts)).slice(0, 4), 16) % 12
        if (drawn === 0) return deny(`no ${String(count)}`, 'drawn')
        if (drawn === 1) return ask('may it')
        if (drawn === 2) return modify(context.pass === 'first' ? { x: count } : context.value, 'better')
        if (drawn === 3) throw new Error(`thrown ${String(count)}`)
        return drawn < 8 ? allow(`yes ${String(count)}`) : undefined
      }
      agent.registerHook(hook, later ? async (context) => judge(context) : judge, {
        name: `rule ${String(at)}`,
      })
    }
  }
}

const run = (groups: readonly (readonly Doing[])[]) => async (_input: string, aos: GuardedRun) => {
  for (const group of groups) await Promise.allSettled(group.map((one) => act(aos, one)))
  return 'done'
}

describe('whatever an agent does, under whatever handlers', () => {
  test('its replay comes to the same decisions', async () => {
    await fc.assert(
      fc.asyncProperty(script, rules, async (groups, given) => {
        const onApproval = ({ value: asked }: { value: unknown }): boolean =>
          JSON.stringify(asked).length % 2 === 0
        const journal = await journalledOnce(run(groups), guardOf(given, 0), { onApproval })
        const replay = await replayRun(journal, { guard: guardOf(given, 0) })
        deepEqual(
          replay.decisions.filter(({ outcome }) => outcome !== 'same'),
          [],
        )
        equal(replay.determinism, 'deterministic')
        equal(replay.decisions.length, journal.entries.filter(({ t }) => t === 'ask').length)
        equal(replay.run?.status, journal.end?.status)
      }),
      { numRuns: 150 },
    )
  })

  test('its replay under other handlers tells of exactly the questions that they answer otherwise', async () => {
    await fc.assert(
      fc.asyncProperty(script, fc.constantFrom('a', 'b', 'c'), async (groups, denied) => {
        const guard =
          (name: string): Guard =>
          (agent) =>
            agent.registerHook(
              'toolCallRequest',
              ({ toolName }) => (toolName === name ? deny('no') : allow('yes')),
              {
                name: 'policy',
              },
            )
        const journal = await journalledOnce(run(groups), guard('none'))
        const { decisions } = await replayRun(journal, { guard: guard(denied) })
        deepEqual(
          decisions.map(({ name, outcome }) => [name, outcome]),
          decisions.map(({ name }) => [name, name === denied ? 'different' : 'same']),
        )
        equal(decisions.length, groups.flat().filter(({ do: kind }) => kind === 'tool').length)
      }),
      { numRuns: 60 },
    )
  })
})
