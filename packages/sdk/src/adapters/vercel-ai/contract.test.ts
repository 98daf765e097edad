import * as ai from 'ai'
import { describe, test } from 'vitest'
import { z } from 'zod'
import { AOSInstrument } from '../../index.ts'
import { describeAdapter, scriptedModel, text, toolCall, type AdapterSubject } from '../../testing/index.ts'

const subject: AdapterSubject = {
  name: 'AI SDK agent',
  modes: ['generate', 'stream', 'run'],
  hasModel: true,
  create({ tools, turns, options }) {
    let id = 0
    const model = scriptedModel({
      steps: turns.map((turn) =>
        'text' in turn
          ? [text(turn.text)]
          : turn.calls.map(({ tool, args }) => toolCall(tool, args as never, { id: `call-${id++}` })),
      ),
    })
    const toolSet = Object.fromEntries(
      Object.entries(tools).map(([name, execute]) => [
        name,
        ai.tool({
          inputSchema: z.object({ query: z.string() }),
          execute: async (args: { query: string }) => execute(args),
        }),
      ]),
    )
    const agent = new ai.ToolLoopAgent({ model: model as never, tools: toolSet })
    const instrumented = new AOSInstrument(agent, options)
    return {
      instrumented,
      async run(mode, input) {
        if (mode !== 'stream') {
          const result = await (mode === 'run'
            ? instrumented.run(input)
            : instrumented.generate({ prompt: input }))
          return { text: result.text, leaked: result.text }
        }
        const result = await instrumented.stream({ prompt: input })
        let leaked = ''
        for await (const part of result.fullStream) leaked += JSON.stringify(part)
        return { text: await result.text, leaked }
      },
      modelCalls: () => model.calls.length,
      lastPrompt: () => JSON.stringify(model.calls.at(-1)?.options.prompt),
    }
  },
}

describeAdapter(subject, { describe, test })
