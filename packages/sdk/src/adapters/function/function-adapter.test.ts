import { describe, test } from 'vitest'
import { AOSInstrument, isDenied, type GuardedRun } from '../../index.ts'
import { describeAdapter, type AdapterSubject } from '../../testing/index.ts'

const subject: AdapterSubject = {
  name: 'function agent',
  modes: ['call', 'run'],
  hasModel: false,
  create({ tools, turns, options }) {
    const remaining = [...turns]
    const agent = async (_input: unknown, aos: GuardedRun): Promise<string> => {
      for (let turn = remaining.shift(); turn !== undefined; turn = remaining.shift()) {
        if ('text' in turn) return turn.text
        const calls = turn.calls.map(({ tool, args }) =>
          aos.toolCall({ toolName: tool, parameters: args, validate: queryIsText }, (args: never) =>
            tools[tool]?.(args),
          ),
        )
        for (const settled of await Promise.allSettled(calls)) {
          if (settled.status === 'rejected' && !isDenied(settled.reason)) throw settled.reason
        }
      }
      return ''
    }
    const instrumented = new AOSInstrument(agent, options)
    return {
      instrumented,
      async run(mode, input) {
        const output =
          mode === 'call'
            ? await (instrumented as unknown as (input: unknown) => Promise<unknown>)(input)
            : await instrumented.run(input)
        return { text: String(output), leaked: String(output) }
      },
      modelCalls: () => 0,
      lastPrompt: () => '',
    }
  },
}

function queryIsText(value: unknown): string | undefined {
  return typeof (value as { query?: unknown }).query === 'string' ? undefined : 'query: text expected'
}

describeAdapter(subject, { describe, test })
